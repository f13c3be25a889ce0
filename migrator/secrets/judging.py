"""From what was read to a verdict on each stored variable. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct, field

from migrator.bitbucket.records import Level, Variable
from migrator.secrets.records import (
    Alive,
    Evidence,
    RefFacts,
    RemovalVerdict,
    RepositoryFacts,
    Stand,
    VariableRow,
    Waiver,
    deployment,
)
from migrator.secrets.references.records import OpaqueKind

ASSUMPTIONS = (
    "No pipeline outside the branches' files uses it (patless cannot see dynamic and on-demand ones).",
    "What is deployed now was built from a branch, from a tag, or in a run of the checked period.",
    "Programs that the steps run read only variables that a file of the repository names.",
    "Nobody uses its value outside Bitbucket Pipelines.",
)
SHARED = "The credential of this list sees every repository of the workspace."
"""One more, of variables of the workspace: Bitbucket hides what a credential may not see."""


MOST = 20
"""Pieces of evidence, and branches, that are kept of one variable, besides those that a person has waived."""


class _Seen(Struct):
    """Evidence about one variable. `leaving` are uses that an open change of this tool takes away."""

    uses: list[tuple[RefFacts, Evidence]] = field(default_factory=list)
    leaving: list[Evidence] = field(default_factory=list)
    again: list[Evidence] = field(default_factory=list)
    doubts: list[Evidence] = field(default_factory=list)
    mentions: list[Evidence] = field(default_factory=list)
    waived: list[tuple[Evidence, Waiver]] = field(default_factory=list)


def judge(
    variable: Variable,
    repositories: Sequence[RepositoryFacts],
    *,
    natives: Collection[str],
    waivers: Sequence[Waiver],
    today: date,
    missing: Iterable[str] = (),
) -> VariableRow:
    """The row of one variable. `repositories` are all that can see it, `missing` clauses about those not read."""
    shared = variable.level is Level.WORKSPACE
    where = "" if shared else repositories[0].repository
    uncovers = tuple(_uncovered(variable, repositories))
    if variable.key in natives:
        return VariableRow(where, variable, RemovalVerdict.SHADOWS, uncovers=uncovers)
    seen = _Seen(doubts=[gap(clause) for clause in missing])
    judging = _Judging(variable, waivers, today, seen)
    for facts in repositories:
        if not _hidden(variable, facts):
            judging.look(facts, f"{facts.repository}:" if shared else "")
    verdict, evidence = _verdict(seen)
    every = tuple(dict.fromkeys((*evidence, *seen.mentions)))
    kept = every if verdict is RemovalVerdict.ACCEPTED else _kept(every)
    alive = tuple(_alive(seen)) if verdict is RemovalVerdict.IN_USE else ()
    return VariableRow(
        where,
        variable,
        verdict,
        kept,
        (*ASSUMPTIONS, *([SHARED] if shared else [])) if verdict.may_go else (),
        alive[:MOST],
        uncovers,
        tuple(dict.fromkeys(waiver for _, waiver in seen.waived)) if verdict is RemovalVerdict.ACCEPTED else (),
        len(every) - len(kept),
        max(0, len(alive) - MOST),
    )


def undefined(repositories: Iterable[RepositoryFacts], natives: Collection[str]) -> Iterator[VariableRow]:
    """A row for each variable that a login on a branch reads and that is on no level, where all of them were read."""
    for facts in repositories:
        stored = {one.key for one in facts.variables}
        needs: dict[str, list[Evidence]] = {}
        for ref in facts.refs if not facts.not_checked else ():
            for name, evidence in ref.needs:
                if name not in stored and name not in natives:
                    needs.setdefault(name, []).append(evidence)
        for name in sorted(needs):
            variable = Variable(Level.REPOSITORY, name, "", False)
            every = tuple(dict.fromkeys(needs[name]))
            kept = _kept(every)
            yield VariableRow(
                facts.repository, variable, RemovalVerdict.UNDEFINED, kept, evidence_others=len(every) - len(kept)
            )


def _kept(every: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Some of it, in its order: of each place one before another branch has the same."""
    if len(every) <= MOST:
        return every
    first: dict[tuple[str, str, int, str], Evidence] = {}
    for one in every:
        first.setdefault((one.kind, one.path, one.line, one.text), one)
    kept = set(list(dict.fromkeys((*first.values(), *every)))[:MOST])
    return tuple(one for one in every if one in kept)


def gap(clause: str) -> Evidence:
    return Evidence("not-looked", "", "", 0, clause)


def _verdict(seen: _Seen) -> tuple[RemovalVerdict, list[Evidence]]:
    """The first that holds, and what shows it."""
    if seen.uses:
        return RemovalVerdict.IN_USE, [*(evidence for _, evidence in seen.uses), *seen.leaving]
    if seen.doubts:
        return RemovalVerdict.CANNOT_TELL, [*seen.doubts, *seen.leaving]
    if seen.leaving:
        return RemovalVerdict.AFTER_MERGE, seen.leaving
    if seen.again:
        return RemovalVerdict.ROLLBACK, seen.again
    if seen.waived:
        return RemovalVerdict.ACCEPTED, [evidence for evidence, _ in seen.waived]
    return RemovalVerdict.REMOVABLE, []


class _Judging(Struct, frozen=True):
    variable: Variable
    waivers: Sequence[Waiver]
    today: date
    seen: _Seen

    def look(self, facts: RepositoryFacts, prefix: str) -> None:
        """Sort what one repository says of the variable. `prefix` tells repositories apart in evidence."""
        uses = {ref.commit: tuple(self.uses(ref, prefix)) for ref in facts.refs}
        clean = {ref.change_of for ref in facts.refs if ref.change_of and not uses[ref.commit]}
        for ref in facts.refs:
            again = ref.stand is Stand.AGAIN
            for use in uses[ref.commit]:
                named = Evidence(use.kind, f"{prefix}{ref.ref}", use.path, use.line, use.text)
                if again:
                    self.seen.again.append(named)
                elif ref.ref in clean:
                    self.seen.leaving.append(named)
                else:
                    self.seen.uses.append((ref, named))
            for doubt in self.doubts(ref, prefix):
                self.doubt(doubt, again)
            self.seen.mentions += self.mentions(ref, prefix)
        self.seen.doubts += [gap(f"{prefix} {clause}".strip()) for clause in facts.gaps]

    def doubt(self, doubt: Evidence, again: bool) -> None:
        what = doubt.kind.removeprefix("doubt:")
        for waiver in self.waivers:
            if waiver.covers(what, doubt.path, self.variable.key, self.today):
                self.seen.waived.append((doubt, waiver))
                return
        (self.seen.again if again else self.seen.doubts).append(doubt)

    def visible(self, ref: RefFacts) -> bool:
        """Whether a step of the commit can see the variable at all."""
        if self.variable.environment is None or ref.environments is None:
            return ref.runs
        return ref.runs and deployment(self.variable.environment) in ref.environments

    def uses(self, ref: RefFacts, prefix: str) -> Iterator[Evidence]:
        if not self.visible(ref):
            return
        for one in ref.found.references:
            if one.name == self.variable.key and one.kind.is_use:
                yield Evidence(one.kind.value, f"{prefix}{ref.ref}", one.path, one.line, one.text)
        yield from (evidence for name, evidence in ref.uses_elsewhere if name == self.variable.key)

    def mentions(self, ref: RefFacts, prefix: str) -> Iterator[Evidence]:
        for one in ref.found.references:
            if one.name == self.variable.key and not one.kind.is_use:
                yield Evidence(one.kind.value, f"{prefix}{ref.ref}", one.path, one.line, one.text)

    def doubts(self, ref: RefFacts, prefix: str) -> Iterator[Evidence]:
        """What may use the variable without naming it, where a step that sees it leads there."""
        if not self.visible(ref):
            return
        at = f"{prefix}{ref.ref}"
        for one in ref.found.opaque:
            counts = one.name == self.variable.key if one.name else one.path in ref.reached
            if one.kind is OpaqueKind.IMPORT:
                counts = one.text in ref.unresolved
            if counts:
                yield Evidence(f"doubt:{one.kind}", at, one.path, one.line, one.text)
        for unread in ref.found.not_looked:
            if not unread.path or unread.path in ref.reached:
                yield Evidence("doubt:not-looked", at, unread.path, 0, unread.why)
        yield from ref.doubts_elsewhere


def _alive(seen: _Seen) -> Iterator[Alive]:
    """The branches that keep it in use, the one with the oldest last commit first."""
    refs = {(evidence.ref, ref.author, ref.committed, ref.last_run) for ref, evidence in seen.uses}
    for name, author, committed, last_run in sorted(refs, key=lambda one: (one[2], one[0])):
        yield Alive(name, author, committed, last_run)


def _uncovered(variable: Variable, repositories: Iterable[RepositoryFacts]) -> Iterator[Level]:
    order = list(Level)
    same = {one.level for facts in repositories for one in facts.variables if one.key == variable.key}
    yield from (level for level in order[order.index(variable.level) + 1 :] if level in same)


def _hidden(variable: Variable, facts: RepositoryFacts) -> bool:
    """A variable of the workspace is not seen where the repository has one of that name."""
    return variable.level is Level.WORKSPACE and any(
        one.key == variable.key and one.level is Level.REPOSITORY for one in facts.variables
    )

"""What several steps run is edited only where each of them wants the same edit, and all of a step's logins with it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from migrator.findings.records import Finding, Use, Verdict
from migrator.fixes.context import Context
from migrator.fixes.judged_command import RuleContext
from migrator.reading.steps import Shell, StepFacts
from migrator.text.edits import Edit
from migrator.text.source import Span

_Place = tuple[str, Span]
_SHOWN = 4
"""The most reasons that a finding has from others."""


def agreed(merged: Sequence[Finding], found: Iterable[Finding], context: Context) -> list[Finding]:
    """The findings, without fixes where an edit would change what another step does. `found` are the findings before
    they were merged, each of one step."""
    wanted: dict[Edit, set[Use]] = {}
    for finding in found:
        for edit in finding.edits:
            wanted.setdefault(edit, set()).update(finding.uses)
    runs = cache(_run)
    shells = _Shells(context.steps)
    reason = context.reason("registry-unresolved", "the steps that share this login need different changes")

    def disputed(edit: Edit) -> bool:
        mine = wanted.get(edit, set())
        others = (shell for step, shell in shells.around(edit) if mine.isdisjoint(step.uses))
        return any(path == edit.path and span.contains(edit.span) for shell in others for path, span in runs(shell))

    return [one.blocked(reason) if any(map(disputed, one.edits)) else one for one in merged]


def together(merged: Sequence[Finding], context: RuleContext) -> list[Finding]:
    """The findings, each with the reasons against those that are rewritten with it or not at all: the logins of a step
    to one host and login file, of which another step may hold one back.

    The least fixed point. A finding changes at most twice, from safe by unsafe to report-only, and only then are its
    groups looked at again.
    """
    found = list(merged)
    at: dict[_Place, list[int]] = {}
    for number, one in enumerate(found):
        at.setdefault((one.path, one.span), []).append(number)
    groups = [sorted({number for place in places for number in at.get(place, ())}) for places in _groups(context)]
    of: dict[int, list[int]] = {}
    for group, numbers in enumerate(groups):
        for number in numbers:
            of.setdefault(number, []).append(group)
    pending = dict.fromkeys(range(len(groups)))
    while pending:
        group = next(iter(pending))
        del pending[group]
        strictest = max((found[number].verdict for number in groups[group]), key=_strictness, default=Verdict.SAFE)
        held = dict.fromkeys(one for number in groups[group] for one in found[number].reasons)
        left = [one for one in held if one.verdict is strictest]
        for number in groups[group]:
            if _strictness(found[number].verdict) < _strictness(strictest):
                found[number] = found[number].held(left[:_SHOWN])
                pending |= dict.fromkeys(of[number])
    return found


def _strictness(verdict: Verdict) -> int:
    return verdict.strictness


def _groups(context: RuleContext) -> Iterator[set[_Place]]:
    for step in context.steps:
        kinds: dict[tuple[str, str], set[_Place]] = {}
        for one in context.judged(step):
            script, login = one.login.shell.script, one.login
            place = script.source_at(login.command.span).path, script.shown(login.command.span)
            kinds.setdefault((login.registry.name, login.login.config), set()).add(place)
        yield from kinds.values()


class _Shells:
    """Which shells run what stands around a place. Of a file, their parts are in the order in which they begin, each
    with where the last of those so far ends, so that only parts near the place are looked at."""

    def __init__(self, steps: Iterable[StepFacts]) -> None:
        found: dict[str, dict[Span, list[tuple[StepFacts, Shell]]]] = {}
        for step in steps:
            for shell in step.shells:
                parts = {(part.source.path, part.span) for part in (*shell.script.parts, *shell.script.called)}
                for path, span in parts:
                    found.setdefault(path, {}).setdefault(span, []).append((step, shell))
        self._parts = {path: sorted(spans.items(), key=lambda one: one[0]) for path, spans in found.items()}
        self._ends = {path: list(accumulate((one.end for one, _ in of), max)) for path, of in self._parts.items()}

    def around(self, edit: Edit) -> Iterator[tuple[StepFacts, Shell]]:
        parts, ends = self._parts.get(edit.path, []), self._ends.get(edit.path, [])
        at = bisect_right(parts, edit.span.start, key=lambda one: one[0].start)
        while at and ends[at - 1] >= edit.span.end:
            at -= 1
            if parts[at][0].contains(edit.span):
                yield from parts[at][1]


def _run(shell: Shell) -> frozenset[tuple[str, Span]]:
    """What of the files a shell runs: the places of its commands and of the values that it assigns."""
    return frozenset(_places(shell))


def _places(shell: Shell) -> Iterator[tuple[str, Span]]:
    spans = {command.span for command in shell.trace.commands}
    spans |= {definition.word.span for definition in shell.trace.definitions if definition.word}
    spans |= {presence.span for presence in shell.trace.presences}
    for span in spans:
        yield shell.script.source_at(span).path, shell.script.shown(span)

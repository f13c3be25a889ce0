"""The rows of a list: which variables it has, by what their repositories say, and in which order. Nothing is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Variable
from migrator.findings.counting import many
from migrator.secrets.asking import Asking
from migrator.secrets.judging import judge, undefined
from migrator.secrets.records import Evidence, Leaving, Listing, RemovalVerdict, RepositoryFacts, StoredAt, VariableRow

MOST = 20
"""Pieces of evidence on repositories that could not be read: one for each, or the last for all others."""


def shared_keys(above: Inventory, names: Collection[str]) -> set[str]:
    """Variables of the workspace that are candidates in every repository, as they are in one."""
    return {variable.key for variable in above.variables} & set(names)


def judged(
    asking: Asking,
    found: Sequence[RepositoryFacts],
    failed: Sequence[tuple[str, str]],
    unseen: str,
    left: Sequence[str] = (),
    above: Inventory = Inventory((), ()),  # noqa: B008 - frozen
) -> Listing:
    """The rows, in the order of the repositories. `unseen` is a clause on repositories that were not to be looked at,
    '' for none; some are `left` that were not asked yet."""
    rows: list[VariableRow] = []
    others = 0
    natives = asking.book.natives
    candidates = {name for facts in found for name in facts.candidates}
    decide = partial(judge, natives=natives, waivers=asking.waivers, today=asking.today)
    shared: dict[str, Variable] = {}
    for facts in found:
        for variable in facts.variables:
            if variable.level is Level.WORKSPACE:
                shared.setdefault(variable.uuid, variable)
            elif variable.key in facts.candidates or variable.key in natives:
                rows.append(decide(variable, [facts]))
            else:
                others += 1
    shared = {variable.uuid: variable for variable in above.variables} | shared
    named = failed if len(failed) <= MOST else failed[: MOST - 1]
    missing = [f"patless could not read {slug}: {why}" for slug, why in named]
    if len(named) < len(failed):
        missing.append(f"patless could not read {len(failed) - len(named):,} more repositories")
    if left:
        missing.append(f"{many(len(left), 'repository was', 'repositories were')} not asked yet")
    if unseen:
        missing.append(unseen)
    for variable in shared.values():
        if variable.key in candidates or variable.key in natives:
            rows.append(decide(variable, found, missing=missing))
        else:
            others += 1
    rows += _unchecked(found)
    rows += undefined(found, natives)
    return Listing(
        asking.workspace,
        tuple(sorted(rows, key=_order)),
        tuple(
            dict.fromkeys(
                (facts.repository if one.level is not Level.WORKSPACE else "", one)
                for facts in found
                for one in facts.not_checked
            )
        ),
        others,
        {facts.repository: facts.heads for facts in found},
        tuple(failed),
        frozenset(StoredAt.of(variable, facts.repository) for facts in found for variable in facts.variables),
        Leaving.of(facts.leaving for facts in found),
    )


def _unchecked(found: Iterable[RepositoryFacts]) -> Iterator[VariableRow]:
    """A candidate may be stored on a level that could not be read."""
    told: set[tuple[str, str, str]] = set()
    for facts in found:
        known = {(one.level, one.key) for one in facts.variables}
        for level in facts.not_checked:
            where = "" if level.level is Level.WORKSPACE else facts.repository
            for name in sorted(facts.candidates):
                key = (where, f"{level.level}:{level.environment}", name)
                if key in told or (level.level, name) in known:
                    continue
                told.add(key)
                variable = Variable(level.level, name, "", True, level.environment)
                evidence = Evidence("not-looked", "", "", 0, level.reason)
                yield VariableRow(where, variable, RemovalVerdict.NOT_CHECKED, (evidence,))


def _order(row: VariableRow) -> tuple[object, ...]:
    verdicts = list(RemovalVerdict)
    levels = list(Level)
    return (
        row.verdict is not RemovalVerdict.SHADOWS,
        row.repository,
        levels.index(row.variable.level),
        row.variable.environment or "",
        row.variable.key,
        verdicts.index(row.verdict),
    )

"""The repositories of a fleet, and their findings, as tables for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.reports.document import Table, sheet
from migrator.reports.fleet.records import Owned
from migrator.reports.subjects.findings import HEADS, cells

_REPOSITORIES = (
    *("repository", "state", "branch", "findings", "held_back", "project", "wave", "owner", "due", "pull_request"),
    "error",
)


def repositories(owned: Sequence[Owned]) -> Table:
    return sheet(_REPOSITORIES, map(_repository, owned))


def findings(owned: Sequence[Owned]) -> Table:
    return sheet(("repository", "branch", *HEADS, "left"), _findings(owned))


def _repository(one: Owned) -> tuple[str | int, ...]:
    standing, wave = one.standing, one.wave
    return (
        one.repository.slug,
        str(standing.standing),
        standing.destination,
        standing.findings,
        standing.held_back,
        one.repository.project,
        wave.name if wave else "",
        wave.owner if wave else "",
        str(wave.due or "") if wave else "",
        standing.change.url if standing.change else "",
        standing.error,
    )


def _findings(owned: Sequence[Owned]) -> Iterator[tuple[str | int, ...]]:
    for one in owned:
        for finding in one.findings:
            left = "yes" if finding in one.left else "no"
            yield (one.repository.slug, one.standing.destination, *cells(finding), left)

"""The repositories of a fleet, and their findings, as tables for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.reports import csv
from migrator.reports.fleet.records import Owned
from migrator.reports.spreadsheet import HEADS, row

_REPOSITORIES = (
    *("repository", "state", "branch", "findings", "held_back", "project", "wave", "owner", "due", "pull_request"),
    *("error", "was"),
)


def repositories(owned: Sequence[Owned]) -> str:
    return csv.table((_REPOSITORIES, *map(_repository, owned)))


def findings(owned: Sequence[Owned]) -> str:
    return csv.table((("repository", "branch", *HEADS, "left"), *_findings(owned)))


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
        " ".join(standing.was),
    )


def _findings(owned: Sequence[Owned]) -> Iterator[tuple[str | int, ...]]:
    for one in owned:
        for finding in one.findings:
            left = "yes" if finding in one.left else "no"
            yield (one.repository.slug, one.standing.destination, *row(finding), left)

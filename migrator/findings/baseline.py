"""Findings that a repository has agreed to live with for now, known again by their masked text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from migrator.findings.records import BaselineEntry, Finding
from migrator.findings.snippet import snippet
from migrator.text.source import Source, Span


class Applied(Struct, frozen=True):
    """The findings that are `left`, how many were `known`, and the entries, with how many, that are found no more."""

    left: tuple[Finding, ...]
    known: int
    stale: Mapping[BaselineEntry, int]


def entries(
    findings: Iterable[Finding], sources: Mapping[str, Source], secrets: Mapping[str, tuple[Span, ...]]
) -> list[BaselineEntry]:
    """The entry of each finding, in order."""
    return [BaselineEntry(finding.rule, finding.path, snippet(finding, sources, secrets)) for finding in findings]


def apply(
    findings: Sequence[Finding],
    every: Sequence[Finding],
    baseline: Mapping[BaselineEntry, int],
    sources: Mapping[str, Source],
    secrets: Mapping[str, tuple[Span, ...]],
) -> Applied:
    """Of `findings`, leave out as many equal ones as `baseline` holds. `every` is there to tell what is stale:
    an entry whose finding is there, but was left out before, is not."""
    if not baseline:
        return Applied(tuple(findings), 0, {})
    room = Counter(baseline)
    left = []
    for finding, entry in zip(findings, entries(findings, sources, secrets), strict=True):
        if room[entry] > 0:
            room[entry] -= 1
        else:
            left.append(finding)
    stale = Counter(baseline) - Counter(entries(every, sources, secrets))
    return Applied(tuple(left), len(findings) - len(left), dict(sorted(stale.items())))

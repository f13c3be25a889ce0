"""Which findings were not there before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from migrator.findings.baseline import entries
from migrator.findings.records import BaselineEntry, Finding, Report


def new(now: Report, before: Report, there: Callable[[str], bool]) -> tuple[Finding, ...]:
    """The findings of `now` that `before` has not, wherever they stand in their file.

    A finding of a file that is not `there` any more counts as the same text in another file: it was moved.
    """
    known = Counter(entries(before.findings, before.sources, before.secrets))
    found = list(zip(now.findings, entries(now.findings, now.sources, now.secrets), strict=True))
    left = [(finding, entry) for finding, entry in found if not _take(known, entry)]
    moved = Counter[BaselineEntry]()
    for entry, count in known.items():
        if not there(entry.path):
            moved[_anywhere(entry)] += count
    return tuple(finding for finding, entry in left if not _take(moved, _anywhere(entry)))


def _take(known: Counter[BaselineEntry], entry: BaselineEntry) -> bool:
    if known[entry] <= 0:
        return False
    known[entry] -= 1
    return True


def _anywhere(entry: BaselineEntry) -> BaselineEntry:
    return BaselineEntry(entry.rule, "", entry.snippet)

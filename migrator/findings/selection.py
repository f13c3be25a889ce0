"""Which files and findings a run is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from migrator.findings.excluding import excludes
from migrator.findings.records import Finding


class Scope(Struct, frozen=True):
    """What may be reported and written. Paths are relative to the root; the folder '' is all of it.

    `exclude` are patterns as git's; they win over files that are named.
    """

    files: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ("",)
    exclude: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        return self.names(path) and not self.excludes(path)

    def names(self, path: str) -> bool:
        return path in self.files or any(not folder or path.startswith(f"{folder}/") for folder in self.folders)

    def excludes(self, path: str) -> bool:
        return excludes(self.exclude, path)


def chosen(findings: Iterable[Finding], select: Collection[str], ignore: Collection[str]) -> tuple[Finding, ...]:
    """The findings whose rule, or a reason of which, is in `select` (empty: all) and none in `ignore`."""
    return tuple(
        finding
        for finding in findings
        if (not select or not codes(finding).isdisjoint(select)) and codes(finding).isdisjoint(ignore)
    )


def codes(finding: Finding) -> set[str]:
    """What a finding can be selected and ignored by: its rule's id and the codes of its reasons."""
    return {finding.rule, *(reason.code for reason in finding.reasons)}

"""Which files and findings a run is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from migrator.findings.records import Finding


class Scope(Struct, frozen=True):
    """What may be reported and written. Paths are relative to the root; the folder '' is all of it.

    `exclude` are globs: `*` stays within a folder name, `**` does not, one without `/` matches at any depth,
    and what matches a folder matches all that is in it. They win over files that are named.
    """

    files: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ("",)
    exclude: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        return self.names(path) and not self.excludes(path)

    def names(self, path: str) -> bool:
        return path in self.files or any(not folder or path.startswith(f"{folder}/") for folder in self.folders)

    def excludes(self, path: str) -> bool:
        return any(_matches(_tokens(pattern), path) for pattern in self.exclude)


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


@lru_cache
def _tokens(pattern: str) -> tuple[str, ...]:
    body = pattern.removeprefix("./").strip("/")
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", body)
    return (*(() if "/" in body else ("**/",)), *filter(None, parts))


def _matches(tokens: Iterable[str], path: str) -> bool:
    """Whether the glob matches `path` or a folder above it, in time linear in both: a regular expression tries every
    way to share a path among its stars."""
    at = {0}
    for token in tokens:
        if not at:
            return False
        match token:
            case "**":
                at = set(range(min(at), len(path) + 1))
            case "**/":
                at |= {i + 1 for i in range(min(at), len(path)) if path[i] == "/"}
            case "*":
                at = set(_along(at, path))
            case "?":
                at = {i + 1 for i in at if i < len(path) and path[i] != "/"}
            case _:
                at = {i + len(token) for i in at if path.startswith(token, i)}
    return any(i == len(path) or path[i] == "/" for i in at)


def _along(starts: Collection[int], path: str) -> Iterator[int]:
    """Each start, and every place that is reached from it within its folder name."""
    reached = False
    for i in range(len(path) + 1):
        reached = reached or i in starts
        if reached:
            yield i
        if path[i : i + 1] == "/":
            reached = False

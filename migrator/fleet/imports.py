"""Shared pipelines as a graph: which repository exports what, at which ref, and who imports it. Pure.

An imported pipeline runs in the importing repository with that one's native credentials and variables, so what it
pushes and reads is the importer's; what has to change stands in the exporter (PLATFORM.md 4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from migrator.findings.records import Package, Verdict
from migrator.fleet.records import Import, LedgerBranch, SeenFinding
from migrator.platforms.bitbucket.imports import ImportTarget, target


class Pin(StrEnum):
    """What an import is pinned to: a branch moves with the exporter's changes, a tag does not."""

    BRANCH = "branch"
    TAG = "tag"
    UNKNOWN = "unknown"


class ImporterView(Struct, frozen=True):
    """A shared pipeline as one importer runs it. `why` says what is missing where it could not be read, '' else.

    `repository` is the exporter's slug, '' where it is not known.
    """

    repository: str = ""
    pin: Pin = Pin.UNKNOWN
    commit: str = ""
    packages: tuple[Package, ...] = ()
    findings: tuple[SeenFinding, ...] = ()
    why: str = ""


class Importer(Struct, frozen=True, order=True):
    """The place of an `import` on a branch of a repository, which is a slug."""

    repository: str
    branch: str
    path: str
    line: Annotated[int, Meta(ge=0)]


class SharedRun(Struct, frozen=True):
    """A shared pipeline in one importer."""

    importer: Importer
    target: ImportTarget
    packages: tuple[Package, ...]
    findings: tuple[SeenFinding, ...] = ()


class Shared(Struct, frozen=True):
    """What is exported, and all who import it. A finding is the strictest that one of them gives."""

    target: ImportTarget
    pin: Pin
    commit: str
    importers: tuple[Importer, ...]
    findings: tuple[SeenFinding, ...] = ()
    why: str = ""

    @property
    def bump(self) -> bool:
        """Whether a change of the exporter reaches the importers only once they name another tag."""
        return self.pin is Pin.TAG and bool(self.findings)


class Graph(Struct, frozen=True):
    shared: tuple[Shared, ...] = ()
    runs: tuple[SharedRun, ...] = ()


def graph(
    branches: Iterable[LedgerBranch], look: Callable[[LedgerBranch, Import, ImportTarget], ImporterView]
) -> Graph:
    """Every import of the branches that were read. `look` reads a target as the repository of the branch runs it."""
    found: dict[ImportTarget, list[tuple[Importer, ImporterView]]] = {}
    for branch, one in _imports(branches):
        aim = target(one.text)
        looked = ImporterView(why="patless doesn't know this form of import")
        if aim is not None and not aim.pipeline:
            looked = ImporterView(why="it names a source but no pipeline of it")
        elif aim is not None:
            looked = look(branch, one, aim)
            aim = replace(aim, repository=looked.repository or aim.repository)
        importer = Importer(branch.entry.repository.slug, branch.name, one.path, one.line)
        found.setdefault(aim or ImportTarget(one.text, ""), []).append((importer, looked))
    return Graph(
        tuple(_shared(aim, found[aim]) for aim in sorted(found)),
        tuple(
            SharedRun(importer, aim, looked.packages, looked.findings)
            for aim in sorted(found)
            for importer, looked in sorted(found[aim], key=lambda pair: pair[0])
        ),
    )


def _imports(branches: Iterable[LedgerBranch]) -> Iterator[tuple[LedgerBranch, Import]]:
    for branch in branches:
        for one in branch.seen.imports if branch.seen else ():
            yield branch, one


def _shared(aim: ImportTarget, found: Sequence[tuple[Importer, ImporterView]]) -> Shared:
    known = next((looked for _, looked in found if not looked.why), found[0][1])
    return Shared(
        aim,
        known.pin,
        known.commit,
        tuple(sorted({importer for importer, _ in found})),
        _strictest(finding for _, looked in found for finding in looked.findings),
        known.why,
    )


def _strictest(findings: Iterable[SeenFinding]) -> tuple[SeenFinding, ...]:
    """One for each place, with what every importer adds to it."""
    merged: dict[tuple[object, ...], SeenFinding] = {}
    for one in findings:
        key = (one.path, one.position, one.end, one.rule)
        other = merged.get(key)
        merged[key] = one if other is None else _both(other, one)
    return tuple(merged[key] for key in sorted(merged, key=repr))


def _both(first: SeenFinding, second: SeenFinding) -> SeenFinding:
    verdict: Verdict = max(first.verdict, second.verdict, key=lambda one: one.strictness)
    return replace(
        first,
        verdict=verdict,
        reasons=tuple(dict.fromkeys((*first.reasons, *second.reasons))),
        assumptions=tuple(dict.fromkeys((*first.assumptions, *second.assumptions))),
        variables=tuple(dict.fromkeys((*first.variables, *second.variables))),
        remaining=tuple(dict.fromkeys((*first.remaining, *second.remaining))),
    )

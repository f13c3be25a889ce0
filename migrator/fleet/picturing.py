"""Who pushes and who reads each package of the repositories of a ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from migrator.bitbucket.budget import cache_folder
from migrator.fleet import asking, imports, packages
from migrator.fleet.exporters import Exporters
from migrator.fleet.ledger import Ledger
from migrator.fleet.operator import Operator
from migrator.fleet.packages import Picture
from migrator.fleet.records import FleetRepository, LedgerBranch, LedgerEntry, RepositoryState, by_name, of_workspace
from migrator.fleet.scanning import Judge
from migrator.repositories import remote
from migrator.sinks.packages import Name
from migrator.sinks.packages import PushedPackages as Whose


def picture(ledger: Path, judge: Judge, workspace: str = "") -> Picture:
    """What a ledger knows of a workspace, '' for all, with shared pipelines read from the copies on this machine."""
    told = judge.operator
    with Ledger(ledger) as known:
        there = of_workspace(by_name(known.entries()), workspace)
        entries = [entry for entry in there if not told.excluded(entry.repository.slug)]
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for one in known.branches() if one.entry.repository.uuid in uuids]
        by = asking.by_hosts(judge, known)
    graph = imports.graph(branches, Exporters(entries, _copy, by))
    whose = _settled(told, {entry.repository.slug: entry.repository.workspace for entry in entries})
    return packages.picture(branches, graph, whose, [*_unread(entries), *_unread_files(branches)])


def _settled(told: Operator, workspaces: Mapping[str, str]) -> Callable[[str, str], bool]:
    @cache
    def whose(slug: str) -> Whose:
        return Whose(told.settings(workspaces.get(slug, ""), slug))

    def settled(slug: str, package: str) -> bool:
        host, _, rest = package.partition("/")
        return whose(slug).listed(Name(package, host, rest.partition("/")[0], True, False))

    return settled


def _copy(repository: FleetRepository) -> Path:
    if repository.folder:
        return Path(repository.folder)
    return remote.place(cache_folder(os.environ), repository.workspace, repository.slug)


def _unread_files(branches: Iterable[LedgerBranch]) -> Iterator[tuple[str, str]]:
    for branch in branches:
        for one in branch.seen.skipped if branch.seen else ():
            yield branch.entry.repository.slug, f"{one.path}: {one.error}"


def _unread(entries: Iterable[LedgerEntry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if entry.lacks:
            yield entry.repository.slug, entry.error or str(entry.state)
        elif entry.state is RepositoryState.LISTED:
            yield entry.repository.slug, "listed, but not scanned yet"

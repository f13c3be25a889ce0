"""`patless fleet packages`: who pushes and who reads each package of the repositories that were scanned."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from migrator.bitbucket.budget import cache_folder
from migrator.cli import console, exits
from migrator.cli.console import Colour
from migrator.cli.failures import UsageError
from migrator.cli.fleet_options import Operated
from migrator.fleet import asking, imports, operator, packages
from migrator.fleet.exporters import Exporters
from migrator.fleet.judging import judging
from migrator.fleet.ledger import Ledger
from migrator.fleet.operator import Operator
from migrator.fleet.packages import Picture
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, by_name
from migrator.fleet.scanning import Judge
from migrator.reports import formats
from migrator.reports.formats import Format
from migrator.reports.subjects import fleet_packages as subjects
from migrator.repositories import remote
from migrator.sinks.packages import Name
from migrator.sinks.packages import PushedPackages as Whose


def run(operated: Operated, rules: Sequence[Path], format: Format, color: Colour) -> int:
    """Print the picture and return the exit code."""
    told = operator.find(operated.config)
    found = picture(operated.ledger, judging(told, rules))
    console.out(formats.write(format, subjects.subject(found), console.paint(color, sys.stdout)))
    unread = bool(found.unread) or any(shared.why for shared in found.shared)
    return exits.code(unread=unread, left=False, exit_zero=False)


def picture(path: Path, judge: Judge) -> Picture:
    """What the ledger at `path` knows, with shared pipelines read from the copies on this machine."""
    told = judge.operator
    if not path.exists():
        raise UsageError(f"there is no ledger at {path}; `patless fleet scan` writes one")
    with Ledger(path) as ledger:
        entries = [entry for entry in by_name(ledger.entries()) if not told.excluded(entry.repository.slug)]
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for one in ledger.branches() if one.entry.repository.uuid in uuids]
        by = asking.by_hosts(judge, ledger)
    graph = imports.graph(branches, Exporters(entries, _copy, by))
    whose = _settled(told, {entry.repository.slug: entry.repository.workspace for entry in entries})
    return packages.picture(branches, graph, whose, list(_unread(entries)))


def _settled(told: Operator, workspaces: Mapping[str, str]) -> Callable[[str, str], bool]:
    @cache
    def whose(slug: str) -> Whose:
        return Whose(told.settings(workspaces.get(slug, ""), slug))

    def settled(slug: str, package: str) -> bool:
        host, _, rest = package.partition("/")
        return whose(slug).listed(Name(package, host, rest.partition("/")[0], True))

    return settled


def _copy(repository: FleetRepository) -> Path:
    if repository.folder:
        return Path(repository.folder)
    return remote.place(cache_folder(os.environ), repository.workspace, repository.slug)


def _unread(entries: Iterable[LedgerEntry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if entry.lacks:
            yield entry.repository.slug, entry.error or str(entry.state)
        elif entry.state is RepositoryState.LISTED:
            yield entry.repository.slug, "it was listed, and not looked at yet"

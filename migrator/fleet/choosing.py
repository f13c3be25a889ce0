"""Which repositories a round looks at: what Bitbucket lists, or another run has listed; and what became of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from migrator.bitbucket.session import Client
from migrator.findings.counting import many
from migrator.fleet import bounding, catalogue, leaving, listing, visiting
from migrator.fleet.catalogue import CatalogueError
from migrator.fleet.leaving import Departures
from migrator.fleet.ledger import Ledger
from migrator.fleet.listing import Selection
from migrator.fleet.operator import Operator
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, Scanned
from migrator.fleet.sharding import Shard
from migrator.options import UsageError
from migrator.options.fleet import Choice
from migrator.text.mask import printable

_NAMES = 20


class RepositoryList(Struct, frozen=True):
    """Which repositories of a workspace there are, as of a moment. `whole`: it is all of the workspace. `refused` are
    slugs that were named and are hidden, and why."""

    workspace: str
    repositories: tuple[FleetRepository, ...]
    at: str
    whole: bool
    refused: tuple[tuple[str, str], ...] = ()


class ChosenRepositories(Struct, frozen=True):
    """The uuids of what is to be looked at, of a workspace or of clones on this machine, and lines on what has become
    of others."""

    workspace: str
    uuids: tuple[str, ...]
    news: tuple[str, ...] = ()


def of_ledger(ledger: Ledger, workspace: str) -> ChosenRepositories:
    """What the ledger has of a workspace."""
    return ChosenRepositories(workspace, tuple(_of(ledger, workspace)))


def clones(folders: Sequence[Path], ledger: Ledger, shard: Shard) -> ChosenRepositories:
    """Those in folders of this machine, which are in the ledger then. Raises UsageError, GitError, GitMissing."""
    found = [one for folder in folders for one in listing.clones(folder) if shard.holds(one.uuid)]
    if not found:
        raise UsageError(f"{folders[0]}: no clone in this folder; name one that holds clones of repositories")
    ledger.put(found, visiting.now())
    return ChosenRepositories("", tuple(one.uuid for one in found))


def catalogued(path: Path, workspace: str, client: Client) -> RepositoryList:
    """What another run has listed. `workspace` '': whatever it is of. Raises UsageError."""
    try:
        found = catalogue.read(path, client.base)
    except CatalogueError as error:
        raise UsageError(str(error)) from None
    if workspace not in ("", found.workspace):
        raise UsageError(
            f"{path} lists the repositories of {printable(found.workspace)}, not of {printable(workspace)}"
        )
    return RepositoryList(found.workspace, tuple(found.repositories), found.at, found.whole)


def listed(client: Client, selection: Selection) -> RepositoryList:
    """What Bitbucket lists now. Raises ApiError."""
    found, refused = listing.listed(client, selection)
    return RepositoryList(selection.workspace, tuple(found), visiting.now(), selection.whole, tuple(refused))


def chosen(known: RepositoryList, ledger: Ledger, client: Client, shard: Shard, cache: Path) -> ChosenRepositories:
    """What is to be looked at, which is in the ledger then; those that were named and are hidden are rows as well.

    Those that the whole list has no more are asked for, one by one.
    """
    workspace, found, at = known.workspace, known.repositories, known.at
    before = _of(ledger, workspace)
    slugs = {slug for slug, _ in known.refused}
    lost = [
        one
        for uuid, one in before.items()
        if one.repository.is_named and not one.state.left and shard.holds(uuid)
        if known.whole or one.repository.slug in slugs
    ]
    there = {one.uuid for one in found}
    lost = [one for one in lost if one.repository.uuid not in there]
    gone = leaving.departures(client, workspace, lost)
    told = {one.repository.slug for one in lost}
    hidden = {FleetRepository.unnamed(workspace, slug): why for slug, why in known.refused if slug not in told}
    mine = [one for one in (*found, *hidden) if shard.holds(one.uuid)]
    # A list of another run can be older than what the ledger knows.
    ledger.put([one for one in mine if one.uuid not in before or before[one.uuid].listed <= at], at)
    ledger.put(gone.there, visiting.now())
    outcomes = [Scanned(one.uuid, RepositoryState.FORBIDDEN, at, error=printable(why)) for one, why in hidden.items()]
    for outcome in (*(one for one in outcomes if shard.holds(one.uuid)), *gone.outcomes):
        ledger.record(outcome)
    uuids = (*(one.uuid for one in (*mine, *gone.there)), *(one.uuid for one in gone.outcomes))
    now = _of(ledger, workspace)
    bounding.mark_gone(cache, before.values(), now.values())
    return ChosenRepositories(workspace, uuids, tuple(_news(before, now, gone)))


def to_migrate(entries: Iterable[LedgerEntry], choice: Choice, fleet: Operator) -> list[LedgerEntry]:
    """Those of the ones that are named which may be written to: one that is gone, archived or left out is not."""
    return [
        one
        for one in named(entries, choice, fleet)
        if not (one.state.left or fleet.excluded(one.repository.slug) or fleet.is_archived(one.repository))
    ]


def named(entries: Iterable[LedgerEntry], choice: Choice, fleet: Operator) -> list[LedgerEntry]:
    """Those that are chosen. A clone on this machine never is."""
    return [
        one
        for one in entries
        if not one.repository.folder
        if not choice.wave or ((wave := fleet.wave(one.repository.slug)) is not None and wave.name == choice.wave)
        if not choice.slugs or any(fnmatchcase(one.repository.slug, glob) for glob in choice.slugs)
    ]


def some(names: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    every = [printable(one) for one in names]
    more = [f"and {len(every) - _NAMES:,} more"] if len(every) > _NAMES else []
    return ", ".join([*every[:_NAMES], *more])


def _of(ledger: Ledger, workspace: str) -> dict[str, LedgerEntry]:
    return {one.repository.uuid: one for one in ledger.entries() if one.repository.workspace == workspace}


def _news(before: Mapping[str, LedgerEntry], now: Mapping[str, LedgerEntry], gone: Departures) -> Iterator[str]:
    """What has become of repositories since, and which ones do not count."""
    for uuid, one in now.items():
        old = before.get(uuid)
        if old and old.repository.slug != one.repository.slug:
            yield printable(f"renamed: {old.repository.slug} is {one.repository.slug} now")
    for state in (RepositoryState.GONE, RepositoryState.TRANSFERRED):
        if those := [one for one in now.values() if one.state is state]:
            names = some(_named(one) for one in those)
            yield f"not counted: {len(those):,} {state} ({names}); run `patless fleet forget` to remove them"
    if gone.unasked:
        which = many(gone.unasked, "earlier repository is", "earlier repositories are")
        why = f": {printable(gone.why)}" if gone.why else ""
        yield f"{which} not in the list; patless could not ask for more, so it concludes nothing from that{why}"


def _named(one: LedgerEntry) -> str:
    return f"{one.repository.slug}: {one.error}" if one.state is RepositoryState.TRANSFERRED else one.repository.slug

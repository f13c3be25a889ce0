"""Which repositories a scan looks at: what Bitbucket lists, or another run has listed; and what became of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.failures import UsageError
from migrator.cli.fleet_options import Allowance, RepositoryFilter
from migrator.findings.counting import many
from migrator.fleet import bounding, catalogue, leaving, listing, visiting
from migrator.fleet.catalogue import Catalogue, CatalogueError
from migrator.fleet.leaving import Departures
from migrator.fleet.ledger import Ledger
from migrator.fleet.listing import Selection
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, Scanned
from migrator.fleet.sharding import Shard
from migrator.text.mask import printable

_NAMES = 20


class ChosenRepositories(Struct, frozen=True):
    """The uuids of what is to be looked at, and lines on what has become of others."""

    uuids: tuple[str, ...]
    news: tuple[str, ...] = ()


def selection(filter: RepositoryFilter, slugs: Iterable[str] = ()) -> Selection:
    """Raises UsageError."""
    if filter.project and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,127}", filter.project):
        raise UsageError("--project is the key of a project: letters, digits and underscores")
    try:
        moment = listing.moment(filter.since, datetime.now(UTC)) if filter.since else None
    except (ValueError, OverflowError):
        raise UsageError("--since is a date such as 2026-11-17, or a number of days such as 7d") from None
    return Selection(filter.workspace, filter.project, filter.query, moment, tuple(dict.fromkeys(slugs)))


def write(filter: RepositoryFilter, output: Path, max_requests: int | None) -> int:
    """Write the list of a workspace into a file, for `scan --listing`, and return the exit code."""
    chosen = selection(filter)
    if not chosen.workspace:
        raise UsageError("name whose repositories to list: --workspace SLUG")
    with network.client(allowance=Allowance(max_requests)) as client:
        chosen = replace(chosen, workspace=account.slug(client, chosen.workspace))
        at = visiting.now()
        found, _ = listing.listed(client, chosen)
    text = catalogue.document(chosen.workspace, at, chosen.whole, found)
    if not deliver(Delivery(text), output):
        return exits.UNREADABLE
    console.out(f"{output}: {many(len(found), 'repository', 'repositories')} of {printable(chosen.workspace)}\n")
    return exits.CLEAN


def catalogued(path: Path, workspace: str, client: Client) -> Catalogue:
    """The list that another run has written. `workspace` '': whatever it is of. Raises UsageError."""
    try:
        found = catalogue.read(path, client.base)
    except CatalogueError as error:
        raise UsageError(str(error)) from None
    if workspace not in ("", found.workspace):
        raise UsageError(f"{path} is a list of {printable(found.workspace)}, not of {printable(workspace)}")
    return found


def known(ledger: Ledger, workspace: str) -> ChosenRepositories:
    """What the ledger has of a workspace."""
    return ChosenRepositories(tuple(_of(ledger, workspace)))


def listed(
    chosen: Selection, ledger: Ledger, client: Client, shard: Shard, given: Catalogue | None, cache: Path
) -> ChosenRepositories:
    """What is to be looked at, which is in the ledger then; those that were named and are hidden are rows as well.

    Those that the whole list has no more are asked for, one by one.
    """
    workspace = chosen.workspace
    before = _of(ledger, workspace)
    refused: Sequence[tuple[str, str]] = ()
    if given:
        found, at, whole = list(given.repositories), given.at, given.whole
    else:
        with network.told(client):
            found, refused = listing.listed(client, chosen)
        at, whole = visiting.now(), chosen.whole
    slugs = {slug for slug, _ in refused}
    lost = [
        one
        for uuid, one in before.items()
        if one.repository.is_named and not one.state.left and shard.holds(uuid)
        if whole or one.repository.slug in slugs
    ]
    there = {one.uuid for one in found}
    lost = [one for one in lost if one.repository.uuid not in there]
    gone = leaving.departures(client, workspace, lost)
    told = {one.repository.slug for one in lost}
    hidden = {FleetRepository.unnamed(workspace, slug): why for slug, why in refused if slug not in told}
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
    return ChosenRepositories(uuids, tuple(_news(before, now, gone)))


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
            yield f"not counted: {len(those):,} {state} ({names}); `patless fleet forget` takes them out"
    if gone.unasked:
        which = many(gone.unasked, "repository of before is", "repositories of before are")
        why = f": {printable(gone.why)}" if gone.why else ""
        yield f"{which} not in the list, and could not be asked for; nothing is concluded from that{why}"


def _named(one: LedgerEntry) -> str:
    return f"{one.repository.slug}: {one.error}" if one.state is RepositoryState.TRANSFERRED else one.repository.slug

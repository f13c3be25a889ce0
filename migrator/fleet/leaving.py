"""Repositories that the list of a workspace has no more: gone, in another workspace, or there all the same.

A list that lacks a repository proves nothing: it is asked for by its uuid, and only what Bitbucket says of it counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from migrator.bitbucket import repositories as api
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.session import Client
from migrator.fleet import listing
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, Scanned
from migrator.fleet.visiting import now
from migrator.text.mask import printable

MOST = 500
"""So many are asked for in one run, with a request each; the others in the next one."""
_GONE = {
    Cause.MISSING: "the list of {} no longer has it; Bitbucket says that it is removed, or hidden from this credential",
    Cause.GONE: "the list of {} no longer has it; Bitbucket says that it is removed (410)",
}


class Departures(Struct, frozen=True):
    """`there` are in the workspace all the same, under whatever name. `outcomes` is what the ledger keeps of others.
    `unasked` counts those that could not be asked for, of which nothing is concluded; `why` is of the first."""

    there: tuple[FleetRepository, ...] = ()
    outcomes: tuple[Scanned, ...] = ()
    unasked: int = 0
    why: str = ""


def departures(client: Client, workspace: str, entries: Sequence[LedgerEntry]) -> Departures:
    """What has become of repositories of the workspace that its list has not."""
    there: list[FleetRepository] = []
    outcomes: list[Scanned] = []
    unasked, why = 0, ""
    for number, entry in enumerate(entries):
        if number == MOST:
            return Departures(tuple(there), tuple(outcomes), unasked + len(entries) - number, why)
        try:
            found = listing.repository(api.anywhere(client, entry.repository.uuid))
        except ApiError as error:
            if (outcome := _refused(entry, workspace, error)) is not None:
                outcomes.append(outcome)
                continue
            unasked, why = unasked + 1, why or str(error)
            if error.kind is Cause.SPENT:
                return Departures(tuple(there), tuple(outcomes), unasked + len(entries) - number - 1, why)
            continue
        if found.uuid != entry.repository.uuid:
            unasked, why = unasked + 1, why or "Bitbucket answers with another repository than the one asked for"
        elif found.workspace == workspace:
            there.append(found)
        else:
            where = printable(f"it is {found.workspace}/{found.slug} now")
            outcomes.append(Scanned(found.uuid, RepositoryState.TRANSFERRED, now(), error=where))
    return Departures(tuple(there), tuple(outcomes), unasked, why)


def _refused(entry: LedgerEntry, workspace: str, error: ApiError) -> Scanned | None:
    """None where the answer says nothing of the repository."""
    uuid = entry.repository.uuid
    if error.kind is Cause.FORBIDDEN:
        return Scanned(uuid, RepositoryState.FORBIDDEN, now(), error=printable(str(error)))
    if error.kind in _GONE:
        return Scanned(uuid, RepositoryState.GONE, now(), error=_GONE[error.kind].format(workspace))
    return None

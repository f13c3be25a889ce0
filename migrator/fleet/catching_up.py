"""The pull requests of a ledger as Bitbucket has them by now: each that is not settled is asked after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.session import Client
from migrator.fleet import following
from migrator.fleet.abreast import Abreast, Place
from migrator.fleet.ledger import Ledger
from migrator.fleet.progress import Going
from migrator.fleet.records import FleetRepository, LedgerEntry, Migration

ENDS = (Cause.RATE_LIMITED, Cause.UNAUTHORISED, Cause.SPENT)
"""No other repository would be answered otherwise."""


class StatusAnswers(Struct, frozen=True):
    """`failures` are what could not be asked, as sentences; `why` the rest was not, as the run was to end."""

    failures: tuple[str, ...] = ()
    why: str = ""


def followed(
    client: Client,
    ledger: Ledger,
    entries: Sequence[LedgerEntry],
    changes: Sequence[Migration],
    again: bool = False,
    far: Going | None = None,
) -> StatusAnswers:
    """Ask after every change that is not settled, `again`: and after merged ones, several at a time."""
    by_uuid = {entry.repository.uuid: entry.repository for entry in entries if not entry.state.left}
    asked = [(by_uuid[one.uuid], one) for one in changes if one.uuid in by_uuid and following.unsettled(one, again)]
    failures: list[str] = []
    whys: list[str] = []
    if far:
        far.begins("asking after pull requests", len(asked), "pull request", "pull requests")

    def ask(
        one: tuple[FleetRepository, Migration], place: Place
    ) -> tuple[FleetRepository, Migration, Migration | ApiError]:
        repository, change = one
        try:
            now = datetime.now(UTC)
            learnt = following.followed(client, repository.workspace, repository.slug, change, now, again)
        except ApiError as error:
            if error.kind in ENDS:
                place.turn()
                place.stop()
            return repository, change, error
        return repository, change, learnt

    def told(found: tuple[FleetRepository, Migration, Migration | ApiError]) -> None:
        repository, change, learnt = found
        if far:
            far.done += 1
        if not isinstance(learnt, ApiError):
            ledger.amend(change.uuid, change.destination, partial(following.amended, learnt=learnt))
        elif learnt.kind is Cause.SPENT:
            whys.append(str(learnt))
        else:
            failures.append(f"{repository.slug} {change.destination}: {learnt}")

    Abreast().go(asked, ask, told)
    return StatusAnswers(tuple(failures), whys[0] if whys else "")

"""`patless fleet status`: how far each repository is, and what has become of its pull requests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.fleet_asking import FleetShowing, ScanOptions, named, opened
from migrator.cli.network import Allowance, Going
from migrator.fleet import following, operator
from migrator.fleet.abreast import Abreast, Place
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import FleetRepository, LedgerEntry, Migration
from migrator.reports import formats
from migrator.reports.subjects import status as statuses
from migrator.text.mask import printable

ENDS = (Cause.RATE_LIMITED, Cause.UNAUTHORISED, Cause.SPENT)
"""No other repository would be answered otherwise."""


def run(
    asked: ScanOptions,
    showing: FleetShowing,
    *,
    offline: bool,
    again: bool,
    asking: Allowance = Allowance(),  # noqa: B008 - frozen
) -> int:
    """Print how far every repository is, and return the exit code."""
    fleet = operator.find(asked.config)
    told = StatusAnswers()
    far = Going(later=f"What is known is in {asked.ledger}: end the run at any time, the same command goes on")
    with opened(asked) as ledger:
        entries = [one for one in ledger.entries() if named(one, asked, fleet)]
        changes = ledger.changes()
        if not offline and any(following.unsettled(one, again) for one in changes):
            with network.client(far, asking) as client:
                told = followed(client, ledger, entries, changes, again, far)
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for entry in entries for one in ledger.branches(entry.repository.uuid)]
        kept = [one for one in ledger.changes() if one.uuid in uuids]
    found = following.rows(entries, branches, kept, datetime.now(UTC), fleet.excluded, fleet.is_archived)
    workspace = entries[0].repository.workspace if entries else ""
    subject = statuses.subject(workspace, found)
    console.out(formats.write(showing.format, subject, console.paint(showing.colour, sys.stdout)))
    console.err(f"patless: {failure}" for failure in told.failures)
    if told.why:
        console.err([printable(f"patless: {told.why}; the rest is as it was known: the same command goes on")])
    if told.failures:
        return exits.REFUSED
    standings = {row.standing for row in found}
    left = bool(standings & {following.Standing.FINDINGS, following.Standing.OPEN, following.Standing.MERGED_RED})
    return exits.code(
        unread=bool(told.why) or any(row.is_unread for row in found), left=left, exit_zero=showing.exit_zero
    )


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

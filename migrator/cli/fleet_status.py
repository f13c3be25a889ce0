"""`patless fleet status`: how far each repository is, and what has become of its pull requests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from migrator.cli import console, exits, fleet_next, network
from migrator.cli.fleet_ledger import opened
from migrator.fleet import choosing, following, operator
from migrator.fleet.catching_up import StatusAnswers, followed
from migrator.fleet.following import StatusRow
from migrator.fleet.progress import Going
from migrator.fleet.records import LedgerEntry
from migrator.options import UsageError
from migrator.options.fleet import Operated, StatusOptions
from migrator.options.output import Format
from migrator.reports import formats
from migrator.reports.subjects import status as statuses
from migrator.text.mask import printable


def run(options: StatusOptions) -> int:
    """Print how far every repository is, and return the exit code."""
    place, again = options.operated, options.again
    fleet = operator.find(place.config)
    told = StatusAnswers()
    far = Going(later=f"Results are in {place.ledger}; stop at any time, and run the same command to continue")
    with opened(place.ledger, options.workspace) as ledger:
        known = ledger.entries()
        entries = choosing.named(known, options.choice, fleet, options.workspace)
        changes = ledger.changes()
        if not options.offline and any(following.unsettled(one, again) for one in changes):
            with network.client(far, options.allowance) as client:
                told = followed(client, ledger, entries, changes, again, far)
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for entry in entries for one in ledger.branches(entry.repository.uuid)]
        kept = [one for one in ledger.changes() if one.uuid in uuids]
    found = following.rows(entries, branches, kept, datetime.now(UTC), fleet.excluded, fleet.is_archived)
    workspace = entries[0].repository.workspace if entries else ""
    unknown = list(choosing.unknown(known, options.choice.slugs))
    if known and not found and unknown:
        raise UsageError(_unknown(unknown, options))
    subject = statuses.subject(workspace, found)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    if options.format is Format.TEXT and (words := _next(found, entries, place)):
        console.out(f"{words}\n")
    console.err(f"patless: {failure}" for failure in told.failures)
    if told.why:
        console.err(
            [printable(f"patless: {told.why}; the other rows are from before; run the same command to continue")]
        )
    if unknown:
        console.err([f"patless: {_unknown(unknown, options)}"])
        return exits.USAGE
    if told.failures:
        return exits.REFUSED
    standings = {row.standing for row in found}
    left = bool(standings & {following.Standing.FINDINGS, following.Standing.OPEN, following.Standing.MERGED_RED})
    return exits.code(
        unread=bool(told.why) or any(row.is_unread for row in found), left=left, exit_zero=options.exit_zero
    )


def _unknown(names: Sequence[str], options: StatusOptions) -> str:
    which = "repository" if len(names) == 1 else "repositories"
    again = fleet_next.fleet("status", options.operated)
    return f"{options.operated.ledger} has no {which} {choosing.some(names)}; {again} lists all"


def _next(found: Sequence[StatusRow], entries: Sequence[LedgerEntry], place: Operated) -> str:
    workspace = fleet_next.workspace_of(one.repository.workspace for one in entries if not one.repository.folder)
    return fleet_next.after_status(found, workspace, place)

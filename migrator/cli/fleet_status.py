"""`patless fleet status`: how far each repository is, and what has become of its pull requests."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from migrator.cli import console, exits, network
from migrator.cli.fleet_ledger import opened
from migrator.fleet import choosing, following, operator
from migrator.fleet.catching_up import StatusAnswers, followed
from migrator.fleet.progress import Going
from migrator.options.fleet import StatusOptions
from migrator.reports import formats
from migrator.reports.subjects import status as statuses
from migrator.text.mask import printable


def run(options: StatusOptions) -> int:
    """Print how far every repository is, and return the exit code."""
    place, again = options.operated, options.again
    fleet = operator.find(place.config)
    told = StatusAnswers()
    far = Going(later=f"What is known is in {place.ledger}: end the run at any time, the same command goes on")
    with opened(place.ledger) as ledger:
        entries = choosing.named(ledger.entries(), options.choice, fleet)
        changes = ledger.changes()
        if not options.offline and any(following.unsettled(one, again) for one in changes):
            with network.client(far, options.allowance) as client:
                told = followed(client, ledger, entries, changes, again, far)
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for entry in entries for one in ledger.branches(entry.repository.uuid)]
        kept = [one for one in ledger.changes() if one.uuid in uuids]
    found = following.rows(entries, branches, kept, datetime.now(UTC), fleet.excluded, fleet.is_archived)
    workspace = entries[0].repository.workspace if entries else ""
    subject = statuses.subject(workspace, found)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    console.err(f"patless: {failure}" for failure in told.failures)
    if told.why:
        console.err([printable(f"patless: {told.why}; the rest is as it was known: the same command goes on")])
    if told.failures:
        return exits.REFUSED
    standings = {row.standing for row in found}
    left = bool(standings & {following.Standing.FINDINGS, following.Standing.OPEN, following.Standing.MERGED_RED})
    return exits.code(
        unread=bool(told.why) or any(row.is_unread for row in found), left=left, exit_zero=options.exit_zero
    )

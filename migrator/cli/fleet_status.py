"""`patless fleet status`: how far each repository is, and what has become of its pull requests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from migrator.bitbucket.errors import ApiError, Kind
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.fleet_asking import Asked, Showing, named, opened
from migrator.fleet import following, operator
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import Change, Entry
from migrator.reports import formats
from migrator.reports.subjects import status as statuses

ENDS = (Kind.RATE_LIMITED, Kind.UNAUTHORISED)
"""No other repository would be answered otherwise."""


def run(asked: Asked, showing: Showing, *, offline: bool, again: bool) -> int:
    """Print how far every repository is, and return the exit code."""
    fleet = operator.find(asked.config)
    failures: list[str] = []
    with opened(asked) as ledger:
        entries = [one for one in ledger.entries() if named(one, asked, fleet)]
        changes = ledger.changes()
        if not offline and any(following.unsettled(one, again) for one in changes):
            with network.client() as client:
                failures = followed(client, ledger, entries, changes, again)
        uuids = {entry.repository.uuid for entry in entries}
        branches = [one for entry in entries for one in ledger.branches(entry.repository.uuid)]
        kept = [one for one in ledger.changes() if one.uuid in uuids]
    found = following.rows(entries, branches, kept, datetime.now(UTC), fleet.excluded, fleet.is_archived)
    workspace = entries[0].repository.workspace if entries else ""
    subject = statuses.subject(workspace, found)
    console.out(formats.write(showing.format, subject, console.paint(showing.colour, sys.stdout)))
    console.err(f"patless: {failure}" for failure in failures)
    if failures:
        return exits.REFUSED
    standings = {row.standing for row in found}
    left = bool(standings & {following.Standing.FINDINGS, following.Standing.OPEN, following.Standing.MERGED_RED})
    return exits.code(unread=following.Standing.ERROR in standings, left=left, exit_zero=showing.exit_zero)


def followed(
    client: Client, ledger: Ledger, entries: Sequence[Entry], changes: Sequence[Change], again: bool = False
) -> list[str]:
    """Ask after every change that is not settled, `again`: and after merged ones; what could not be asked, as
    sentences."""
    by_uuid = {entry.repository.uuid: entry.repository for entry in entries if not entry.state.left}
    failures: list[str] = []
    for change in changes:
        repository = by_uuid.get(change.uuid)
        if repository is None or not following.unsettled(change, again):
            continue
        try:
            workspace, slug = repository.workspace, repository.slug
            learnt = following.followed(client, workspace, slug, change, datetime.now(UTC), again)
            ledger.amend(change.uuid, change.destination, partial(following.amended, learnt=learnt))
        except ApiError as error:
            failures.append(f"{repository.slug} {change.destination}: {error}")
            if error.kind in ENDS:
                break
    return failures

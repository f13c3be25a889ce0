"""`patless fleet report`: what is known of a fleet as one page, with tables for spreadsheets and programs beside it."""

from __future__ import annotations

from datetime import UTC, datetime

from migrator.cli import console, exits, fleet_next, fleet_packages, telling
from migrator.cli.delivery import Delivery, deliver
from migrator.fleet import operator
from migrator.fleet.judging import judging
from migrator.fleet.progress import Going
from migrator.options.fleet import ReportOptions
from migrator.options.output import Format
from migrator.reports import collecting
from migrator.reports.subjects import fleet as subjects


def run(options: ReportOptions) -> int:
    """Write the page and the files beside it, say where, and return the exit code."""
    now = datetime.now(UTC)
    judge = judging(operator.find(options.operated.config), options.rules)
    far = Going("making the page")
    with telling.going(far):
        picture = fleet_packages.picture(options.operated.ledger, options.workspace, judge)
        known = collecting.fleet(options, judge, picture, now)
        output = Delivery.of(subjects.subject(known, now.date()), Format.HTML)
        written = output.paths(options.output)
        if not deliver(output, options.output):
            return exits.UNREADABLE
    console.out("".join(f"{path}\n" for path in written))
    rows = [one.standing for one in known.owned]
    workspace = fleet_next.workspace_of(one.repository.workspace for one in known.owned if not one.repository.folder)
    if words := fleet_next.after_status(rows, workspace, options.operated):
        console.err([f"patless: {words}"])  # what is printed are the files alone
    return exits.code(unread=any(row.is_unread for row in rows), left=False, exit_zero=False)

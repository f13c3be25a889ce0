"""`patless fleet packages`: who pushes and who reads each package of the repositories that were scanned."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from migrator.cli import console, exits, fleet_next, telling
from migrator.cli.fleet_ledger import opened
from migrator.fleet import operator, picturing
from migrator.fleet.judging import judging
from migrator.fleet.packages import Picture
from migrator.fleet.progress import Going
from migrator.fleet.scanning import Judge
from migrator.options.fleet import Operated
from migrator.options.output import Colour, Format
from migrator.reports import formats
from migrator.reports.subjects import fleet_packages as subjects
from migrator.text.mask import printable


def run(operated: Operated, workspace: str, rules: Sequence[Path], format: Format, color: Colour) -> int:
    """Print the picture and return the exit code."""
    found = picture(operated.ledger, workspace, judging(operator.find(operated.config), rules))
    console.out(formats.write(format, subjects.subject(found), console.paint(color, sys.stdout)))
    if format is Format.TEXT:
        console.out(_next(found, operated) + "\n")
    unread = bool(found.unread) or any(shared.why for shared in found.shared)
    return exits.code(unread=unread, left=False, exit_zero=False)


def _next(found: Picture, operated: Operated) -> str:
    if any(one.open for one in found.packages):
        where = printable(str(operated.config or operator.FILE))
        return (
            f"Add what is true to `{where}`, then run {fleet_next.fleet('scan', operated)} again with the same options."
        )
    return f"Run {fleet_next.fleet('migrate', operated)} to preview the pull requests."


def picture(ledger: Path, workspace: str, judge: Judge) -> Picture:
    with opened(ledger, workspace), telling.going(Going("reading who pushes and reads what")):
        return picturing.picture(ledger, judge, workspace)

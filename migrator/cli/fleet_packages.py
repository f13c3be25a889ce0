"""`patless fleet packages`: who pushes and who reads each package of the repositories that were scanned."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from migrator.cli import console, exits
from migrator.fleet import operator, picturing
from migrator.fleet.judging import judging
from migrator.fleet.packages import Picture
from migrator.fleet.scanning import Judge
from migrator.options import UsageError
from migrator.options.fleet import Operated
from migrator.options.output import Colour, Format
from migrator.reports import formats
from migrator.reports.subjects import fleet_packages as subjects


def run(operated: Operated, rules: Sequence[Path], format: Format, color: Colour) -> int:
    """Print the picture and return the exit code."""
    found = picture(operated.ledger, judging(operator.find(operated.config), rules))
    console.out(formats.write(format, subjects.subject(found), console.paint(color, sys.stdout)))
    unread = bool(found.unread) or any(shared.why for shared in found.shared)
    return exits.code(unread=unread, left=False, exit_zero=False)


def picture(ledger: Path, judge: Judge) -> Picture:
    if not ledger.exists():
        raise UsageError(f"there is no ledger at {ledger}; `patless fleet scan` writes one")
    return picturing.picture(ledger, judge)

"""`patless packages`: whose container images a repository pushes and reads."""

from __future__ import annotations

import sys

from migrator.cli import console, exits
from migrator.cli.analysis import analyse
from migrator.cli.check import aside
from migrator.cli.options import Format, Reading, Showing, for_check_only
from migrator.cli.together import Together
from migrator.reports import machine, packages


def run(reading: Reading, showing: Showing) -> int:
    """Print the packages and return the exit code."""
    for_check_only(showing.format)
    all_of = Together.of(analyse(reading))
    aside(all_of, showing)
    if showing.format is Format.JSON:
        console.out(machine.packages(all_of.report))
    else:
        console.out(packages.table(all_of.report, console.paint(showing.colour, sys.stdout)))
    return exits.code(unread=bool(all_of.report.skipped), left=False, exit_zero=False)

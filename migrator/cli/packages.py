"""`patless packages`: whose container images a repository pushes and reads."""

from __future__ import annotations

import sys

from migrator.cli import console, exits
from migrator.cli.analysis import analyse
from migrator.cli.check import aside
from migrator.cli.options import AnalysisOptions, Showing
from migrator.cli.together import Together
from migrator.reports import formats
from migrator.reports.subjects import packages


def run(reading: AnalysisOptions, showing: Showing) -> int:
    """Print the packages and return the exit code."""
    all_of = Together.of(analyse(reading))
    aside(all_of, showing)
    subject = packages.subject(all_of.report)
    console.out(formats.write(showing.format, subject, console.paint(showing.colour, sys.stdout)))
    return exits.code(unread=bool(all_of.report.skipped), left=False, exit_zero=False)

"""`patless packages`: whose container images a repository pushes and reads."""

from __future__ import annotations

import sys

from migrator.checkouts.together import Together
from migrator.cli import console, exits
from migrator.cli.analyzing import analyzed
from migrator.cli.aside import aside
from migrator.options.analysis import AnalysisOptions, PackagesOptions, Sources
from migrator.reports import formats
from migrator.reports.subjects import packages


def reading(options: PackagesOptions, sources: Sources) -> AnalysisOptions:
    """What to analyse: the repository of a folder."""
    return AnalysisOptions((options.path,) if options.path else (), sources=sources)


def run(options: PackagesOptions, sources: Sources) -> int:
    """Print the packages and return the exit code."""
    all_of = Together.of(analyzed(reading(options, sources)))
    aside(all_of, options.color)
    subject = packages.subject(all_of.report)
    console.out(formats.write(options.format, subject, console.paint(options.color, sys.stdout)))
    return exits.code(unread=bool(all_of.report.skipped), left=False, exit_zero=False)

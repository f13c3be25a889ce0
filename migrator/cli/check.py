"""`patless check`: find what should change."""

from __future__ import annotations

import sys

from migrator.cli import console, exits
from migrator.cli.analysis import analyse
from migrator.cli.options import Format, Reading, Showing
from migrator.cli.together import Together
from migrator.reports import machine, text


def run(reading: Reading, showing: Showing, *, unsafe: bool) -> int:
    """Print the findings and return the exit code. `unsafe` only words the hint at the end."""
    all_of = Together.of(analyse(reading))
    report = all_of.report
    aside(all_of, showing)
    if showing.format is Format.JSON:
        console.out(machine.check(report))
    else:
        paint = console.paint(showing.colour, sys.stdout)
        console.out(text.check(report, all_of.reasons, paint, unsafe=unsafe, quiet=showing.quiet))
    left = exits.left(report.findings, showing.strict)
    return exits.code(unread=bool(report.skipped), left=left, exit_zero=showing.exit_zero)


def aside(all_of: Together, showing: Showing) -> None:
    """What goes to standard error in every format: what could not be read, and with text what else to know."""
    paint = console.paint(showing.colour, sys.stderr)
    lines = text.skipped(all_of.report, paint)
    if not showing.quiet:
        lines += text.notes(all_of.notes, paint)
        if not all_of.report.files:
            lines.append("patless: no pipelines file found (a name like bitbucket-pipelines.yml) in what was asked for")
    console.err(lines)

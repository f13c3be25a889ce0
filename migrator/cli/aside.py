"""What `check` and `fix` say beside their output."""

from __future__ import annotations

import sys

from migrator.checkouts.together import Together
from migrator.cli import console
from migrator.options.output import Colour
from migrator.reports.formats import text
from migrator.reports.subjects import findings


def aside(all_of: Together, color: Colour, *, quiet: bool = False) -> None:
    """What goes to standard error in every format: what could not be read, and with text what else to know."""
    paint = console.paint(color, sys.stderr)
    lines = [*findings.skipped(all_of.report), *(() if quiet else findings.notes(all_of.notes))]
    console.err([text.line(one, paint) for one in lines])
    if not (quiet or all_of.report.files or all_of.only_scripts):
        console.err(["patless: found no pipelines file (a name like bitbucket-pipelines.yml)"])

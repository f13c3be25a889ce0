"""What `check` and `fix` say beside their output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from migrator.checkouts.analysis import Analysis
from migrator.checkouts.together import Together
from migrator.cli import console, invoked
from migrator.options.output import Colour
from migrator.reports.formats import text
from migrator.reports.subjects import findings
from migrator.text.mask import named


def aside(all_of: Together, color: Colour, *, quiet: bool = False, paths: Iterable[Path] = ()) -> None:
    """What goes to standard error in every format: what could not be read, and with text what else to know."""
    paint = console.paint(color, sys.stderr)
    lines = [*findings.skipped(all_of.report), *(() if quiet else findings.notes(all_of.notes))]
    console.err(invoked.said(text.line(one, paint), paths) for one in lines)
    if not (quiet or all_of.report.files or all_of.only_files):
        where = f" in {named(str(all_of.roots[0]))}" if len(all_of.roots) == 1 else ""
        what = f"patless: found no pipelines file (a name like bitbucket-pipelines.yml){where}; name one, or change to"
        console.err([f"{what} a repository that has one"])


def verbose(analyses: Sequence[Analysis], all_of: Together, color: Colour) -> None:
    """What was read, and what is not reported and why."""
    paint = console.paint(color, sys.stderr)
    console.err(line for one in analyses for line in _read(one))
    console.err(text.line(one, paint) for one in findings.left_aside(all_of.report))


def _read(one: Analysis) -> Iterator[str]:
    """By what a repository is judged, and which of its files were read."""
    yield f"patless: repository {named(str(one.root))}"
    yield f"patless: configuration: {named(one.settled.path) if one.settled.path else 'none'}"
    if one.baseline:
        yield f"patless: baseline: {named(str(one.baseline))}"
    yield from (f"patless: rules also from {named(str(folder))}" for folder in one.more_rules)
    paths = sorted({*one.report.files, *one.report.sources})
    yield from (f"patless: read {named(one.name(path))}" for path in paths)

"""`patless check`: find what should change."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from migrator.cli import baseline, console, exits
from migrator.cli.analysis import Analysis, analyse
from migrator.cli.delivery import Output, deliver
from migrator.cli.failures import UsageError
from migrator.cli.options import Format, Reading, Showing
from migrator.cli.together import Together
from migrator.reports import machine, statistics, text


def run(reading: Reading, showing: Showing, *, unsafe: bool) -> int:
    """Print the findings and return the exit code. `unsafe` only words the hint at the end."""
    if showing.statistics and showing.format in (Format.SARIF, Format.HTML):
        raise UsageError(f"--statistics are for text and JSON; {showing.format} has no place for them")
    if reading.write_baseline:
        baseline.usable(reading)
    analyses = analyse(reading)
    all_of = Together.of(analyses)
    if reading.write_baseline:
        path = baseline.file(analyses)
        aside(all_of, showing)
        return baseline.write(analyses[0], path)
    aside(all_of, showing)
    told = deliver(_output(analyses, all_of, showing, unsafe), showing.output)
    left = exits.left(all_of.report.findings, showing.strict)
    return exits.code(unread=bool(all_of.report.skipped) or not told, left=left, exit_zero=showing.exit_zero)


def _output(analyses: Sequence[Analysis], all_of: Together, showing: Showing, unsafe: bool) -> Output:
    if showing.format is Format.HTML:
        from migrator.cli import pages

        return pages.check(all_of, [one.root for one in analyses])
    return Output(_text(analyses, all_of, showing, unsafe))


def _text(analyses: Sequence[Analysis], all_of: Together, showing: Showing, unsafe: bool) -> str:
    if showing.format is Format.JSON:
        counts = statistics.document(all_of.report.findings) if showing.statistics else None
        return machine.check(all_of.report, counts)
    if showing.format is Format.SARIF:
        from importlib.metadata import version

        from migrator.reports import sarif

        rooted = Together.of(analyses, Analysis.rooted if len(analyses) == 1 else Analysis.absolute)
        return sarif.check(rooted.report, rooted.rules, version("patless"))
    paint = console.paint(showing.colour, None if showing.output else sys.stdout)
    if showing.statistics:
        return statistics.table(all_of.report, paint, unsafe=unsafe, quiet=showing.quiet)
    return text.check(all_of.report, all_of.reasons, paint, unsafe=unsafe, quiet=showing.quiet)


def aside(all_of: Together, showing: Showing) -> None:
    """What goes to standard error in every format: what could not be read, and with text what else to know."""
    paint = console.paint(showing.colour, sys.stderr)
    lines = text.skipped(all_of.report, paint)
    if not showing.quiet:
        lines += text.notes(all_of.notes, paint)
        if not (all_of.report.files or all_of.only_scripts):
            lines.append("patless: no pipelines file found (a name like bitbucket-pipelines.yml) in what was asked for")
    console.err(lines)

"""`patless check`: find what should change."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial

from migrator.cli import baseline, console, exits
from migrator.cli.analysis import Analysis, analyse
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.failures import UsageError
from migrator.cli.options import AnalysisOptions, Showing
from migrator.cli.together import Together
from migrator.findings.counting import many
from migrator.reports.document import Findings, Subject
from migrator.reports.formats import PLAIN, text
from migrator.reports.subjects import findings
from migrator.text.mask import named


def run(reading: AnalysisOptions, showing: Showing, *, unsafe: bool) -> int:
    """Print the findings and return the exit code. `unsafe` only words the hint at the end."""
    if showing.statistics and showing.format not in PLAIN:
        raise UsageError(f"--statistics works with --format text and json, not {showing.format}")
    if reading.write_baseline:
        baseline.usable(reading)
    analyses = analyse(reading)
    all_of = Together.of(analyses)
    if reading.write_baseline:
        path = baseline.file(analyses)
        aside(all_of, showing)
        return baseline.write(analyses[0], path)
    aside(all_of, showing)
    paint = console.paint(showing.colour, None if showing.output else sys.stdout)
    subject = _subject(analyses, all_of, showing, unsafe)
    told = deliver(Delivery.of(subject, showing.format, paint), showing.output)
    left = exits.left(all_of.report.findings, showing.strict)
    return exits.code(unread=bool(all_of.report.skipped) or not told, left=left, exit_zero=showing.exit_zero)


def _subject(analyses: Sequence[Analysis], all_of: Together, showing: Showing, unsafe: bool) -> Subject:
    if showing.statistics:
        from migrator.reports.subjects import statistics

        return statistics.subject(all_of.report, unsafe=unsafe, quiet=showing.quiet)
    name = os.path.basename(os.path.realpath(analyses[0].root))
    name = named(name) if len(analyses) == 1 else many(len(analyses), "repository", "repositories")
    found = partial(_found, analyses)
    return findings.subject(all_of.report, all_of.reasons, found, name, unsafe=unsafe, quiet=showing.quiet)


def _found(analyses: Sequence[Analysis]) -> Findings:
    rooted = Together.of(analyses, Analysis.rooted if len(analyses) == 1 else Analysis.absolute)
    return Findings(rooted.report, rooted.rules, rooted.reasons)


def aside(all_of: Together, showing: Showing) -> None:
    """What goes to standard error in every format: what could not be read, and with text what else to know."""
    paint = console.paint(showing.colour, sys.stderr)
    lines = [*findings.skipped(all_of.report), *(() if showing.quiet else findings.notes(all_of.notes))]
    console.err([text.line(one, paint) for one in lines])
    if not (showing.quiet or all_of.report.files or all_of.only_scripts):
        console.err(["patless: found no pipelines file (a name like bitbucket-pipelines.yml)"])

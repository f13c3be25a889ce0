"""`patless check`: find what should change."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial

from migrator.cli import baseline, console, exits, standard_input
from migrator.cli.analysis import Analysis, analyse
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.together import Together
from migrator.findings.counting import many
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, CheckOptions
from migrator.reports.document import Findings, Subject
from migrator.reports.formats import PLAIN, text
from migrator.reports.paint import Colour
from migrator.reports.subjects import findings
from migrator.text.mask import named


def run(reading: AnalysisOptions, options: CheckOptions) -> int:
    """Print the findings and return the exit code."""
    if options.statistics and options.format not in PLAIN:
        raise UsageError(f"--statistics are for text and JSON; {options.format} has no place for them")
    if options.write_baseline:
        baseline.usable(reading.codes)
    buffer = standard_input.buffer(reading)
    analyses = analyse(reading, buffer, write_baseline=options.write_baseline)
    all_of = Together.of(analyses)
    path = baseline.file(analyses) if options.write_baseline else None
    aside(all_of, options.color, quiet=options.quiet)
    if path is not None:
        return baseline.write(analyses[0], path)
    paint = console.paint(options.color, None if options.output_file else sys.stdout)
    subject = _subject(analyses, all_of, options)
    told = deliver(Delivery.of(subject, options.format, paint), options.output_file)
    left = exits.left(all_of.report.findings, options.strict)
    return exits.code(unread=bool(all_of.report.skipped) or not told, left=left, exit_zero=options.exit_zero)


def _subject(analyses: Sequence[Analysis], all_of: Together, options: CheckOptions) -> Subject:
    unsafe, quiet = options.unsafe_fixes, options.quiet
    if options.statistics:
        from migrator.reports.subjects import statistics

        return statistics.subject(all_of.report, unsafe=unsafe, quiet=quiet)
    name = os.path.basename(os.path.realpath(analyses[0].root))
    name = named(name) if len(analyses) == 1 else many(len(analyses), "repository", "repositories")
    found = partial(_found, analyses)
    return findings.subject(all_of.report, all_of.reasons, found, name, unsafe=unsafe, quiet=quiet)


def _found(analyses: Sequence[Analysis]) -> Findings:
    rooted = Together.of(analyses, Analysis.rooted if len(analyses) == 1 else Analysis.absolute)
    return Findings(rooted.report, rooted.rules, rooted.reasons)


def aside(all_of: Together, color: Colour, *, quiet: bool = False) -> None:
    """What goes to standard error in every format: what could not be read, and with text what else to know."""
    paint = console.paint(color, sys.stderr)
    lines = [*findings.skipped(all_of.report), *(() if quiet else findings.notes(all_of.notes))]
    console.err([text.line(one, paint) for one in lines])
    if not (quiet or all_of.report.files or all_of.only_scripts):
        console.err(["patless: no pipelines file found (a name like bitbucket-pipelines.yml) in what was asked for"])

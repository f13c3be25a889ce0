"""`patless check`: find what should change."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial

from migrator.checkouts import standard_input
from migrator.checkouts.analysis import Analysis
from migrator.checkouts.together import Together
from migrator.cli import console, exits, invoked, repeating
from migrator.cli.analyzing import analyzed
from migrator.cli.aside import aside, verbose
from migrator.cli.delivery import Delivery, deliver
from migrator.findings.counting import many
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, CheckOptions
from migrator.options.output import PLAIN, Format
from migrator.reports.document import Findings, Subject
from migrator.reports.subjects import findings
from migrator.text.mask import named


def run(reading: AnalysisOptions, options: CheckOptions) -> int:
    """Print the findings and return the exit code."""
    if options.statistics and options.format not in PLAIN:
        raise UsageError(f"--statistics works with --format text and json, not {options.format}")
    if options.write_baseline:
        from migrator.cli import baseline

        return baseline.run(reading, options)
    buffer = standard_input.buffer(reading)
    analyses = analyzed(reading, buffer)
    all_of = Together.of(analyses)
    paint = console.paint(options.color, None if options.output_file else sys.stdout)
    with console.noted() as said:
        if options.verbose:
            verbose(analyses, all_of, options.color)
        aside(all_of, options.color, quiet=options.quiet, paths=reading.paths)
        subject = invoked.subject(_subject(analyses, all_of, options), reading.paths, all_of.report.findings)
        told = deliver(Delivery.of(subject, options.format, paint), options.output_file)
    left = exits.left(all_of.report.findings, options.strict)
    code = exits.code(unread=bool(all_of.report.skipped) or not told, left=left, exit_zero=options.exit_zero)
    if not (buffer or options.no_cache or options.output_file) and options.format is Format.TEXT:
        repeating.remember(said, code, analyses, all_of, reading, paint)
    return code


def _subject(analyses: Sequence[Analysis], all_of: Together, options: CheckOptions) -> Subject:
    unsafe, quiet = options.unsafe_fixes, options.quiet
    if options.statistics:
        from migrator.reports.subjects import statistics

        return statistics.subject(all_of.report, unsafe=unsafe, quiet=quiet)
    name = os.path.basename(os.path.realpath(analyses[0].root))
    name = named(name) if len(analyses) == 1 else many(len(analyses), "repository", "repositories")
    found = partial(_found, analyses)
    return findings.subject(all_of.report, all_of.reasons, found, name, pages=all_of.pages, unsafe=unsafe, quiet=quiet)


def _found(analyses: Sequence[Analysis]) -> Findings:
    rooted = Together.of(analyses, Analysis.rooted if len(analyses) == 1 else Analysis.absolute)
    return Findings(rooted.report, rooted.rules, rooted.reasons)

"""`patless check --write-baseline`: agree to live with what is found now."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from migrator.checkouts import standard_input
from migrator.checkouts.analysis import Analysis
from migrator.checkouts.together import Together
from migrator.cli import console, exits
from migrator.cli.analyzing import analyzed
from migrator.cli.aside import aside
from migrator.configuration import baselines
from migrator.findings import baseline
from migrator.findings.counting import many
from migrator.findings.records import BaselineEntry
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, CheckOptions
from migrator.repositories.writing import NotWritten, put
from migrator.text.mask import named


def run(reading: AnalysisOptions, options: CheckOptions) -> int:
    """Write what is found, and return the exit code."""
    if reading.codes.select or reading.codes.ignore:
        raise UsageError("--write-baseline writes all findings; leave out --select and --ignore")
    analyses = analyzed(reading, standard_input.buffer(reading), write_baseline=True)
    path = analyses[0].baseline
    if path is None:
        raise UsageError("no baseline file named; pass --baseline FILE, or set `baseline` in the configuration")
    aside(Together.of(analyses), options.color, quiet=options.quiet)
    return _write(analyses[0], path)


def _write(one: Analysis, path: Path) -> int:
    """Write the findings of one repository and return the exit code.

    Entries about files that were not asked for, or could not be read, stay as they were.
    """
    report = one.report
    unread = {skipped.path for skipped in report.skipped}
    kept = Counter(
        {
            entry: count
            for entry, count in (baselines.read(path) or {}).items()
            if entry.path in unread or not one.scope.holds(entry.path)
        }
    )
    found = Counter[BaselineEntry](baseline.entries(report.findings, report.sources, report.secrets))
    shown = named(str(path))
    try:
        put(path, baselines.text(kept + found).encode())
    except NotWritten as error:
        console.err([f"{shown}: not written: {error}"])
        return exits.UNREADABLE
    console.err([f"patless: wrote {many(len(report.findings), 'finding')} to {shown}"])
    return exits.UNREADABLE if unread else exits.CLEAN

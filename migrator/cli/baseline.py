"""`patless check --write-baseline`: agree to live with what is found now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from migrator.cli import console, exits
from migrator.cli.analysis import Analysis
from migrator.configuration import baselines
from migrator.findings import baseline
from migrator.findings.counting import many
from migrator.findings.records import BaselineEntry
from migrator.options import UsageError
from migrator.options.analysis import Codes
from migrator.repositories.writing import NotWritten, put
from migrator.text.mask import named


def usable(codes: Codes) -> None:
    """Raises UsageError for options that --write-baseline cannot be combined with."""
    if codes.select or codes.ignore:
        raise UsageError("--write-baseline writes all findings; leave out --select and --ignore")


def file(analyses: Sequence[Analysis]) -> Path:
    """The file to write. Raises UsageError where none is named."""
    path = analyses[0].baseline
    if path is None:
        raise UsageError(
            "which file is the baseline? name it with --baseline FILE, or set `baseline` in the configuration"
        )
    return path


def write(one: Analysis, path: Path) -> int:
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
    console.err([f"patless: {many(len(report.findings), 'finding')} written to {shown}"])
    return exits.UNREADABLE if unread else exits.CLEAN

"""`patless explain --trace PATH:LINE`: how an analysis came to what it says of a line."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from migrator.checkouts.analysis import prepared
from migrator.checkouts.targets import shown, targets
from migrator.cli import console, exits
from migrator.engine import tracing
from migrator.findings.masking import masked
from migrator.findings.naming import renamed
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, Sources
from migrator.options.output import Colour
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reports import trace as reports
from migrator.reports.formats import text
from migrator.reports.subjects import findings
from migrator.repositories.worktree import WorkTree
from migrator.text.patterns import regex
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable, View

_PLACE = regex(r"(.+?):([0-9]{1,9})(?::[0-9]{1,9})?")
"""A column may follow, as in what `check` prints."""


def run(trace: str, sources: Sources, color: Colour) -> int:
    """Print the walk of each finding at a line, or that there is none. Raises UsageError for what is no place."""
    match = _PLACE.fullmatch(trace)
    if match is None:
        raise UsageError(f"--trace {trace}: not PATH:LINE; copy one from `patless check`")
    (target, *_) = targets([Path(match[1])])
    if not target.files:
        raise UsageError(f"{match[1]} is a folder; name a file and a line of it")
    (path,) = target.files
    line = int(match[2])
    given = prepared(target, AnalysisOptions(sources=sources), [] if _is_run(path) else [path], WorkTree(target.root))
    if not 0 < line <= _lines(given.view, path):
        raise UsageError(f"{match[1]} has no line {line}")
    found = tracing.trace(given.view, given.pipelines, given.book, given.settings, BITBUCKET, path, line)
    name = partial(shown, target.root)
    unread = replace(found.report, skipped=tuple(one for one in found.report.skipped if one.path == path))
    paint = console.paint(color, sys.stderr)
    console.err(text.line(one, paint) for one in findings.skipped(masked(renamed(unread, name))))
    console.out(reports.trace(found, name, console.paint(color, sys.stdout)))
    return exits.code(unread=bool(unread.skipped), left=False, exit_zero=False)


def _is_run(path: str) -> bool:
    """Whether a file that is named is read as one that steps run, and not as one that holds pipelines."""
    return not path.endswith((".yml", ".yaml"))


def _lines(view: View, path: str) -> int:
    """How many lines a file has, 0 where it is no text. Raises UsageError where it cannot be read."""
    try:
        source = Source.decode(path, view.read(path) or b"")
    except (Unreadable, Undecodable) as error:
        raise UsageError(f"{path}: {error}") from None
    last = source.position(len(source.text))
    return last.line - (last.column == 1)

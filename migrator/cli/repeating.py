"""What a run of `check` or `fix` printed, to be kept for the same command on the same files (`migrator/replay`)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from migrator.checkouts.analysis import Analysis
from migrator.checkouts.together import Together
from migrator.cli import exits
from migrator.configuration.reading import SHARED
from migrator.findings.excluding import standing_in
from migrator.options.analysis import AnalysisOptions, Style
from migrator.replay import answering
from migrator.replay.records import Part, Printed
from migrator.reports.document import Marked, Text
from migrator.reports.excerpt import excerpt
from migrator.reports.formats import text
from migrator.reports.paint import Paint

_SHOWN = 4
"""Pieces of a line of an excerpt with text of the file: its number, and what stands before, in, and after the range."""


class _NotKept(Exception):
    """A line of a file stands in what was printed in another form."""


def remember(
    said: Sequence[tuple[str, str]],
    code: int,
    analyses: Sequence[Analysis],
    all_of: Together,
    reading: AnalysisOptions,
    paint: Paint,
) -> None:
    """Remember what a run printed, if the same files lead to the same output, and none of it is a credential."""
    asked = reading.style is Style.PIPE and not reading.offline
    more = any(one.more_rules for one in analyses)
    if asked or more or all_of.report.secrets or code not in (exits.CLEAN, exits.LEFT):
        return
    files = (reading.sources.config, reading.baseline, *(one.baseline for one in analyses))
    try:
        parts = tuple(_parts(said, all_of, paint))
    except (_NotKept, OSError):
        return
    roots = tuple(os.path.realpath(one.root) for one in analyses)
    named = tuple(map(str, reading.paths))
    folders = tuple(path for path in named if os.path.isdir(path))
    further = tuple(os.path.abspath(one) for one in files if one is not None)
    own = not (reading.sources.no_config or reading.sources.config)
    alone = analyses if len(analyses) == 1 and own else ()
    quiet = tuple(known for one in alone if (known := _quiet(one)))
    answering.remember(Printed(code, parts, (*roots, *folders), named, further, quiet))


def _quiet(one: Analysis) -> tuple[str, tuple[str, ...]] | None:
    """The path of a repository's own configuration that does no more than to leave findings and files out, if it has
    one, and texts, of which one stands in each path that it leaves out; None of another one."""
    settled = one.settled
    texts = standing_in(settled.exclude)
    if texts is None or settled.variables or settled.rules or settled.baseline:
        return None
    path = os.path.join(os.path.realpath(one.root), settled.path or SHARED)
    return (path, texts) if os.path.lexists(path) else None


def _parts(said: Sequence[tuple[str, str]], all_of: Together, paint: Paint) -> Iterator[Part]:
    """The output, with places of files where it shows lines of them. Raises _NotKept and OSError."""
    known = dict(_excerpts(all_of, paint))
    for stream, whole in said:
        plain = ""
        for number, line in enumerate(whole.split("\n")):
            plain += "\n" if number else ""
            for words, part in known.get(line, [(line, None)]):
                plain += words
                if part:
                    yield stream, plain, -1, 0
                    yield stream, *part
                    plain = ""
        yield stream, plain, -1, 0


Piece = tuple[str, tuple[str, int, int] | None]
"""Words of the output, and the bytes of a file that follow them: path, start, and length."""


def _excerpts(all_of: Together, paint: Paint) -> Iterator[tuple[str, list[Piece]]]:
    """Each line with text of a file, as it is printed."""
    data: dict[str, bytes] = {}
    for one in all_of.report.findings:
        source = all_of.report.sources.get(one.path)
        for shown in excerpt(source, one.span, ()) if source else ():
            if isinstance(shown, tuple) and len(shown) == _SHOWN:
                path = os.path.abspath(one.path)
                if path not in data:
                    with open(path, "rb") as file:
                        data[path] = file.read()
                line = text.line(shown, paint)
                yield line, list(_pieces(line, shown, path, data[path]))


def _pieces(line: str, shown: Text, path: str, data: bytes) -> Iterator[Piece]:
    at = 0
    for piece in shown[1:]:
        words = (piece.text if isinstance(piece, Marked) else piece).strip("… ")
        if not words:
            continue
        start, where = line.find(words, at), data.find(words.encode())
        if start < 0 or where < 0:
            raise _NotKept
        yield line[at:start], (path, where, len(words.encode()))
        at = start + len(words)
    yield line[at:], None

"""Which lines a unified diff adds or changes. https://git-scm.com/docs/diff-format"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from migrator.findings.records import Finding
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_HUNK = regex(rb"@@ -\d{1,10}(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@")
_ESCAPE = regex(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


class ChangedLines(Struct, frozen=True):
    """The lines of the new files that are not in the old ones: by path, sorted ranges, from 1, `stop` exclusive.

    Lines end at LF, as for git, and not at CR as in `Source`.
    """

    lines: Mapping[str, tuple[range, ...]]

    def first(self, path: str, start: int, last: int) -> int | None:
        """The first of the lines from `start` to `last` that is changed, None where none is."""
        for found in self.lines.get(path, ()):
            if found.start <= last and start < found.stop:
                return max(start, found.start)
        return None

    def whole(self, path: str, start: int, last: int) -> bool:
        """Whether all of the lines from `start` to `last` are changed."""
        return any(found.start <= start and last < found.stop for found in self.lines.get(path, ()))


def changed(diff: bytes) -> ChangedLines:
    """What `diff` adds. What is no diff is passed over, and a hunk that is cut counts as far as it goes."""
    found: dict[str, list[range]] = {}
    path: str | None = None
    lines = iter(diff.split(b"\n"))
    for line in lines:
        if line.startswith(b"diff --git "):
            path = None
        elif line.startswith(b"+++ "):
            path = _path(line[4:])
        elif hunk := _HUNK.match(line):
            added = _added(lines, int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1))
            if path is not None:
                found.setdefault(path, []).extend(added)
    return ChangedLines({path: tuple(ranges) for path, ranges in found.items()})


def line_range(source: Source, span: Span) -> tuple[int, int]:
    """The first and the last line that `span` stands on, as git counts them."""
    text = source.text
    first = text.count("\n", 0, span.start) + 1
    return first, first + text.count("\n", span.start, max(span.start, span.end - 1))


def touched(finding: Finding, sources: Mapping[str, Source], change: ChangedLines) -> bool:
    """Whether a change adds or changes a line of the finding, or one that its fix would."""
    places = {(finding.path, finding.span), *((edit.path, edit.span) for edit in finding.edits)}
    return any(change.first(path, *line_range(sources[path], span)) is not None for path, span in places)


def _added(lines: Iterator[bytes], old: int, at: int, new: int) -> list[range]:
    """The ranges of added lines of one hunk, which has `old` and `new` lines; reads it to its end."""
    found: list[range] = []
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            break
        if line.startswith(b"+"):
            if found and found[-1].stop == at:
                found[-1] = range(found[-1].start, at + 1)
            else:
                found.append(range(at, at + 1))
            at, new = at + 1, new - 1
        elif line.startswith(b"-"):
            old -= 1
        elif line.startswith(b"\\"):
            continue
        else:
            at, old, new = at + 1, old - 1, new - 1
    return found


def _path(name: bytes) -> str | None:
    """The path of the new file as the file system's names are decoded, None where there is none."""
    name = name.removesuffix(b"\r").removesuffix(b"\t")  # git ends a name with a blank in it by a tab
    if name.startswith(b'"') and name.endswith(b'"'):
        name = _ESCAPE.sub(_unescaped, name[1:-1])
    return os.fsdecode(name[2:]) if name.startswith(b"b/") else None


def _unescaped(match: re.Match[bytes]) -> bytes:
    if len(match[1]) == 3:
        return bytes([int(match[1], 8) & 0xFF])
    return _LETTERS.get(match[1], match[1])

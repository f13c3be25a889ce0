"""Places as the protocol counts them: lines from 0, and in a line the units of UTF-16.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position
"""

from __future__ import annotations

from lsprotocol import types

from migrator.text.source import Position, Source, Span


def position_at(source: Source, offset: int) -> types.Position:
    """Where a character of a file stands. A byte order mark is the first unit of the text that the editor has."""
    line = source.position(offset).line
    start = source.line_span(line).start
    return types.Position(line - 1, _units(source.text[start:offset]) + _mark(source, line))


def range_of(source: Source, span: Span) -> types.Range:
    return types.Range(position_at(source, span.start), position_at(source, span.end))


def of_place(source: Source | None, place: Position | None) -> types.Position:
    """A place as reports have it; of a file that was not read, or without a place, the start of the line or file."""
    line, column = (place.line, place.column) if place else (1, 1)
    before = source.line(line)[: column - 1] if source else ""
    return types.Position(line - 1, _units(before) + (_mark(source, line) if source and column > 1 else 0))


def offset_at(source: Source, at: types.Position) -> int:
    """The character at a position; the end of the line, or of the text, where it is behind that."""
    line = source.line_span(at.line + 1)
    left = at.character - _mark(source, at.line + 1)
    for offset in range(line.start, line.end):
        if left <= 0 or source.text[offset] in "\r\n":
            return offset
        left -= _units(source.text[offset])
    return line.end


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _mark(source: Source, line: int) -> int:
    return 1 if source.bom and line == 1 else 0

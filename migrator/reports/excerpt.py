"""A few lines of a scanned file with carets under what is meant: masked, escaped and of bounded width."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from migrator.reports.document import Marked, Text, Tone
from migrator.text.mask import mask, printable
from migrator.text.source import Position, Source, Span

_LINES = 8
_AROUND = 60
_INSIDE = 160


def excerpt(source: Source, span: Span, secrets: Collection[Span]) -> tuple[Text, ...]:
    """Of a range over more than 8 lines the first 8 are shown."""
    first = source.position(span.start).line
    last = max(first, source.position(max(span.start, span.end - 1)).line)
    shown = range(first, min(last, first + _LINES - 1) + 1)
    width = len(str(shown[-1]))
    margin = Marked(" " * width + " |", Tone.ASIDE)
    lines: list[Text] = [(margin,)]
    for number in shown:
        before, inside, after = _pieces(source, number, span, secrets)
        blank = " " if before or inside or after else ""
        lines.append((Marked(f"{number:>{width}} |", Tone.ASIDE), f"{blank}{before}", Marked(inside, Tone.NAME), after))
        if inside.strip():
            lines.append((margin, f" {' ' * _width(before)}", Marked("^" * _width(inside), Tone.BAD)))
    if last > shown[-1]:
        lines.append((Marked(f"{' ' * width} | … to line {last}", Tone.ASIDE),))
    return tuple(lines)


def place(position: Position | None) -> str:
    return f":{position.line}:{position.column}" if position else ""


def _pieces(source: Source, number: int, span: Span, secrets: Collection[Span]) -> tuple[str, str, str]:
    """What stands before, in and after the range on one line, as it is shown."""
    whole = source.line_span(number)
    end = whole.start + len(source.line(number))
    start_in, end_in = max(span.start, whole.start), min(span.end, end)
    if span.start < whole.start:  # a later line of the range: its indentation is not what is meant
        text = source.text[start_in:end_in]
        start_in += len(text) - len(text.lstrip())
    pieces = ((whole.start, start_in), (start_in, max(start_in, end_in)), (max(start_in, end_in), end))
    before, inside, after = (_clean(source.text[a:b], secrets, a) for a, b in pieces)
    if len(before) > _AROUND * 2:
        before = "…" + before[-_AROUND:]
    if len(inside) > _INSIDE:
        inside = inside[: _INSIDE - 1] + "…"
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    after = after.rstrip()
    inside = inside if after else inside.rstrip()
    return before if inside or after else before.rstrip(), inside, after


def _clean(text: str, secrets: Collection[Span], offset: int) -> str:
    return printable(mask(text, secrets, offset)).expandtabs(1).replace("\n", " ")


def _width(text: str) -> int:
    """Columns on a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )

"""A step's script as one program, with the way back from its characters to those of the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

from migrator.core.findings import Edit
from migrator.core.text import Source, Span
from migrator.readers.pipelines import ScriptItem
from migrator.readers.scalars import ScalarMap, map_scalar
from migrator.readers.yaml import Scalar


class Part(Struct, frozen=True):
    """An item of the script: its text begins at `start`; `runs` is None where it cannot be followed to the file."""

    start: int
    scalar: Scalar
    runs: ScalarMap | None


class Script(Struct, frozen=True):
    """The commands of a script, joined by newlines; pipe and agent items are no text of it."""

    source: Source
    text: str
    parts: tuple[Part, ...]

    @classmethod
    def join(cls, source: Source, items: Iterable[ScriptItem]) -> Script:
        parts: list[Part] = []
        texts: list[str] = []
        length = 0
        for item in items:
            if isinstance(item, Scalar):
                parts.append(Part(length, item, map_scalar(source.text, item)))
                texts.append(item.value)
                length += len(item.value) + 1
        return cls(source, "\n".join(texts), tuple(parts))

    def part(self, offset: int) -> Part | None:
        index = bisect_right([part.start for part in self.parts], offset) - 1
        return self.parts[index] if index >= 0 else None

    def place(self, span: Span) -> Span | None:
        """Where characters of the script stand in the file; None where they are not in one item, or not followed."""
        part = self.part(span.start)
        if part is None or part.runs is None or span.end > part.start + part.runs.length:
            return None
        return part.runs.place(span.start - part.start, span.end - part.start)

    def shown(self, span: Span) -> Span:
        """A place in the file to point at, at worst the whole item."""
        part = self.part(span.start)
        if part is None:
            return Span(0, 0)
        if part.runs is None:
            return part.scalar.span
        end = min(span.end - part.start, part.runs.length)
        return part.runs.place(min(span.start - part.start, end), end)

    def edit(self, span: Span, text: str) -> Edit | None:
        """The edit of the file that replaces characters of the script by `text`, None where there is none.

        What spans several lines of the file is not edited.
        """
        place = self.place(span)
        part = self.part(span.start)
        if place is None or part is None or part.runs is None:
            return None
        if any(char in self.source.text[place.start : place.end] for char in "\r\n"):
            return None
        return Edit(self.source.path, place, part.runs.encode(text))

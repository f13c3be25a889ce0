"""A step's script as one program, with the way back from its characters to those of the files that it stands in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

from migrator.platforms.records import Task
from migrator.rulebook.programs import Launcher
from migrator.text.edits import Edit
from migrator.text.scalars import ScalarMap, map_scalar
from migrator.text.source import Source, Span
from migrator.text.yaml import Scalar

ItemKey = tuple[str, Span]
"""An item of a script, or a program in a file: where it stands."""


class Part(Struct, frozen=True):
    """An item of the script, or a program in a file that it runs (`scalar` None, run by `launcher`).

    Its text begins at `start`; `runs` is None where it cannot be followed to the file. Two scripts with parts of the
    same `key` share its text.
    """

    start: int
    source: Source
    span: Span
    runs: ScalarMap | None
    scalar: Scalar | None = None
    launcher: Launcher | None = None

    @property
    def key(self) -> ItemKey:
        return self.source.path, self.span

    @property
    def style(self) -> str:
        """How the item is written in YAML, '' for a plain one and for a program in a file."""
        return self.scalar.style if self.scalar is not None else ""


class Script(Struct, frozen=True):
    """The commands of one shell, joined by newlines; tasks are no text of it. `called` are the programs
    in files that it runs: their characters come behind its own, and are no part of `text`."""

    source: Source
    text: str
    parts: tuple[Part, ...]
    called: tuple[Part, ...] = ()

    @classmethod
    def join(cls, source: Source, items: Iterable[Scalar | Task]) -> Script:
        parts: list[Part] = []
        texts: list[str] = []
        length = 0
        for item in items:
            if isinstance(item, Scalar):
                parts.append(Part(length, source, item.span, map_scalar(source.text, item), item))
                texts.append(item.value)
                length += len(item.value) + 1
        return cls(source, "\n".join(texts), tuple(parts))

    def part(self, offset: int) -> Part | None:
        parts = self.called if self.called and offset >= self.called[0].start else self.parts
        index = bisect_right(parts, offset, key=_start) - 1
        return parts[index] if index >= 0 else None

    def source_at(self, span: Span) -> Source:
        """The file that characters of the script stand in."""
        part = self.part(span.start)
        return part.source if part else self.source

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
            return part.span
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
        if not part.runs.exact(span.start - part.start, span.end - part.start):
            return None
        if any(char in part.source.text[place.start : place.end] for char in "\r\n"):
            return None
        return Edit(part.source.path, place, part.runs.encode(text))


def _start(part: Part) -> int:
    return part.start

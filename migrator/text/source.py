"""Text of a file with positions that people and other tools count the same way."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from msgspec import Struct

from migrator.text.patterns import regex

_NEWLINE = regex(r"\r\n|\n|\r")
_BOM = "\ufeff"


class Undecodable(ValueError):
    """The bytes are no text that is read; `offset` counts bytes from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Span(Struct, frozen=True, order=True):
    """A range of characters, from 0, `end` exclusive."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


class Position(Struct, frozen=True, order=True):
    """Line and column, both from 1; the column counts characters."""

    line: int
    column: int


class Source(Struct, frozen=True, dict=True):
    """A file's text without its byte order mark. Lines end at LF, CRLF or CR, and at nothing else."""

    path: str
    text: str
    bom: bool = False

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in _NEWLINE.finditer(self.text)))

    @classmethod
    def decode(cls, path: str, data: bytes) -> Source:
        """Read UTF-8, with or without a byte order mark.

        Raises Undecodable for UTF-16, NUL bytes and anything that is not UTF-8.
        """
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Undecodable("the file is UTF-16; save it as UTF-8", 0)
        nul = data.find(b"\0")
        if nul >= 0:
            raise Undecodable("the file holds a NUL byte; save it as plain UTF-8 text", nul)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Undecodable(
                f"the file is not UTF-8 (byte {data[error.start]:#04x}); save it as UTF-8", error.start
            ) from None
        if text.startswith(_BOM):
            return cls(path, text[1:], bom=True)
        return cls(path, text)

    def encode(self, text: str) -> bytes:
        """The bytes of `text` as this file's new content: its byte order mark stays."""
        return ((_BOM if self.bom else "") + text).encode("utf-8")

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its newline; '' past the end."""
        span = self.line_span(number)
        return self.text[span.start : span.end].rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """Where line `number` stands, its newline included."""
        if not 1 <= number <= len(self._starts):
            return Span(len(self.text), len(self.text))
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return Span(self._starts[number - 1], end)

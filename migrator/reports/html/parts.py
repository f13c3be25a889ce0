"""What a page consists of. All text is plain: it is escaped where the page is written, and nowhere before.

A table is written twice: its first rows as HTML, for readers without scripts and for the first paint, and all of it as
data for the script, so that ten thousand rows stay a small file.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Tone(StrEnum):
    """How much something matters. A page says it with a word and a shape as well."""

    GOOD = "good"
    HALF = "half"
    BAD = "bad"
    PLAIN = "plain"


class Block(Struct, frozen=True):
    """A piece of what a row holds: `kind` is `text`, `list` (lines of `text`), `code`, `diff` or `copy`, which has a
    button that copies it."""

    kind: str
    text: str
    label: str = ""


class Column(Struct, frozen=True):
    """`kind` is `text`, `name`, `number` or `mark`: cells of a mark are words that rows are filtered by."""

    label: str
    kind: str = "text"


class Row(Struct, frozen=True):
    """A cell for each column; `blocks` are shown when the row is opened."""

    cells: tuple[str | int, ...]
    blocks: tuple[Block, ...] = ()


class Table(Struct, frozen=True):
    """`tones` say how a word of a mark column is drawn; `empty` is the sentence in place of no rows."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tones: tuple[tuple[str, Tone], ...] = ()
    note: str = ""
    empty: str = "There is nothing to show."


class Figure(Struct, frozen=True):
    """A number that stands out."""

    value: str
    label: str
    note: str = ""


class Bar(Struct, frozen=True):
    label: str
    value: int
    tone: Tone = Tone.PLAIN


class Chart(Struct, frozen=True):
    """`kind` is `bars` (one below the other), `share` (parts of a whole) or `weeks` (side by side, in time). `text` is
    what the chart says, for whoever does not see it."""

    kind: str
    title: str
    bars: tuple[Bar, ...]
    text: str


class Section(Struct, frozen=True):
    id: str
    title: str
    lead: str = ""
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()


class Page(Struct, frozen=True):
    """`made` says when and by what; `sections` are in the order of reading."""

    title: str
    subtitle: str
    made: str
    sections: tuple[Section, ...]

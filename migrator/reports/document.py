"""What a report says, whatever its format: sections of figures, charts, pieces of text and tables.

All text is plain. Whoever writes a format escapes it there, and nowhere before. What a format has no way to show, such
as a chart in a terminal, it leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from migrator.findings.records import Report
from migrator.rulebook.records import ReasonEntry, Rule


class Tone(StrEnum):
    """How much something matters, which a format says with a word and a shape or colour; or what kind of word it is: a
    name or a text of others, a code of patless, or an aside."""

    GOOD = "good"
    HALF = "half"
    BAD = "bad"
    PLAIN = "plain"
    NAME = "name"
    QUOTE = "quote"
    CODE = "code"
    ASIDE = "aside"


class Marked(Struct, frozen=True):
    """A few words that stand out of a text; `link` is the address of a page about them."""

    text: str
    tone: Tone
    link: str = ""


Text = str | tuple[str | Marked, ...]
"""One line to read. What stands between two backticks is code."""


def plain(text: Text) -> str:
    """The words alone."""
    return text if isinstance(text, str) else "".join(one if isinstance(one, str) else one.text for one in text)


class Passage(Struct, frozen=True):
    """A piece of what a row or a section holds: `kind` is `text`, `list`, `code`, `diff`, `copy`, which is there to
    be taken over as it is, or `page`, the address that words of the row lead to where they can."""

    kind: str
    lines: tuple[Text, ...]
    label: Text = ""

    @property
    def text(self) -> str:
        return "\n".join(map(plain, self.lines))


def more(left: int) -> list[str]:
    return [f"and {left:,} more"] if left > 0 else []


def said(text: Text, label: Text = "") -> Passage:
    """A sentence."""
    return Passage("text", (text,), label)


def listed(lines: Iterable[Text], label: Text = "", most: int | None = None) -> Passage:
    """Of more than `most` the rest is counted; None is no end."""
    every = tuple(lines)
    shown = every[:most]
    return Passage("list", (*shown, *more(len(every) - len(shown))), label)


def copied(text: str, label: str = "") -> Passage:
    return Passage("copy", tuple(text.split("\n")), label)


class Column(Struct, frozen=True):
    """`kind` is `text`, `name`, `words` of patless, `label`, `number` or `mark`, whose cells are words that rows are
    filtered by. Columns without any label have no head."""

    label: str
    kind: str = "text"


class TableRow(Struct, frozen=True):
    """A cell for each column; `blocks` are shown when the row is opened. `line` says the row where it is not shown in
    columns, below the heading `group`."""

    cells: tuple[str | int, ...]
    blocks: tuple[Passage, ...] = ()
    line: Text = ""
    group: Text = ""


class Table(Struct, frozen=True):
    """`tones` say how a word of a mark column is drawn; `empty` is the sentence in place of no rows. In lines the
    `note` stands below the heading of the first group."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    tones: tuple[tuple[str, Tone], ...] = ()
    note: str = ""
    empty: str = "Nothing to show."


def sheet(heads: Sequence[str], rows: Iterable[tuple[str | int, ...]]) -> Table:
    """A table for a spreadsheet."""
    return Table("", "", tuple(map(Column, heads)), tuple(map(TableRow, rows)))


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
    """`lead` is what it begins with on a page."""

    id: str
    title: str
    lead: str = ""
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    blocks: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()


class Document(Struct, frozen=True):
    """`sections` are in the order of reading; `closing` are the last lines: the counts, and what to do next."""

    title: str
    subtitle: Text
    sections: tuple[Section, ...]
    closing: tuple[Text, ...] = ()


class Findings(Struct, frozen=True):
    """Findings whose relative paths count from the root of the repository, and what their codes mean."""

    report: Report
    rules: Mapping[str, Rule]
    reasons: Mapping[str, ReasonEntry]


def _nothing_found() -> Findings:
    raise TypeError("this subject reports no findings")


class Subject(Struct, frozen=True):
    """What is reported, in the shapes that formats are made from; each is made when it is asked for.

    `document` is told whether it is for a page, which has room for figures and for rows to open, or for lines of text.
    `files` are by ending: `.json` is the whole of it as a record, `.csv` its rows as a table, and others lie beside a
    page. `found` is for formats of findings alone.
    """

    document: Callable[[bool], Document]
    files: Mapping[str, Callable[[], Table | Struct]] = field(default_factory=dict)
    found: Callable[[], Findings] = _nothing_found

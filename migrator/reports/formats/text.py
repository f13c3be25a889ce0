"""Text for people at a terminal: no figures and no charts, each row in a line, and what is to be known of it below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from migrator.reports.document import Document, Marked, Passage, Section, Subject, Table, TableRow, Text, Tone
from migrator.reports.paint import Paint
from migrator.text.mask import named, printable

_LABEL = 5
Part = tuple[list[str], bool]
"""Lines, and whether they stand apart from what is before and behind."""


def write(subject: Subject, paint: Paint = Paint()) -> str:
    return render(subject.document(False), paint)


def render(document: Document, paint: Paint = Paint()) -> str:
    """The whole text, each line ended; '' where there is nothing to say."""
    parts = [part for one in document.sections for part in _section(one, document, paint)]
    parts += [([line(one, paint) for one in document.closing], False)] if document.closing else []
    lines: list[str] = []
    before = False
    for part, apart in parts:
        lines += [""] if lines and (apart or before) else []
        lines += part
        before = apart
    return "".join(f"{one}\n" for one in lines)


def line(text: Text, paint: Paint = Paint()) -> str:
    """One line, escaped: on no terminal a text of others does anything."""
    if isinstance(text, str):
        return _words(text).rstrip()
    return "".join(_words(one) if isinstance(one, str) else mark(one, paint) for one in text)


def mark(one: Marked, paint: Paint) -> str:
    words = named(one.text) if one.tone in (Tone.NAME, Tone.QUOTE) else _words(one.text)
    return paint.linked(_words(one.link), _toned(words, one.tone, paint))


def _toned(words: str, tone: Tone, paint: Paint) -> str:
    tones = {
        Tone.GOOD: paint.green,
        Tone.HALF: paint.yellow,
        Tone.BAD: paint.red,
        Tone.NAME: paint.bold,
        Tone.CODE: paint.cyan,
        Tone.ASIDE: paint.dim,
    }
    return tones[tone](words) if tone in tones else words


def _words(text: str) -> str:
    return printable(text.replace("\n", " "))


def _section(section: Section, document: Document, paint: Paint) -> Iterator[Part]:
    for table in section.tables:
        if any(row.line for row in table.rows):
            yield from _rows(table, paint)
        elif table.rows:
            yield _aligned(table, paint), True
        elif table.empty and not document.closing:
            yield [line(table.empty)], True
    if section.blocks:
        items = [f"  - {line(one, paint)}" for block in section.blocks for one in block.lines]
        yield [paint.bold(f"{line(section.title)}:"), *items], True


def _rows(table: Table, paint: Paint) -> Iterator[Part]:
    note = [f"  {line(table.note, paint)}"] if table.note else []
    for group, rows in groupby(table.rows, key=lambda row: row.group):
        if group:
            yield [paint.bold(line(group)), *note, *(one for row in rows for one in _row(row, "  ", paint))], True
            note = []
        else:
            yield from ((list(_row(row, "", paint)), bool(row.blocks)) for row in rows)


def _row(row: TableRow, indent: str, paint: Paint) -> Iterator[str]:
    yield indent + line(row.line, paint)
    yield from (f"{indent}{one}" for block in row.blocks for one in _block(block, paint))


def _block(block: Passage, paint: Paint) -> Iterator[str]:
    lines = [line(one, paint) for one in block.lines]
    label = line(block.label, paint) if block.label else ""
    if block.kind == "code":
        yield from lines
    elif block.kind == "page" and paint.links:
        return
    elif block.kind == "copy" and len(label) < _LABEL:
        yield f"      {paint.dim(f'{label}:'.ljust(_LABEL))} {lines[0]}"
        yield from (f"{' ' * (_LABEL + 7)}{one}" for one in lines[1:])
    elif block.kind in ("list", "copy"):
        yield from [f"  {label}:"] if label else []
        yield from (f"{'    ' if label else '  '}{one}" for one in lines)
    else:
        yield from (f"  = {label}: {one}" if label else f"  {one}" for one in lines)


def _aligned(table: Table, paint: Paint) -> list[str]:
    """In columns: numbers to the right, all else to the left."""
    heads = [[column.label for column in table.columns]] if any(column.label for column in table.columns) else []
    rows = [[line(str(cell)) for cell in row.cells] for row in table.rows]
    widths = [max(map(len, cells)) for cells in zip(*heads, *rows, strict=True)]
    plain = [_spread(cells, cells, widths, table) for cells in heads]
    painted = [[_cell(cell, at, table, paint) for at, cell in enumerate(cells)] for cells in rows]
    return [
        *map(paint.bold, plain),
        *(_spread(shown, cells, widths, table) for shown, cells in zip(painted, rows, strict=True)),
    ]


def _cell(cell: str, at: int, table: Table, paint: Paint) -> str:
    kind = table.columns[at].kind
    if kind == "label":
        return paint.bold(cell)
    return _toned(cell, dict(table.tones).get(cell, Tone.PLAIN), paint) if kind == "mark" else cell


def _spread(shown: Sequence[str], cells: Sequence[str], widths: Sequence[int], table: Table) -> str:
    made = []
    for one, cell, width, column in zip(shown, cells, widths, table.columns, strict=True):
        room = " " * (width - len(cell))
        made.append(room + one if column.kind == "number" else one + room)
    return "  ".join(made).rstrip()

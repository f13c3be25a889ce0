"""Markdown for a pull request or a page. A text of others stands in a code span, or escaped: nothing in it acts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from migrator.reports.document import Document, Marked, Passage, Section, Subject, Table, Text, Tone, plain
from migrator.reports.paint import Paint
from migrator.text.markup import cell, code, prose
from migrator.text.mask import printable
from migrator.text.patterns import regex

_TICKS = regex(r"`+")
_VERDICTS = (Tone.GOOD, Tone.HALF, Tone.BAD, Tone.PLAIN)


def write(subject: Subject, _: Paint = Paint()) -> str:
    return render(subject.document(False))


def render(document: Document) -> str:
    """What there is to say first, then the sections, each line ended."""
    subtitle = f": {line(document.subtitle)}" if document.subtitle else ""
    parts = [[f"## {line(document.title)}{subtitle}"] if document.title else [], list(map(line, document.closing))]
    for section in document.sections:
        parts += _section(section)
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def line(text: Text) -> str:
    if isinstance(text, str):
        return _words(text, first=True).strip()
    return "".join(
        _words(one, first=not at) if isinstance(one, str) else mark(one) for at, one in enumerate(text)
    ).strip()


def mark(one: Marked) -> str:
    if one.tone in _VERDICTS:
        return f"**{_words(one.text)}**" if one.text.strip() else ""
    return code(one.text)


def _words(text: str, *, first: bool = False) -> str:
    """`first`: they begin a line, where more is escaped. Without brackets, which are, a parenthesis means nothing."""
    whole = first or text.count("`") % 2  # all of it becomes code, where nothing is escaped by where it stands
    words = prose(text) if whole else prose(f"x{text}").removeprefix("x")
    return words.replace("\\(", "(").replace("\\)", ")")


def _section(section: Section) -> Iterator[list[str]]:
    for table in section.tables:
        if table.rows:
            yield from _rows(table)
    if section.blocks:
        yield [f"### {line(section.title)}"] if section.title else []
        yield [f"- {line(one)}" for block in section.blocks for one in block.lines]


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(line(column.label) for column in table.columns)} |"
    yield f"|{'|'.join('---:' if column.kind == 'number' else '---' for column in table.columns)}|"
    for row in table.rows:
        kinds = (column.kind for column in table.columns)
        yield f"| {' | '.join(_cell(one, kind) for one, kind in zip(row.cells, kinds, strict=True))} |"


def _cell(value: str | int, kind: str) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if kind == "words":
        return _words(value)
    if kind == "mark" and value:
        return f"**{_words(value)}**"
    return cell(value) if value.strip(" -") else "-"


def _rows(table: Table) -> Iterator[list[str]]:
    """In columns; of rows that are lines, too, what is to be known of each behind. The heading of an only group comes
    first."""
    groups = [(group, list(rows)) for group, rows in groupby(table.rows, key=lambda row: row.group)]
    if len(groups) == 1 and groups[0][0]:
        yield [f"### {line(groups[0][0])}"]
    if table.note:
        yield [line(table.note)]
    if table.columns:
        yield list(_table(table))
    for group, rows in groups if table.rows[0].line else ():
        if group and len(groups) > 1:
            yield [f"### {line(group)}"]
        for inside, some in groupby(rows, key=lambda row: bool(row.blocks)):
            if inside:
                yield from ([line(row.line), "", *(one for each in row.blocks for one in _block(each))] for row in some)
            else:
                yield [f"- {line(row.line)}" for row in some]


def _block(block: Passage) -> Iterator[str]:
    label = f"{line(block.label)}: " if block.label else ""
    if block.kind == "diff":
        shown = [printable(one) for one in block.text.split("\n")]
        fence = "`" * max(3, 1 + max((len(ticks) for one in shown for ticks in _TICKS.findall(one)), default=0))
        yield from ("", *filter(None, [label.rstrip()]), "", f"{fence}diff", *shown, fence, "")
    elif block.kind == "prose":
        yield from ("", *filter(None, [label.rstrip()]), "", *(f"> {one}".rstrip() for one in block.text.split("\n")))
    elif block.kind == "code":
        yield from ("", *(f"    {printable(line_)}" for line_ in block.text.split("\n")), "")
    elif block.kind == "copy":
        words = [prose(one) if "`" in plain(one) else code(plain(one)) for one in block.lines]
        if len(words) > 1:  # each stands in a line, as it does where it is pasted
            yield from (f"- {label.rstrip()}", *(f"    - {one}" for one in words))
        else:
            yield f"- {label}{words[0]}"
    elif len(block.lines) == 1:
        yield f"- {label}{line(block.lines[0])}"
    else:
        yield from [f"- {label.rstrip()}"] if label else []
        yield from (f"{'    ' if label else ''}- {line(one)}" for one in block.lines)

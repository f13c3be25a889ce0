"""What sinks ask of values: how they begin, what they come from, what a variable holds where a command runs."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from migrator.flow.events import Command
from migrator.ir.nodes import Quoting
from migrator.ir.values import Alternative, Input, Literal, Piece, Unknown, Value, union
from migrator.rulebook.records import BuiltIn
from migrator.text.source import Span


def prefix(value: Value) -> str:
    """The literal text that every alternative begins with."""
    texts = {_leading(alternative) for alternative in value.alternatives}
    shortest = min(texts, key=len)
    return shortest if all(text.startswith(shortest) for text in texts) else ""


def _leading(alternative: Alternative) -> str:
    parts: list[str] = []
    for piece in alternative:
        if not isinstance(piece, Literal):
            break
        parts.append(piece.text)
    return "".join(parts)


def known_start(row: Alternative) -> str:
    """What stands before the first piece that nobody knows, `${NAME}` for stored variables."""
    text = ""
    for piece in row:
        if isinstance(piece, Unknown):
            break
        text += f"${{{piece.name}}}" if isinstance(piece, Input) else piece.text
    return text


def without(value: Value, count: int) -> Value:
    """The value without its first `count` literal characters."""
    return Value(tuple(_cut(alternative, count) for alternative in value.alternatives))


def _cut(alternative: Alternative, count: int) -> Alternative:
    row = list(alternative)
    while count and row and isinstance(row[0], Literal):
        first = row.pop(0)
        assert isinstance(first, Literal)
        if len(first.text) > count:
            row.insert(0, _cut_text(first, count))
            count = 0
        else:
            count -= len(first.text)
    return tuple(row)


def _cut_text(text: Literal, count: int) -> Literal:
    rest = text.text[count:]
    exact = text.span is not None and text.span.end - text.span.start == len(text.text)
    if text.span is not None and exact and text.quoting in (Quoting.BARE, Quoting.DOUBLE):
        return replace(text, text=rest, span=Span(text.span.start + count, text.span.end))
    return replace(text, text=rest, span=None, quoting=Quoting.FIXED)


def part(piece: Literal, start: int, end: int) -> Literal:
    """A part of literal text, with its place where every character stands for itself."""
    if (start, end) == (0, len(piece.text)):
        return piece
    text, span = piece.text[start:end], piece.span
    if span is None or span.end - span.start != len(piece.text) or piece.quoting is Quoting.SINGLE:
        return replace(piece, text=text, span=None, quoting=Quoting.FIXED, reads="")
    return replace(piece, text=text, span=Span(span.start + start, span.start + end), reads="")


def lines(text: Alternative) -> Iterator[Alternative]:
    """The lines of a text, as far as line breaks show."""
    row: list[Piece] = []
    for piece in text:
        if not isinstance(piece, Literal):
            row.append(piece)
            continue
        at = 0
        for number, line in enumerate(piece.text.split("\n")):
            if number:
                yield tuple(row)
                row = []
            if line:
                row.append(part(piece, at, at + len(line)))
            at += len(line) + 1
    yield tuple(row)


def words(text: Alternative) -> Iterator[Alternative]:
    """What stands between white space. What a variable holds is taken for a part of one word."""
    word: list[Piece] = []
    for piece in text:
        if not isinstance(piece, Literal):
            word.append(piece)
            continue
        at = 0
        while at <= len(piece.text):
            end = next((index for index in range(at, len(piece.text)) if piece.text[index].isspace()), len(piece.text))
            if end > at:
                word.append(part(piece, at, end))
            if end < len(piece.text) and word:
                yield tuple(word)
                word = []
            at = end + 1
    if word:
        yield tuple(word)


def subject_of(value: Value) -> str:
    """What a value that is not certain comes from, for people: `$NAME` of a variable that the script sets to what
    nobody knows, for then it is not settled by what a variable from outside holds; else the name of such a one."""
    for piece in sorted(value.pieces, key=lambda piece: not isinstance(piece, Unknown)):
        if isinstance(piece, Input):
            return piece.name
        for reference in piece.provenance:
            if reference.read.name:
                return f"${reference.read.name}"
    return value.unknown or "a variable"


def value_of(command: Command, name: str) -> Value | None:
    """A variable that the script sets, as a command sees it, with the stored one where it may not have been set; None
    where the script does not set it."""
    for override, value in reversed(command.overrides):
        if override == name:
            return value
    definitions = command.environment.get(name, ())
    if not any(definitions):
        return None
    return union(one.value if one else Value.of(Input(name, ())) for one in definitions)


def is_handed(command: Command, name: str) -> bool:
    """Whether a program sees what the script has set a variable to; one that is set and not exported stays behind."""
    return (name in command.exported and not command.cleared) or name in dict(command.overrides)


def names_set(command: Command) -> tuple[str, ...]:
    """The variables that the script has set where a command runs, exported or not: one that the step was given is
    exported anyway."""
    known = (name for name, definitions in command.environment.items() if any(definitions))
    return tuple(dict.fromkeys((*known, *(name for name, _ in command.overrides))))


def environment(command: Command, built_in: BuiltIn) -> dict[str, str | None]:
    """What variables are for files that expand them: text, with `${NAME}` for what is stored elsewhere."""
    given = (built_in.workspace, built_in.repository, built_in.full_name)
    known: dict[str, str | None] = {name: f"${{{name}}}" for name in given}
    for name, definitions in command.environment.items():
        values = [definition.value if definition else Value.of(Input(name, ())) for definition in definitions]
        known[name] = union(values).symbol()
    for name, value in command.overrides:
        known[name] = value.symbol()
    return known

"""What an expression can be: a bounded set of alternatives, each a row of pieces with their provenance.

A value over-approximates: whatever the expression is when the program runs is among the alternatives, or they hold an
`Unknown`. More than 16 alternatives, or 1,000 pieces in a row, become `Unknown`; more than 32 files, any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import product
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from migrator.ir.nodes import Join, Quoting, Read
from migrator.text.source import Span

MAX_ALTERNATIVES = 16
MAX_PIECES = 1000
MAX_FILES = 32
_TOO_MANY = "too many possible values"


class Definition(Struct, frozen=True, eq=False):
    """One assignment of a variable or positional parameter, with its value as of then.

    `word` is what stands on the right-hand side, None where nothing there could be rewritten. `loose`: the value is one
    of several in turn, or a part of what is written, so that it is not the same as what it comes from.
    """

    name: str
    value: Value
    word: Join | None
    order: int
    positional: bool = False
    traced: bool = False
    loose: bool = False


class TracedRead(Struct, frozen=True):
    """A read on the way from an expression to where its value comes from.

    `definition` is None where no assignment of the script gives the value. `calls` is the call string, which tells
    calls of one function apart.
    """

    read: Read
    definition: Definition | None
    calls: tuple[int, ...]


class Literal(Struct, frozen=True):
    """Literal characters. `span` is where they are written (quotes included for SINGLE), None where generated.
    `reads` is as in a `Constant`."""

    text: str
    span: Span | None = None
    quoting: Quoting = Quoting.FIXED
    provenance: tuple[TracedRead, ...] = ()
    splits: bool = False
    reads: str = ""


class Input(Struct, frozen=True):
    """The value of a variable that the program does not set: it comes from outside, such as a stored variable."""

    name: str
    provenance: tuple[TracedRead, ...]


class Unknown(Struct, frozen=True):
    """A value that reading cannot tell. `why` completes "comes from …"; `made` is where literal text stands that it is
    made of, `names` are variables from outside that it is made of, `path` the name of the file that it is what is in,
    where that is known; `files` are paths of the repository, or patterns, whose text it may hold. `image` is a name of
    the image of which it is another name, '' where it is the id of one that is on the machine. `outside`: it names
    a file outside of the repository. `encoded` is what it is in base64, where that is known."""

    why: str
    provenance: tuple[TracedRead, ...] = ()
    made: tuple[Span, ...] = ()
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    path: str = ""
    image: str | None = None
    outside: bool = False
    encoded: Encoded | None = None


class Encoded(Struct, frozen=True):
    """A value in base64. `wraps`: in lines, if it is long."""

    value: Value
    wraps: bool


Piece = Literal | Input | Unknown
Alternative = tuple[Piece, ...]


class Value(Struct, frozen=True, dict=True):
    """Every row of pieces that the expression may stand for; never empty. An empty row is the empty string."""

    alternatives: tuple[Alternative, ...]

    @classmethod
    def of(cls, *pieces: Piece) -> Value:
        return cls((tuple(pieces),))

    @cached_property
    def text(self) -> str | None:
        """The literal text, where every alternative is literal and the same."""
        texts = {literal(alternative) for alternative in self.alternatives}
        return texts.pop() if len(texts) == 1 else None

    @property
    def pieces(self) -> Iterator[Piece]:
        for alternative in self.alternatives:
            yield from alternative

    @property
    def unknown(self) -> str:
        """Why the value cannot be told, '' where it can."""
        return next((piece.why for piece in self.pieces if isinstance(piece, Unknown)), "")

    @property
    def files(self) -> tuple[str, ...]:
        """The files, or patterns, whose text it may hold."""
        found = (path for piece in self.pieces if isinstance(piece, Unknown) for path in piece.files)
        return tuple(dict.fromkeys(found))

    @property
    def texts(self) -> Iterator[str]:
        """The alternatives of which all is known but what stored variables hold, as `symbol` has them."""
        return (text for row in self.alternatives if (text := symbol(row)) is not None)

    def symbol(self) -> str | None:
        """A name for the value that is equal for equal values: text with `${NAME}` for stored variables.

        None where there are several alternatives or something unknown.
        """
        return self._symbol

    @cached_property
    def _symbol(self) -> str | None:
        return symbol(self.alternatives[0]) if len(self.alternatives) == 1 else None

    def through(self, reference: TracedRead, splits: bool) -> Value:
        """The same value, read through an expansion."""
        rows = []
        for alternative in self.alternatives:
            row: list[Piece] = []
            for piece in alternative or (Literal(""),):
                provenance = (reference, *piece.provenance)
                if isinstance(piece, Literal):
                    row.append(replace(piece, provenance=provenance, splits=splits))
                else:
                    row.append(replace(piece, provenance=provenance))
            rows.append(tuple(row))
        return Value(tuple(rows))

    def splitting(self) -> Value:
        """The same value, of which blanks make several words, and which is none where it is empty."""
        rows = (alternative or (Literal(""),) for alternative in self.alternatives)
        return Value(tuple(tuple(map(_splitting, row)) for row in rows))

    def stripped(self) -> Value:
        """Without the newlines that a command substitution takes off the end."""
        return Value(tuple(_strip_newlines(alternative) for alternative in self.alternatives))

    def joined(self) -> Value:
        """In one line: without newlines at the end, and those that break what is in base64."""
        return Value(tuple(tuple(map(_joined, row)) for row in self.stripped().alternatives))


EMPTY = Value(((),))


def unknown(
    why: str, values: Iterable[Value], provenance: tuple[TracedRead, ...] = (), files: Iterable[str] = ()
) -> Value:
    """What is made of values, and of the text of files, in a way that is not known."""
    values = tuple(values)
    made = tuple(sorted({span for value in values for span in _literals(value)}))
    found = sorted({*files, *(path for value in values for path in value.files)})
    held = tuple(found) if len(found) <= MAX_FILES else ("**",)
    return Value.of(Unknown(why, provenance, made, inputs(values), held))


def inputs(values: Iterable[Value]) -> tuple[str, ...]:
    """The variables from outside that the values are, or are made of."""
    found: dict[str, None] = {}
    for value in values:
        for piece in value.pieces:
            if not isinstance(piece, Literal):
                found |= dict.fromkeys([piece.name] if isinstance(piece, Input) else piece.names)
    return tuple(found)


def _literals(value: Value) -> Iterator[Span]:
    for piece in value.pieces:
        if isinstance(piece, Unknown):
            yield from piece.made
        elif isinstance(piece, Literal) and piece.span is not None and piece.text.strip():
            yield piece.span


def literal(alternative: Alternative) -> str | None:
    parts: list[str] = []
    for piece in alternative:
        if not isinstance(piece, Literal):
            return None
        parts.append(piece.text)
    return "".join(parts)


def symbol(alternative: Alternative) -> str | None:
    parts: list[str] = []
    for piece in alternative:
        match piece:
            case Literal(text):
                parts.append(text)
            case Input(name):
                parts.append(f"${{{name}}}")
            case Unknown():
                return None
    return "".join(parts)


def union(values: Iterable[Value]) -> Value:
    """All alternatives of all values, equal ones once; too many of them are one unknown."""
    values = tuple(values)
    rows = tuple(dict.fromkeys(row for value in values for row in value.alternatives))
    if not rows:
        return EMPTY
    if len(rows) > MAX_ALTERNATIVES:
        return unknown(_TOO_MANY, values)
    return Value(rows)


def concat(values: Iterable[Value]) -> Value:
    """The values one after the other, in every combination. Of too many combinations, the values with the most
    alternatives are unknown ones; too long ones are one unknown."""
    values = tuple(values)
    parts = [value for value in values if value.alternatives != ((),)]
    if len(parts) == 1:
        return parts[0]
    if sum(max(map(len, part.alternatives)) for part in parts) > MAX_PIECES:
        return unknown(_TOO_MANY, values, _provenance(parts))
    while prod(len(part.alternatives) for part in parts) > MAX_ALTERNATIVES:
        widest = max(range(len(parts)), key=lambda number: len(parts[number].alternatives))
        parts[widest] = unknown(_TOO_MANY, parts[widest : widest + 1], _provenance(parts[widest : widest + 1]))
    rows = product(*(part.alternatives for part in parts))
    return Value(tuple(tuple(piece for row in combination for piece in row) for combination in rows))


def _provenance(values: Iterable[Value]) -> tuple[TracedRead, ...]:
    return next((piece.provenance for value in values for piece in value.pieces if piece.provenance), ())


def _splitting(piece: Piece) -> Piece:
    return replace(piece, splits=True) if isinstance(piece, Literal) else piece


def _joined(piece: Piece) -> Piece:
    if isinstance(piece, Unknown) and piece.encoded:
        return replace(piece, encoded=replace(piece.encoded, wraps=False))
    return piece


def _strip_newlines(alternative: Alternative) -> Alternative:
    row = list(alternative)
    while row and isinstance(row[-1], Literal):
        last = row[-1]
        text = last.text.rstrip("\n")
        row.pop()
        if text:
            row.append(replace(last, text=text))
            break
    return tuple(row)

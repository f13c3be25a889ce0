"""Where a credential comes from, and where its origin could be changed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from migrator.ir.nodes import Fallback, Quoting, Read
from migrator.ir.values import (
    Alternative,
    Definition,
    Input,
    Literal,
    Piece,
    Unknown,
    Value,
)
from migrator.text.source import Span

_KEPT = (Fallback.NONE, Fallback.DEFAULT, Fallback.REQUIRE)


class Obstacle(Struct, frozen=True):
    """Why a credential cannot be replaced: a reason code, a clause, and what it is about."""

    code: str
    detail: str
    subject: str = ""


class Origin(Struct, frozen=True):
    """What a user name or password is made of. `stored` are variables in the order met; `literals` are the places of
    literal characters; `native`: it is the native variable on at least one way."""

    stored: tuple[str, ...]
    literals: tuple[Literal, ...]
    native: bool
    obstacle: Obstacle | None


class Point(Struct, frozen=True):
    """A change in the coordinates of the script."""

    span: Span
    text: str


def origin(value: Value, native: str) -> Origin:
    """Read a credential's value; `native` is the variable that should stand there."""
    stored: dict[str, None] = {}
    literals: list[Literal] = []
    obstacle: Obstacle | None = None
    is_native = False
    for row in rows(value):
        obstacle = obstacle or _obstacle(row)
        for piece in row:
            if isinstance(piece, Input) and piece.name == native:
                is_native = True
            elif isinstance(piece, Input):
                stored[piece.name] = None
        if all(isinstance(piece, Literal) for piece in row):
            literals += [piece for piece in row if isinstance(piece, Literal) and piece.text]
    if not stored and not literals and not is_native and obstacle is None:
        obstacle = Obstacle("credential-unresolved", "is empty")
    return Origin(tuple(stored), tuple(literals), is_native, obstacle)


def rows(value: Value) -> list[Alternative]:
    """The alternatives without the white space at their ends that a client ignores."""
    cleaned: list[Alternative] = []
    for alternative in value.alternatives:
        row = [
            piece
            for piece in alternative
            if not (isinstance(piece, Literal) and not piece.text and not piece.provenance)
        ]
        while row and isinstance(row[-1], Literal) and row[-1].text and not row[-1].text.strip("\r\n"):
            row.pop()
        cleaned.append(tuple(row))
    return cleaned


def _obstacle(row: Alternative) -> Obstacle | None:
    for piece in row:
        for reference in piece.provenance:
            param = reference.read
            if param.through or param.fallback not in _KEPT:
                return Obstacle(
                    "unsupported-expansion", f"is `${param.name}` through an operator that changes it", param.name
                )
    unknown = next((piece for piece in row if isinstance(piece, Unknown)), None)
    if unknown:
        return Obstacle("credential-unresolved", f"comes from {unknown.why}", unknown.why)
    if sum(1 for piece in row if not isinstance(piece, Literal) or piece.text) > 1:
        return Obstacle("credential-unresolved", "is put together from several parts", "the parts of it")
    return None


class Fixed(Exception):
    """A place that cannot be written to; the obstacle says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.detail)
        self.obstacle = obstacle


def points(value: Value, native: str, movable: Callable[[Definition], bool]) -> tuple[Point, ...]:
    """The changes that make `value` the native variable. `movable`: may this assignment be changed instead of its uses?

    Raises Fixed.
    """
    found: dict[Point, None] = {}
    groups: dict[tuple[int, ...], list[Piece]] = {}
    for row in rows(value):
        for piece in row[:1]:
            if isinstance(piece, Input) and piece.name == native and len(piece.provenance) == 1:
                continue
            groups.setdefault(_key(piece), []).append(piece)
    for pieces in groups.values():
        for point in _group(pieces, native, movable):
            found[point] = None
    return tuple(found)


def replaced(param: Read | None, name_span: Span, native: str) -> Point:
    """An expansion of the native variable instead: a default goes with the name, a message stays."""
    if param is not None and param.fallback is Fallback.DEFAULT and param.braced:
        return Point(Span(param.name_span.start, param.span.end - 1), native)
    return Point(name_span, native)


def _key(piece: Piece) -> tuple[int, ...]:
    if piece.provenance:
        span = piece.provenance[0].read.span
        return span.start, span.end
    return (id(piece),)


def _group(pieces: list[Piece], native: str, movable: Callable[[Definition], bool]) -> tuple[Point, ...]:
    first = pieces[0]
    if not first.provenance:
        return (_literal(first, native),)
    param = first.provenance[0].read
    definitions = [piece.provenance[0].definition for piece in pieces]
    if param.fallback is Fallback.DEFAULT:
        return (replaced(param, param.name_span, native),)
    settled = [definition for definition in definitions if definition is not None]
    if len(settled) == len(definitions) and all(movable(definition) for definition in settled):
        inner = Value(tuple((replace(piece, provenance=piece.provenance[1:]),) for piece in pieces))
        return points(inner, native, movable)
    if any(isinstance(piece, Literal) and not piece.text for piece in pieces):
        raise Fixed(Obstacle("credential-unresolved", "may be empty here", param.name))
    if any(definition.loose for definition in settled):
        detail = "may be a part of what is written, or one of several"
        raise Fixed(Obstacle("credential-unresolved", detail, param.name))
    if not param.name or param.name in "@*" or param.index or param.fixed:
        raise Fixed(Obstacle("credential-unresolved", "is handed on among other words", param.name))
    if param.name.isdigit():
        if param.braced and param.fallback is not Fallback.NONE:
            return (Point(param.name_span, native),)
        return (Point(param.span, f"${{{native}}}"),)
    return (Point(param.name_span, native),)


def _literal(piece: Piece, native: str) -> Point:
    obstacle = Obstacle("credential-unresolved", "is written in a way that cannot be replaced", "the literal")
    if not isinstance(piece, Literal) or piece.span is None or piece.quoting is Quoting.FIXED:
        raise Fixed(obstacle)
    tail = len(piece.text) - len(piece.text.rstrip("\r\n"))
    if piece.quoting is Quoting.DOUBLE:
        return Point(Span(piece.span.start, piece.span.end - tail), f"${native}")
    if tail:
        raise Fixed(obstacle)
    return Point(piece.span, f'"${native}"')


def references(value: Value) -> frozenset[tuple[Span, tuple[int, ...]]]:
    """Every expansion on the way of a value, with the call that it is made in."""
    return frozenset((reference.read.span, reference.calls) for piece in value.pieces for reference in piece.provenance)


def assignments(value: Value) -> tuple[Definition, ...]:
    """The assignments on the way of a value."""
    found: dict[Definition, None] = {}
    for piece in value.pieces:
        for reference in piece.provenance:
            if reference.definition is not None:
                found[reference.definition] = None
    return tuple(found)

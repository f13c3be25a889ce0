"""Where a credential's value could be changed, and to what."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from migrator.fixes.refused import Refused
from migrator.ir.nodes import Fallback, Quoting
from migrator.ir.values import Alternative, Definition, Input, Literal, Piece, Value
from migrator.sinks.credentials import rows
from migrator.text.source import Span


class Point(Struct, frozen=True):
    """A change in the coordinates of the script."""

    span: Span
    text: str


def points(value: Value, native: str, movable: Callable[[Definition], bool]) -> tuple[Point, ...]:
    """The changes that make `value` the native variable. `movable`: may this assignment be changed instead of its uses?

    Raises Refused.
    """
    groups: dict[Span | Piece, list[Piece]] = {}
    for piece in (one for row in rows(value) for one in _bearing(row)):
        if isinstance(piece, Input) and piece.name == native and len(piece.provenance) == 1:
            continue
        key = piece.provenance[0].read.span if piece.provenance else piece
        groups.setdefault(key, []).append(piece)
    return tuple(dict.fromkeys(point for pieces in groups.values() for point in _group(pieces, native, movable)))


def _bearing(row: Alternative) -> Alternative:
    """The piece that the value is: the first that is not surely empty, if there is one."""
    full = tuple(piece for piece in row if not isinstance(piece, Literal) or piece.text)
    return (full or row)[:1]


def _group(pieces: list[Piece], native: str, movable: Callable[[Definition], bool]) -> tuple[Point, ...]:
    first = pieces[0]
    if not first.provenance:
        return (_literal(first, native),)
    param = first.provenance[0].read
    definitions = [piece.provenance[0].definition for piece in pieces]
    if param.fallback is Fallback.DEFAULT and param.braced:
        return (Point(Span(param.name_span.start, param.span.end - 1), native),)
    settled = [definition for definition in definitions if definition is not None]
    if len(settled) == len(definitions) and all(movable(definition) for definition in settled):
        inner = Value(tuple((replace(piece, provenance=piece.provenance[1:]),) for piece in pieces))
        return points(inner, native, movable)
    if any(isinstance(piece, Literal) and not piece.text for piece in pieces):
        raise Refused("credential-unresolved", "may be empty here", param.name)
    if any(definition.loose for definition in settled):
        raise Refused("credential-unresolved", "may be a part of what is written, or one of several", param.name)
    if param.name in "@*" or param.index or param.fixed:
        raise Refused("credential-unresolved", "is passed on among other words", param.name)
    if param.name.isdigit():
        if param.braced and param.fallback is not Fallback.NONE:
            return (Point(param.name_span, native),)
        return (Point(param.span, f"${{{native}}}"),)
    return (Point(param.name_span, native),)


def _literal(piece: Piece, native: str) -> Point:
    refused = Refused("credential-unresolved", "is written in a way that cannot be replaced", "the literal")
    if not isinstance(piece, Literal) or piece.span is None:
        raise refused
    if piece.reads and not piece.text.endswith(("\r", "\n")):
        return Point(piece.span, piece.reads.replace("{}", native))
    if piece.quoting is Quoting.FIXED:
        raise refused
    tail = len(piece.text) - len(piece.text.rstrip("\r\n"))
    if piece.quoting is Quoting.DOUBLE:
        return Point(Span(piece.span.start, piece.span.end - tail), f"${native}")
    if tail:
        raise refused
    return Point(piece.span, f'"${native}"')

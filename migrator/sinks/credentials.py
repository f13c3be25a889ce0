"""Where a user name or password comes from: stored variables, literals, native credentials, or what cannot be told."""

from __future__ import annotations

from msgspec import Struct

from migrator.ir.nodes import Fallback
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value

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
        texts = [piece for piece in row if isinstance(piece, Literal)]
        if len(texts) == len(row):
            literals += [piece for piece in texts if piece.text]
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

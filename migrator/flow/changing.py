"""What an expansion that changes its value gives, where that is sure."""

from __future__ import annotations

from migrator.ir.nodes import Alter, Change
from migrator.ir.values import Alternative, Literal, Value
from migrator.text import wildcards

_LONGEST = 1000
"""The longest text that is changed; what a pattern matches is tried at each of its characters."""


def changed(value: Value, change: Change, splits: bool) -> Value | None:
    """The value after the change; None where what becomes of it cannot be told. What it is made of has the provenance
    of what it was."""
    rows: list[Alternative] = []
    for row in value.alternatives:
        text = _row(row, change)
        if text is None:
            return None
        provenance = next((piece.provenance for piece in row), ())
        rows.append((Literal(text, provenance=provenance, splits=splits),))
    return Value(tuple(dict.fromkeys(rows)))


def _row(row: Alternative, change: Change) -> str | None:
    """Where not all of it is literal text, what is known of its ends may be enough."""
    known = [piece.text if isinstance(piece, Literal) else None for piece in row]
    texts = [text for text in known if text is not None]
    if not all(text.isascii() and "\n" not in text for text in texts) or sum(map(len, texts)) > _LONGEST:
        return None
    if None not in known:
        return _text("".join(texts), change)
    if not change.every:
        return None
    start = "".join(texts[: known.index(None)])
    end = "".join(texts[len(texts) - known[::-1].index(None) :])
    match change:
        case Change(alter=Alter.SUFFIX, pattern=(mark, "")) if mark in start:
            return start[: start.index(mark)]
        case Change(alter=Alter.PREFIX, pattern=("", mark)) if mark in end:
            return end[end.rindex(mark) + len(mark) :]
    return None


def _text(text: str, change: Change) -> str | None:
    match change.alter:
        case Alter.PREFIX:
            ends = [end for end in range(len(text) + 1) if wildcards.may_be(change.pattern, text[:end])]
            return text[(ends[-1] if change.every else ends[0]) :] if ends else text
        case Alter.SUFFIX:
            starts = [start for start in range(len(text) + 1) if wildcards.may_be(change.pattern, text[start:])]
            return text[: (starts[0] if change.every else starts[-1])] if starts else text
        case Alter.REPLACE:
            (old,) = change.pattern
            if text.lower().count(old.lower()) != text.count(old):  # `shopt -s nocasematch` would find more
                return None
            return text.replace(old, change.other, -1 if change.every else 1)[: _LONGEST * 10]
        case Alter.SLICE:
            return _slice(text, change.offset, change.length)
        case Alter.UPPER:
            return text.upper() if change.every else text[:1].upper() + text[1:]
        case Alter.LOWER:
            return text.lower() if change.every else text[:1].lower() + text[1:]


def _slice(text: str, offset: int, length: int | None) -> str | None:
    start = offset if offset >= 0 else len(text) + offset
    if start < 0 or start > len(text):
        return ""
    end = len(text) if length is None else start + length if length >= 0 else len(text) + length
    return text[start:end] if end >= start else None

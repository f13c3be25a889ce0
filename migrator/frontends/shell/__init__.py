"""Shell scripts: `./x.sh`, `bash x.sh`."""

from __future__ import annotations

from msgspec import Struct

from migrator.frontends.programs import Program, Request, whole
from migrator.frontends.shell.lowering import lower
from migrator.ir.nodes import ProgramError, Read
from migrator.text.edits import Edit
from migrator.text.source import Span


def read(request: Request) -> Program | None:
    """The script that the first word names. One with CR line ends does not run."""
    path = request.path(request.words[0]) if request.words else None
    text = request.file(path) if path else None
    if path is None or text is None or "\r" in text:
        return None
    return Program(path, (whole(path, text, lower),), request.folder, 1)


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """Both parse, and every record of the one is in the other, but for words that are edited."""
    try:
        old, new = lower(before), lower(after)
    except ProgramError:
        return False
    return same(old, new, edits)


def same(old: object, new: object, edits: tuple[Edit, ...]) -> bool:
    """Whether two trees of records differ only inside the places that were edited."""
    ordered = sorted(edits)
    pending = [(old, new)]
    while pending:
        one, other = pending.pop()
        if isinstance(one, Span):
            if not isinstance(other, Span) or _moved(one, ordered) != other:
                return False
        elif isinstance(one, tuple):
            if not isinstance(other, tuple) or len(one) != len(other):
                return False
            pending += zip(one, other, strict=True)
        elif isinstance(one, Struct):
            span = getattr(one, "span", None)
            touched = isinstance(span, Span) and any(span.contains(e.span) or e.span.contains(span) for e in ordered)
            if touched and isinstance(span, Span) and any(e.span.contains(span) for e in ordered):
                continue
            if type(one) is not type(other):
                return False
            if touched and isinstance(one, Read):  # its default may be gone
                continue
            pending += [
                (value, getattr(other, name))
                for name in one.__struct_fields__
                for value in (getattr(one, name),)
                if not (touched and isinstance(value, str))
            ]
        elif one != other:
            return False
    return True


def _moved(span: Span, edits: list[Edit]) -> Span:
    return Span(_shift(span.start, edits, end=False), _shift(span.end, edits, end=True))


def _shift(at: int, edits: list[Edit], end: bool) -> int:
    moved = at
    for edit in edits:
        if edit.span.end < at or (edit.span.end == at and (end or edit.span.start < at)):
            moved += len(edit.text) - (edit.span.end - edit.span.start)
    return moved

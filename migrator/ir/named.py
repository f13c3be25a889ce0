"""Which files of the repository a value names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from migrator.ir.paths import Paths, Top, joined, normal
from migrator.ir.values import Alternative, Input, Literal, Piece, Value

_ANY = "**"


def named(value: Value, folders: Paths, clone: str) -> Paths:
    """The paths that a value names where the working directory is one of `folders`. `clone` is the variable whose value
    is the root's own folder.

    What is not known of a name is any text (`Top.pattern`), and taken not to lead up again; a folder elsewhere may hold
    a copy of the repository, so that it is not known what lies there.
    """
    return joined(_row(row, folders, clone) for row in value.alternatives)


def _row(row: Alternative, folders: Paths, clone: str) -> Paths:
    rest = list(row)
    if rest and isinstance(rest[0], Input) and rest[0].name == clone:
        rest, folders = rest[1:], frozenset({""})
        text = _text(rest)
        if text and not text.startswith("/"):  # the name of another folder beside it
            return Top("a folder beside the clone", (f"{_ANY}/{posixpath.basename(text)}",))
        text = text.lstrip("/")
    else:
        text = _text(rest)
    if text.startswith(("/", "~")):
        return Top("a folder outside of the clone", (f"**/{posixpath.basename(text)}",))
    if _ANY in text:
        return Top("a name that is not known", (text.removeprefix("./"),))
    if isinstance(folders, Top):
        inside = normal(text)
        return Top(folders.why, (f"**/{inside}" if inside else _ANY,))
    found = (normal(posixpath.join(folder, text)) for folder in folders)
    return frozenset(path for path in found if path is not None)


def _text(row: Iterable[Piece]) -> str:
    return "".join(piece.text if isinstance(piece, Literal) else _ANY for piece in row)

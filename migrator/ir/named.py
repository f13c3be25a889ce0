"""Which files of the repository a value names.

What is not known of a name is any text (`Top.patterns`), and taken not to lead up again.
"""

from __future__ import annotations

from migrator.ir.paths import NONE, ROOT, Paths, Top, below, joined
from migrator.ir.values import Alternative, Input, Literal, Piece, Unknown, Value


def named(value: Value, folders: Paths, clone: str) -> Paths:
    """The paths that a value may stand for where the working directory is one of `folders`; none for a path elsewhere.
    `clone` is the variable whose value is the root's own folder."""
    return joined(_row(row, folders, clone) for row in value.alternatives)


def located(text: str, folders: Paths, clone: str) -> Paths:
    """The same of a text in which `${NAME}` stands for a variable."""
    root = f"${{{clone}}}"
    if text == root or text.startswith(f"{root}/"):
        return below(ROOT, text.removeprefix(root).lstrip("/"))
    return below(folders, text) if text and not text.startswith(("/", "~")) else NONE


def _row(row: Alternative, folders: Paths, clone: str) -> Paths:
    begins = bool(row) and isinstance(row[0], Input) and row[0].name == clone
    unknown = [piece for piece in row[begins:] if not isinstance(piece, Literal)]
    text = "".join(piece.text if isinstance(piece, Literal) else "**" for piece in row[begins:])
    if begins and not text.startswith("**"):
        text = f"${{{clone}}}{text}"
    if not unknown:
        return located(text, folders, clone)
    rest = text.rpartition("/../")[2] if "**" in text.rpartition("/../")[0] else text
    text = text if rest == text else f"**/{rest}"
    paths = located(text, ROOT if text.startswith("**") else folders, clone)
    return Top(_why(unknown[0]), paths.patterns if isinstance(paths, Top) else tuple(sorted(paths))) if paths else paths


def _why(piece: Piece) -> str:
    return piece.why if isinstance(piece, Unknown) else f"${piece.name}" if isinstance(piece, Input) else ""

"""Logins that text shows: for text that nobody can follow, found by its words."""

from __future__ import annotations

import re

from migrator.ir.values import Literal, Value
from migrator.rulebook.records import RuleBook
from migrator.text.source import Span

_LOGIN = re.compile(r"\blogin\b")
_ASIDE = ("#", "//", "--", ";")
"""A line that begins so is a comment in some language."""


def shows_login(text: str, book: RuleBook) -> Span | None:
    """Where text shows a login to Packages, None where it does not: outside of comments, if anywhere."""
    if not any(mention in text for mention in book.mentions) or not _LOGIN.search(text):
        return None
    at = 0
    found: Span | None = None
    for line in text.splitlines(keepends=True):
        if match := _LOGIN.search(line):
            shown = Span(at + match.start(), at + match.end())
            if not line.lstrip().startswith(_ASIDE):
                return shown
            found = found or shown
        at += len(line)
    return found


def names_natives(text: str, book: RuleBook) -> bool:
    """Whether text names all native variables: its logins are taken for native ones."""
    return all(name in text for name in book.natives)


def visible_text(value: Value) -> str:
    """The literal text of a value, with a blank for each piece that is none."""
    return "".join(piece.text if isinstance(piece, Literal) else " " for piece in value.pieces)

"""Logins that text shows: for text that nobody can follow, found by its words."""

from __future__ import annotations

import re

from migrator.ir.values import Literal, Value
from migrator.rulebook.records import RuleBook
from migrator.text.source import Span

_LOGIN = re.compile(r"\blogin\b")


def shows_login(text: str, book: RuleBook) -> Span | None:
    """Where text shows a login to Packages, None where it does not."""
    match = _LOGIN.search(text)
    return Span(match.start(), match.end()) if match and any(mention in text for mention in book.mentions) else None


def names_natives(text: str, book: RuleBook) -> bool:
    """Whether text names all native variables: its logins are taken for native ones."""
    return all(name in text for name in book.natives)


def visible_text(value: Value) -> str:
    """The literal text of a value, with a blank for each piece that is none."""
    return "".join(piece.text if isinstance(piece, Literal) else " " for piece in value.pieces)

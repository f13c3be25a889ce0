"""Logins that text shows: for text that nobody can follow, found by its words."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import lru_cache

from migrator.ir.values import Literal, Value
from migrator.rulebook.records import RuleBook
from migrator.text.packed import unpacked
from migrator.text.patterns import regex
from migrator.text.source import Span

_ENCODED = regex(r"[A-Za-z0-9+/]{24,}(?:\s{1,40}[A-Za-z0-9+/]+)*={0,2}")
"""Text in base64, in one line or several; what follows it may be words."""
_ASIDE = ("#", "//", "--", ";")
"""A line that begins so is a comment in some language."""


def shows_login(text: str, book: RuleBook) -> Span | None:
    """Where text shows a login to Packages, None where it does not: outside of comments, if anywhere."""
    login = _words(book.login_words)
    if not any(mention in text for mention in book.mentions) or not login.search(text):
        return None
    at = 0
    found: Span | None = None
    for line in text.splitlines(keepends=True):
        if match := login.search(line):
            shown = Span(at + match.start(), at + match.end())
            if not line.lstrip().startswith(_ASIDE):
                return shown
            found = found or shown
        at += len(line)
    return found


def encoded_logins(text: str, book: RuleBook) -> Iterator[Span]:
    """The parts of text that are one in base64 which shows a login with something else than the native credentials."""
    for span, decoded in encoded_texts(text):
        if shows_login(decoded, book) and not names_natives(decoded, book):
            yield span


def encoded_texts(text: str) -> Iterator[tuple[Span, str]]:
    """What parts of text say that are one in base64, and where."""
    for match in _ENCODED.finditer(text):
        letters = "".join(match[0].split()).rstrip("=")
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        data = base64.b64decode(f"{letters}{'=' * (-len(letters) % 4)}")
        yield Span(*match.span()), (unpacked(data) or data).decode(errors="replace")


def keeps_login(text: str, book: RuleBook) -> Span | None:
    """Where text is a client's login file with a login to Packages, or another file with one that programs look into;
    None where it is none."""
    match = _kept(book.login_words[1:]).search(text)
    return Span(match.start(), match.end()) if match and any(mention in text for mention in book.mentions) else None


@lru_cache(maxsize=8)
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")


@lru_cache(maxsize=8)
def _kept(marks: tuple[str, ...]) -> re.Pattern[str]:
    """A mark as a key, or a line of .netrc."""
    names = "|".join(map(re.escape, marks))
    return re.compile(rf"['\"](?:{names})['\"]\s{{0,20}}:|\bmachine\s{{1,20}}\S{{1,200}}\s{{1,20}}login\b")


def names_natives(text: str, book: RuleBook) -> bool:
    """Whether text names all native variables: its logins are taken for native ones."""
    return all(name in text for name in book.natives)


def visible_text(value: Value) -> str:
    """The literal text of a value, with a blank for each piece that is none, and between what it may be."""
    rows = ("".join(one.text if isinstance(one, Literal) else " " for one in row) for row in value.alternatives)
    return " ".join(rows)

"""Packages that text names: for text of which nobody knows what it does, found by the hosts of registries.

What stands behind a host is a name of a package, as far as it can be told by looking: an expansion or a
concatenation leaves its rest open. A host that stands alone, where no login is shown, leaves all of it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from migrator.rulebook.records import RuleBook
from migrator.text.patterns import regex
from migrator.text.source import Span

_NAME = (
    r"(?::443)?(?P<close>\}?)(?P<path>(?:/(?:[A-Za-z0-9._-]|\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*)*)*)(?=(?P<end>.?.?.?))"
)
_SYMBOL = regex(r"\$([A-Za-z_]\w*)")
_JOINED = regex(r"""[$%{<#*+&~|]|["'`]\)?\s*(?:[+.%&~$]|\|\||<>)""")
"""What goes on behind a name: an expansion, a pattern, or text that is put behind it."""
_LOGIN = regex(r"log(?:in|out)")
_PUSH = regex(r"push\b[^\n;|&]{0,200}\Z")
_LONGEST_LINE = 400


class Mention(Struct, frozen=True):
    """`reference`: `host/path`, `${NAME}` standing for a variable. `open`: more of it follows unseen; `pushed`: a word
    before says that it goes there."""

    span: Span
    reference: str
    open: bool
    pushed: bool


def mentioned_packages(text: str, book: RuleBook) -> Iterator[Mention]:
    """Linear in the text."""
    for found in _pattern(book.hosts).finditer(text) if book.hosts else ():
        path = found["path"].rstrip("/.")
        whole = path.count("/") > 1 and path == found["path"].rstrip(".")
        before, after = _line(text, found.start(), found.end("path"))
        if not path and _LOGIN.search(text, before, after):
            continue
        reference = found["host"].lower() + (_SYMBOL.sub(r"${\1}", found["path"]) or "/")
        more = not whole or bool(_JOINED.match(found["end"]))
        yield Mention(Span(*found.span("host")), reference, more, bool(_PUSH.search(text[before : found.start()])))


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    before = max(text.rfind("\n", 0, start) + 1, start - _LONGEST_LINE)
    after = text.find("\n", end, end + _LONGEST_LINE)
    return before, after if after >= 0 else end + _LONGEST_LINE


@lru_cache(maxsize=8)
def _pattern(hosts: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, hosts))
    return re.compile(rf"(?<![\w.])(?<!\w-)(?P<host>{names})(?![\w-]|\.\w){_NAME}", re.IGNORECASE | re.DOTALL)

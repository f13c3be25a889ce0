"""Passwords that text gives to a login, found by their looks: for text that cannot be read, or that another machine
reads. Nothing is concluded from them but what to mask.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator

from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Role, Slot, valued
from migrator.text.source import Span

_LOGIN = re.compile(r"\blogin\b")
_BREAK = re.compile(r"(?<!\\)(?<!\\\r)(?:\r\n|\n|\r)")
_HERE = r"<<<[ \t]*"
_FED = re.compile(r"(?:echo|printf)\s+(?:(?:echo|printf)\s+)*(?P<words>.+)", re.DOTALL)
_WORD = re.compile(r"[^\s'\"|;&<>()]+")
_QUOTE = r"(?:['\"][ \t]*,[ \t]*['\"]|\\?['\"]?(?!(?<=['\"])[ \t]*,))"
"""What stands between an option and its value: perhaps a quote, or the comma of a list of words."""
_FAR = 500


def given(text: str, book: RuleBook) -> Iterator[Span]:
    """Where a word stands behind an option for a password, in a here-string, or in what is piped into a login."""
    escapes = [slot for escape in book.escapes if escape.has(Role.HOST) for slot in escape.slots]
    yield from (Span(*match.span("given")) for match in _pattern(_options(escapes, Role.CREDENTIAL)).finditer(text))
    if not _LOGIN.search(text):
        return
    logins = [slot for client in book.clients.values() for command in client.logins for slot in command.slots]
    ends = [match.end() for match in _LOGIN.finditer(text)]
    for match in _pattern(_options(logins, Role.PASSWORD), _HERE).finditer(text):
        last = bisect_right(ends, match.start()) - 1
        if last >= 0 and _one_command(text[max(ends[last], match.start() - _FAR) : match.start()]):
            yield Span(*match.span("given"))
    at = 0
    for line in text.splitlines(keepends=True):
        before, piped, after = line.partition("|")
        if piped and _LOGIN.search(after) and (fed := _FED.search(before[-_FAR:])):
            start = at + max(0, len(before) - _FAR) + fed.start("words")
            for word in _WORD.finditer(fed["words"]):
                if not word[0].startswith(("$", "-", "%", "\\")) and not _of_make(fed["words"], word):
                    yield Span(start + word.start(), start + word.end())
        at += len(line)


def _options(slots: Iterable[Slot], role: Role) -> frozenset[str]:
    return valued(slot for slot in slots if slot.role is role)


def _of_make(text: str, word: re.Match[str]) -> bool:
    """`$(NAME)`: a variable, to make."""
    return text.endswith("$(", 0, word.start()) and text.startswith(")", word.end()) and word[0].isidentifier()


def _pattern(names: Collection[str], other: str = "(?!)") -> re.Pattern[str]:
    long = "|".join(sorted((re.escape(name) for name in names if name.startswith("--")), reverse=True))
    short = "|".join(sorted(re.escape(name) for name in names if not name.startswith("--")))
    options = rf"(?:{long or '(?!)'})(?:[ \t]+|=)|(?:{short or '(?!)'})[ \t]*=?|{other}"
    return re.compile(rf"(?<![^\s'\"\[,])(?:{options}){_QUOTE}(?P<given>[^\s'\"$;&|<>()\\-][^\s'\"|;&<>\\]*)")


def _one_command(between: str) -> bool:
    """Whether every line break of it is continued."""
    return not _BREAK.search(between)

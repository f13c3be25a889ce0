"""Passwords that text gives to a login, found by their looks: for text that cannot be read, or that another machine
reads. Nothing is concluded from them but what to mask.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from migrator.rulebook.records import PasswordOption, RuleBook
from migrator.text import values
from migrator.text.patterns import regex
from migrator.text.source import Span

_LOGIN = regex(r"\blogin\b")
_BREAK = regex(r"(?<!\\)(?<!\\\r)(?:\r\n|\n|\r)")
_HERE = r"<<<[ \t]*"
_FED = regex(r"(?:(?:echo|printf)\s+(?:(?:echo|printf)\s+)*|\bcat\s{0,20}<<<\s{0,20})(?P<words>.+)", re.DOTALL)
_READS = regex(r"\b(?:read|mapfile|readarray)\b[^\n|;&]{0,80}(?i:token|passw|secret|api_?key|credential|\bpat\b|pwd)")
_END = regex(r"[\n|;&]")
_PLAIN = regex(r"(?P<here><<<[ \t]{0,20})|[^\s<>]{1,400}")
_WORD = regex(r"[^\s'\"|;&<>()]+")
_COMMA = r"['\"](?:[ \t]*,[ \t]*|[ \t]+)(?=['\"])"
"""What stands between an option and its value in a list of words, or in quotes of their own."""
_CONTINUED = r"(?:\\\r?\n[ \t]*)?"
_FAR = 500


def given(text: str, book: RuleBook) -> Iterator[Span]:
    """Where a word stands behind an option for a password, in a here-string, or in what is piped into a login."""
    for match in _pattern(book.credential_options).finditer(text):
        yield from _value(text, match.end())
    yield from _of_programs(text, book)
    yield from _fed(text, book)
    for at in _behind(text, _LOGIN, _pattern(book.password_options, _HERE)):
        yield from _value(text, at)


def _fed(text: str, book: RuleBook) -> Iterator[Span]:
    """What is piped into a login, into another program that takes a password so, or into a variable that is called
    like one."""
    takers = _programs(tuple(program for one in book.passwords if one.stdin for program in one.programs))
    at = 0
    for line in text.splitlines(keepends=True):
        before, _, after = line.partition("|")
        taken = any(pattern.search(after, 0, _FAR) for pattern in (_LOGIN, takers, _READS))
        if taken and (fed := _FED.search(before[-_FAR:])):
            start = at + max(0, len(before) - _FAR) + fed.start("words")
            for word in _WORD.finditer(fed["words"]):
                if not word[0].startswith(("$", "-", "%", "\\")) and not _of_make(fed["words"], word):
                    yield Span(start + word.start(), start + word.end())
        at += len(line)


def _of_programs(text: str, book: RuleBook) -> Iterator[Span]:
    """What programs that are no clients of a registry take as a password, such as `curl -u`."""
    for one in book.passwords:
        named = [program for program in one.programs if program.partition(" ")[0] in text]
        if not named:
            continue
        programs = _programs(tuple(named))
        for at in _behind(text, programs, _pattern(one.options, _bundled(one))) if one.options else ():
            yield from _value(text, at, one.between)
        for match in programs.finditer(text) if one.word or one.stdin else ():
            yield from _word_of(text, match.end(), one)


@lru_cache(maxsize=64)
def _programs(names: tuple[str, ...]) -> re.Pattern[str]:
    """Programs with their commands, options between them."""
    each = (r"(?:[ \t]+-[\w-]{1,40})*[ \t]+".join(map(re.escape, name.split())) for name in names)
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(each) or '(?!)'})(?![\w.-])")


def _word_of(text: str, at: int, one: PasswordOption) -> Iterator[Span]:
    """The word of a command that is a password, by its number among those that are no options; a here-string."""
    end = _END.search(text, at, at + _FAR)
    last = end.start() if end else at + _FAR
    count = 0
    for match in _PLAIN.finditer(text, at, last):
        if match["here"] is not None:
            yield from _value(text, match.end()) if one.stdin else ()
            return
        if not match[0].startswith("-") and "=" not in match[0]:
            count += 1
            if count == one.word:
                yield from _value(text, match.start(), one.between)
                return


def _bundled(one: PasswordOption) -> str:
    """The options behind others in one word, as in `curl -su`: where the value itself tells that it is one."""
    letters = "".join(option[1] for option in one.options if one.between and len(option) == 2)
    return rf"-[A-Za-z]{{1,6}}[{letters}][ \t]+" if letters else "(?!)"


def _behind(text: str, command: re.Pattern[str], option: re.Pattern[str]) -> Iterator[int]:
    """Where the values of options begin that stand in one command with, and behind, what `command` matches."""
    ends = [match.end() for match in command.finditer(text)]
    for match in option.finditer(text) if ends else ():
        last = bisect_right(ends, match.start()) - 1
        if last >= 0 and _one_command(text[max(ends[last], match.start() - _FAR) : match.start()]):
            yield match.end()


def _value(text: str, at: int, between: str = "") -> Iterator[Span]:
    """What is literal of the value there; of a user name and a password with `between` them, of the password."""
    if text[at : at + 1] in ("'", '"') and text[at - 1] not in " \t=,\n" and values.closes(text, at, text[at]):
        return
    word = values.word(text, at)
    found = values.behind(text, word, between) if between else word
    for span in values.literal(text, found).literals if found else ():
        if any(char.isalnum() for char in text[span.start : span.end]):
            yield span


def _of_make(text: str, word: re.Match[str]) -> bool:
    """`$(NAME)`: a variable, to make."""
    return text.endswith("$(", 0, word.start()) and text.startswith(")", word.end()) and word[0].isidentifier()


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str] | tuple[str, ...], other: str = "(?!)") -> re.Pattern[str]:
    """Options up to where their value begins."""
    long = "|".join(sorted((re.escape(name) for name in names if name.startswith("--")), reverse=True))
    short = "|".join(sorted(re.escape(name) for name in names if not name.startswith("--")))
    options = rf"(?:{long or '(?!)'})(?:[ \t]+|=|{_COMMA})|(?:{short or '(?!)'})(?:{_COMMA}|[ \t]*=?)|{other}"
    return re.compile(rf"(?<![^\s'\"\[,])(?:{options}){_CONTINUED}(?![\s;&|<>(),\]-])")


def _one_command(between: str) -> bool:
    """Whether every line break of it is continued."""
    return not _BREAK.search(between)

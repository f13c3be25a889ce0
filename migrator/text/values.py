"""The value that stands behind a name or an option in text of any language, and which parts of it are literal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from migrator.text.patterns import regex
from migrator.text.source import Span

_LONGEST = 4096
_PIECES = 16
_OPENING = regex(r"(?:[rbfuRBFU$]{1,2}(?=['\"]))?(?P<quote>\\{0,3}['\"])")
_BARE = regex(r"(?:\$?\{\{[^}\n]{0,200}\}\}|\$\{[^}\n]{0,200}\}|\$\([A-Za-z_]\w{0,80}\)|\\[^nrt]|[^\s'\"`;|&<>()\\])++")
_REST = regex(r"[^\r\n]*")
_COMMENT = regex(r"[ \t]#")
_PART = regex(
    r"""(?P<name>\$?\{\{[^}\n]{0,200}\}\}|%\w{1,80}%|\$\$?[A-Za-z_]\w*|\$[0-9@*\#?!-]|\$\$?\{[!\#]?\w{1,80}\}|\$\([A-Za-z_]\w{0,80}\))
    |(?P<default>\$\{\w{1,80}:?[-=])
    |(?P<other>\$\{\w{1,80}(?:\[[^\]\n]{0,80}\])?(?:[:?+\#%/^,@])[^}\n]{0,200}\})
    |(?P<command>\$\([^()\n]{0,300}\)|`[^`\n]{0,300}`)
    |(?P<open>\$\(|`)""",
    re.VERBOSE,
)
_SAID = regex(r"[$`(]*\s*(?:echo|printf)\s+(?P<words>[^|)`]*)")
_SPOKEN = regex(r"[^\s'\"|;&<>()`]+")


class Written(Struct, frozen=True):
    """`regions` are the pieces of a value without their quotes, `end` is where it ends."""

    regions: tuple[Span, ...]
    end: int
    quoted: bool = False


class LiteralParts(Struct, frozen=True):
    """The literal parts of a value; and where the first command in it begins, None where there is none."""

    literals: tuple[Span, ...]
    command: int | None = None


def word(text: str, at: int) -> Written:
    """The value at `at` as a shell has it: pieces with and without quotes, as far as they stand together."""
    regions: list[Span] = []
    quoted = False
    for number in range(_PIECES):
        opening = _OPENING.match(text, at)
        if opening and (number == 0 or not closes(text, at, opening["quote"])):
            inner = _within(text, opening)
            quoted = quoted or number == 0
            regions.append(inner)
            at = min(inner.end + len(opening["quote"]), len(text))
        elif bare := None if opening and number else _BARE.match(text, at):
            regions.append(Span(*bare.span()))
            at = bare.end()
        else:
            break
    return Written(tuple(regions), at, quoted)


def line(text: str, at: int) -> Written:
    """The value at `at` as YAML has a plain one: all of the line but a comment."""
    end = _REST.match(text, at).end()  # type: ignore[union-attr]
    comment = _COMMENT.search(text, at, end)
    end = comment.start() if comment else end
    return Written((Span(at, end),), end)


def until(text: str, at: int, quote: str) -> Written:
    """The value at `at` up to the quote that ends it, or the end of the line."""
    end = _REST.match(text, at).end()  # type: ignore[union-attr]
    close = text.find(quote, at, end)
    end = end if close < 0 else close
    return Written((Span(at, end),), end)


def behind(text: str, value: Written, sign: str) -> Written | None:
    """Of `user:password`, say, what stands behind the first `sign`; None where there is none."""
    for number, region in enumerate(value.regions):
        at = text.find(sign, region.start, region.end)
        if at >= 0:
            rest = (Span(at + len(sign), region.end), *value.regions[number + 1 :])
            return Written(rest, value.end, value.quoted)
    return None


def literal(text: str, value: Written) -> LiteralParts:
    """What of a value is written out, and no variable, expression or command. The words that a command in it says are,
    too: `$(echo c2VjcmV0 | base64 -d)`."""
    found: list[Span] = []
    command: int | None = None
    for region in value.regions:
        plain = text[region.start - 1 : region.start] == "'"
        at, nested, first = region.start, 0, len(found)
        for part in _PART.finditer(text, region.start, region.end):
            found.append(_closed(text, Span(at, part.start()), nested))
            at = part.end()
            plain = plain or (part.lastgroup == "name" and text[part.start() - 1] == "\\")
            nested += part.lastgroup == "default"
            if part.lastgroup in ("command", "open"):
                command = part.start() if command is None else command
                end = part.end() if part.lastgroup == "command" else region.end
                found += _said(text, Span(part.start(), end))
            if part.lastgroup == "open":
                at = region.end
                break
        found.append(_closed(text, Span(at, region.end), nested))
        if plain and command is None and any(_says(text, one) for one in found[first:]):
            found[first:] = [region]  # no shell expands it, so the `$` in it may be one of a password
    return LiteralParts(tuple(one for one in found if one.end > one.start), command)


def _says(text: str, span: Span) -> bool:
    """Whether it is more than signs and the word for a kind of credential that stands before a variable."""
    shown = text[span.start : span.end].strip()
    return any(char.isalnum() for char in shown) and shown.lower() not in ("bearer", "basic", "token")


def _closed(text: str, span: Span, nested: int) -> Span:
    """Without the braces that end the defaults around it."""
    end = span.end
    while nested and end > span.start and text[end - 1] == "}":
        end, nested = end - 1, nested - 1
    return Span(span.start, end)


def _said(text: str, span: Span) -> Iterator[Span]:
    said = _SAID.match(text, span.start, span.end)
    for one in _SPOKEN.finditer(text, *said.span("words")) if said else ():
        if not one[0].startswith(("$", "-", "%", "\\")):
            yield Span(*one.span())


def _within(text: str, opening: re.Match[str]) -> Span:
    """What stands in quotes: to the end of the line where they are not closed near."""
    quote, at = opening["quote"], opening.end()
    limit = min(len(text), at + _LONGEST)
    close = text.find(quote, at, limit)
    while quote == '"' and close > 0 and _escaped(text, close, at):
        close = text.find(quote, close + 1, limit)
    if close < 0:
        close = _REST.match(text, at).end()  # type: ignore[union-attr]
    return Span(at, close)


def _escaped(text: str, at: int, first: int) -> bool:
    before = text[max(first, at - 8) : at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def closes(text: str, at: int, quote: str) -> bool:
    """Whether a quote ends what was begun before it on its line."""
    start = max(text.rfind("\n", max(0, at - _LONGEST), at) + 1, at - _LONGEST, 0)
    return text.count(quote[-1], start, at) % 2 == 1

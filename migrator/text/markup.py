"""Text of others in Markdown: it is shown, and nothing in it acts.

No mention, link, fence, heading, emphasis or HTML of what is shown survives.
"""

from __future__ import annotations

from urllib.parse import quote

from migrator.text.mask import printable
from migrator.text.patterns import regex

LONGEST = 200
"""Characters of one value that are shown."""
_MENTION = regex(r"(?<!\w)@(?=\w)|@(?=\{)")
"""Where mentions are looked for is not documented, so there are none in code either."""
_SPECIAL = regex(r"([\\`*_{}\[\]()!|~])")
_BEGINS = regex(r"([#+=-]|\d{1,9}(?=[.)])|:)")
"""What makes a line a heading, an item or a rule where it stands first."""
_SCHEME = regex(r"(?i)\b(https?|ftp|www)([:.])(?=\S)")
_TAGS = str.maketrans({"@": "(at)", "<": "‹", ">": "›"})


class Ready(str):
    """Markdown that needs no escaping any more."""

    __slots__ = ()


def code(value: object) -> Ready:
    """A code span of one line, '' for white space. In it no mention, link, HTML or emphasis is read; only a backtick
    could end it, so that is spelt out."""
    shown = _short(unmentioned(line(value)))
    return Ready(f"`{_without('`', shown)}`" if shown else "")


def cell(value: object) -> Ready:
    """A code span in a table, where a pipe ends the cell (https://github.github.com/gfm/#tables-extension-)."""
    return Ready(_without("|", code(value)))


def text(value: object) -> Ready:
    """As words of a sentence."""
    if isinstance(value, Ready):
        return value
    escaped = _SPECIAL.sub(r"\\\1", _short(line(value).translate(_TAGS)))
    if begun := _BEGINS.match(escaped):
        at = begun.end() if escaped[0].isdecimal() else 0
        escaped = f"{escaped[:at]}\\{escaped[at:]}".replace("\\\\)", "\\)")
    return Ready(_SCHEME.sub(r"\1 \2", escaped).replace("&", "&amp;"))


def prose(value: object) -> Ready:
    """Words of a sentence, and what stands between two backticks as code; all of it as code where one has no other."""
    parts = str(value).split("`")
    if len(parts) % 2 == 0:
        return code(value)
    return Ready("".join(code(part) if number % 2 else _spaced(part) for number, part in enumerate(parts)))


def _spaced(part: str) -> str:
    """As `text`, with the blanks at its ends."""
    words = text(part)
    before, after = part[:1].isspace(), part[-1:].isspace() and bool(words)
    return f"{' ' * before}{words}{' ' * after}"


def link(value: object) -> Ready:
    """The address of a link, which no character ends before its end."""
    return Ready(quote(line(value), safe=":/?#@!$&'*+,;=%-._~"))


def line(value: object) -> str:
    """One line of plain text: a title, a branch."""
    return printable(" ".join(str(value).split()))


def unmentioned(words: str) -> str:
    """`words` that call nobody; an address of mail stays."""
    return _MENTION.sub("(at)", words)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _without(char: str, words: str) -> str:
    return words.replace(char, f"\\u{ord(char):04x}")

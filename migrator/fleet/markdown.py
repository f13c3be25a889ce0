"""Text of a repository in Markdown: it is shown, and nothing in it acts.

No mention, link, fence, heading or HTML of what is shown survives, and no `@` at all, since where Bitbucket looks for
mentions is documented nowhere.
"""

from __future__ import annotations

import re

from migrator.core.mask import printable

LONGEST = 160
"""Characters of one value that are shown."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]()!|~])")
_BEGINS = re.compile(r"([#+=-]|\d{1,9}(?=[.)])|:)")
"""What makes a line a heading, an item or a rule where it stands first."""
_SCHEME = re.compile(r"(?i)\b(https?|ftp|www)([:.])(?=\S)")
_MARKUP = str.maketrans({"@": "(at)", "<": "‹", ">": "›"})


class Ready(str):
    """Markdown that needs no escaping any more."""

    __slots__ = ()


def code(value: object) -> Ready:
    """As a span of code."""
    shown = _plain(value)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return Ready(f"{fence}{pad}{shown}{pad}{fence}")


def text(value: object) -> Ready:
    """As words of a sentence."""
    if isinstance(value, Ready):
        return value
    escaped = _SPECIAL.sub(r"\\\1", _plain(value))
    if begun := _BEGINS.match(escaped):
        at = begun.end() if escaped[0].isdecimal() else 0
        escaped = f"{escaped[:at]}\\{escaped[at:]}".replace("\\\\)", "\\)")
    return Ready(_SCHEME.sub(r"\1 \2", escaped).replace("&", "&amp;"))


def line(value: object) -> str:
    """One line of plain text: a title, a branch."""
    return printable(" ".join(str(value).split()))


def _plain(value: object) -> str:
    whole = printable(" ".join(str(value).split())).translate(_MARKUP)
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"

"""Text of others in Markdown: in code spans, where it means nothing."""

from __future__ import annotations

import re

from migrator.core.mask import printable

_LENGTH = 200
_MENTION = re.compile(r"(?<!\w)@(?=[\w{])")
"""Where Bitbucket looks for mentions is not documented, so there are none in code either."""


def code(text: str) -> str:
    """A code span of one line, '' for white space. In it no mention, link, HTML or emphasis is read; only a backtick
    could end it, so that is spelt out."""
    shown = unmentioned(printable(" ".join(text.split())))
    if len(shown) > _LENGTH:
        shown = f"{shown[: _LENGTH - 1]}…"
    return f"`{_without('`', shown)}`" if shown else ""


def unmentioned(text: str) -> str:
    """`text` that calls nobody; an address of mail stays."""
    return _MENTION.sub("(at)", text)


def cell(text: str) -> str:
    """A code span in a table, where a pipe ends the cell (https://github.github.com/gfm/#tables-extension-)."""
    return _without("|", code(text))


def _without(char: str, text: str) -> str:
    return text.replace(char, f"\\u{ord(char):04x}")

"""How the bot's comments are found again: by their author, their first words and a last line that nobody sees.

Whoever quotes a comment writes something before it, or answers it; so a comment that only holds a marker is a
person's. `[//]: # (…)` is a link reference, which Markdown does not show: BITBUCKET_API.md section 2.4.
"""

from __future__ import annotations

from migrator.text.patterns import regex

SUMMARY = "summary"
OPENING = "**patless**"
_MARKER = regex(r"\[//\]: # \(patless-bot ([0-9a-f]{32}:[0-9]{1,6}|summary)\)")


def marked(text: str, key: str) -> str:
    """A comment about `key`: a fingerprint, or SUMMARY. `text` begins with OPENING."""
    return f"{text.rstrip()}\n\n[//]: # (patless-bot {key})"


def key_of(text: str) -> str | None:
    """What a comment of the bot is about, None for any other text."""
    lines = text.rstrip().splitlines()
    found = _MARKER.fullmatch(lines[-1].rstrip()) if lines and text.startswith(OPENING) else None
    return found[1] if found else None

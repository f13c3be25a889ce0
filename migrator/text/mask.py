"""Literal credentials never leave the process: text of a scanned file is shown only through here."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.text.patterns import regex
from migrator.text.source import Span

_UNPRINTABLE = regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def placeholder(length: int) -> str:
    """What stands for a literal of `length` characters, such as `‹literal, 40 characters›`."""
    return f"‹literal, {length} character{'s' * (length != 1)}›"


def mask(text: str, secrets: Iterable[Span], offset: int = 0) -> str:
    """`text` with each range of `secrets` replaced. `offset` is where `text` stands in its file.

    A range that is only partly inside `text` is masked as far as it is inside.
    """
    shown: list[str] = []
    at = 0
    for secret in sorted(secrets):
        start, end = max(secret.start - offset, at), min(secret.end - offset, len(text))
        if start < end:
            shown += [text[at:start], placeholder(secret.end - secret.start)]
            at = end
    shown.append(text[at:])
    return "".join(shown)


def printable(text: str) -> str:
    """`text` with every control character, escape and bidirectional override spelt out, tab and newline kept."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def named(path: str) -> str:
    """A path as it is shown: on one line, whatever its name holds."""
    return printable(path).replace("\n", "\\n").replace("\t", "\\t")

"""Splice edits into text: every character outside an edit stays the character that was there."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from migrator.text.source import Span


class Edit(Struct, frozen=True, order=True):
    """Replace the characters of `span` in the file at `path` by `text`."""

    path: str
    span: Span
    text: str


class Conflict(ValueError):
    """Two edits want different text in one place."""


def splice(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits of one file made. Equal edits count once; raises Conflict where two overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(set(edits), key=lambda edit: (edit.span, edit.text)):
        if edit.span.start < at:
            raise Conflict(f"overlapping edits at character {edit.span.start} of {edit.path}")
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts)

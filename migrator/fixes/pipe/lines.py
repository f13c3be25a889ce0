"""Lines of a file, where items of a script are put in or taken out."""

from __future__ import annotations

import re


def line_start(text: str, at: int) -> int:
    """Where the line of a character begins."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def comment_start(text: str, start: int, lead: str) -> int:
    """Where the comment directly above an item begins: lines that begin in the column of the dash, behind `lead`.

    Further right it may be text of the block scalar above; further left it is about something else.
    """
    comment = re.compile(rf"{lead}#")
    while start > 0:
        above = line_start(text, start - (2 if text[:start].endswith("\r\n") else 1))
        if not comment.match(text, above):
            break
        start = above
    return start

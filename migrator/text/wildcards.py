"""Text with parts that are not known: whether it may be a given text, in linear time.

A regular expression of as many `.*` takes time that grows with a power of the text's length for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence


def may_be(parts: Sequence[str], text: str) -> bool:
    """Whether `text` is the parts in order, with anything between two of them; there is one at least.

    The first place for each part leaves the most to those that follow, so no other place has to be tried.
    """
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, max(at, end))
        if found < 0:
            return False
        at = found + len(part)
    return text.startswith(first) and text.endswith(last) and at <= end

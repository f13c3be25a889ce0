"""Text with parts that are not known, and names by patterns: whether it may be a given text, in linear time.

A regular expression of as many `.*` takes time that grows with a power of the text's length for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

_SPECIAL = frozenset("*?[")

Names = tuple[str, ...] | frozenset[str]


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


def named_like(path: str, globs: Names) -> bool:
    """Whether the name of a file, without its folders, matches one of a few patterns that are asked again and again."""
    name = path.rpartition("/")[2]
    whole, ends, others = _sorted(globs)
    return name in whole or name.endswith(ends) or any(fnmatchcase(name, glob) for glob in others)


@lru_cache(maxsize=32)
def _sorted(globs: Names) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Names, ends of names behind a `*`, and what only an expression matches: most need none, which is slow to make."""
    whole = frozenset(glob for glob in globs if _SPECIAL.isdisjoint(glob))
    ends = tuple(glob[1:] for glob in globs if glob.startswith("*") and _SPECIAL.isdisjoint(glob[1:]))
    return whole, ends, tuple(glob for glob in globs if glob not in whole and not (glob[0] == "*" and glob[1:] in ends))

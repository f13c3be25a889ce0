"""Patterns that leave out files, as git means them: https://git-scm.com/docs/gitignore#_pattern_format

They may be a scanned repository's, so they are matched in time linear in pattern and path: a regular expression tries
every way to share a path among its stars. A test compares the answers with those of git.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

_ANY, _WITHIN, _FOLDERS, _ALL = "?", "*", "**/", "**"
"""A character, or any number of them, of one name; folders, none of them too; and all that is in a folder."""
_SPECIAL = frozenset("[]\\!")
"""Where one stands in a pattern, what is beside it need not stand in the path."""
_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda one: one in " \t",
    "cntrl": lambda one: one < " " or one == "\x7f",
    "digit": str.isdigit,
    "graph": lambda one: "!" <= one <= "~",
    "lower": str.islower,
    "print": lambda one: " " <= one <= "~",
    "punct": lambda one: "!" <= one <= "~" and not one.isalnum(),
    "space": str.isspace,
    "upper": str.isupper,
    "xdigit": lambda one: one in "0123456789abcdefABCDEF",
}


class _Set(Struct, frozen=True):
    """One character of some, or of all but those: ranges with both ends, and names of classes."""

    ranges: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    others: bool

    def holds(self, one: str) -> bool:
        found = any(low <= one <= high for low, high in self.ranges) or (
            one.isascii() and any(_CLASSES[name](one) for name in self.classes)
        )
        return found is not self.others


class _Literal(Struct, frozen=True):
    text: str


_Token = str | _Set | _Literal


class _Pattern(Struct, frozen=True):
    """`again`: what it matches is not left out. `folders`: it matches only those."""

    tokens: tuple[_Token, ...]
    again: bool
    folders: bool


def excludes(patterns: Sequence[str], path: str) -> bool:
    """Whether the last pattern that matches the path leaves it out, or one leaves out a folder above it."""
    every = [found for one in patterns if (found := _pattern(one)) is not None]
    ends = [_matched(one, path) for one in every]
    for at in (*(at for at, one in enumerate(path) if one == "/"), len(path)):
        last = next((one for one, found in zip(reversed(every), reversed(ends), strict=True) if at in found), None)
        if last is not None and not last.again:
            return True
    return False


def standing_in(patterns: Sequence[str]) -> tuple[str, ...] | None:
    """Texts, of which one stands in each path that the patterns leave out; None where none are known."""
    if any(_SPECIAL & set(pattern) for pattern in patterns):
        return None
    bare = (pattern.replace("?", "*").removeprefix("./") for pattern in patterns)
    texts = tuple(max(pattern.split("*"), key=len).strip("/ \t\r") for pattern in bare)
    return texts if all(texts) else None


@lru_cache
def _pattern(text: str) -> _Pattern | None:
    """None for what matches nothing."""
    again = text.startswith("!")
    body = text[again:]
    if body.startswith("./"):  # which git does not know, and everybody writes
        body = body[1:]
    folders = body.endswith("/")
    body = body.removesuffix("/")
    if not body:
        return None
    rooted = "/" in body
    try:
        tokens = tuple(_tokens(body.removeprefix("/")))
    except ValueError:
        return None
    return _Pattern(tokens if rooted else (_FOLDERS, *tokens), again, folders)


def _tokens(body: str) -> Iterator[_Token]:
    """Raises ValueError for a pattern that ends too early."""
    at = 0
    while at < len(body):
        one = body[at]
        begins = at == 0 or body[at - 1] == "/"
        if begins and body.startswith(_FOLDERS, at):
            yield _FOLDERS
            at += 3
        elif begins and body[at:] == _ALL:
            yield _ALL
            at += 2
        elif one == "*":
            yield _WITHIN
            while at < len(body) and body[at] == "*":
                at += 1
        elif one == "?":
            yield _ANY
            at += 1
        elif one == "[":
            found, at = _set(body, at + 1)
            yield found
        else:
            at += one == "\\"
            if at == len(body):
                raise ValueError
            yield _Literal(body[at])
            at += 1


def _set(body: str, at: int) -> tuple[_Set, int]:
    """What stands between brackets, of which the first is before `at`, and the place behind them."""
    others = body[at : at + 1] in ("!", "^") and at < len(body)
    at += others
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    first = True
    while first or body[at : at + 1] != "]":
        first = False
        if body.startswith("[:", at) and (end := body.find(":]", at)) > 0:
            if body[at + 2 : end] not in _CLASSES:
                raise ValueError
            classes.append(body[at + 2 : end])
            at = end + 2
            continue
        low, at = _member(body, at)
        high = low
        if body[at : at + 1] == "-" and body[at + 1 : at + 2] not in ("]", ""):
            high, at = _member(body, at + 1)
        ranges.append((low, high))
    return _Set(tuple(ranges), tuple(classes), others), at + 1


def _member(body: str, at: int) -> tuple[str, int]:
    at += body[at : at + 1] == "\\"
    if at >= len(body):
        raise ValueError
    return body[at], at + 1


def _matched(pattern: _Pattern, path: str) -> set[int]:
    """Where the names end, of the path and the folders above it, that a pattern matches."""
    at = {0}
    for token in pattern.tokens:
        if not at:
            break
        if token == _FOLDERS:
            at |= {i + 1 for i in range(min(at), len(path)) if path[i] == "/"}
        elif token == _ALL:
            at = set(range(min(at) + 1, len(path) + 1))
        elif token == _WITHIN:
            at = set(_along(at, path))
        else:
            at = {i + 1 for i in at if i < len(path) and path[i] != "/" and _is(token, path[i])} | {
                i + 1 for i in at if i < len(path) and path[i] == "/" and token == _Literal("/")
            }
    return {i for i in at if (i == len(path) and not pattern.folders) or path[i : i + 1] == "/"}


def _is(token: _Token, one: str) -> bool:
    if isinstance(token, _Set):
        return token.holds(one)
    return token == _ANY or (isinstance(token, _Literal) and token.text == one)


def _along(starts: Collection[int], path: str) -> Iterator[int]:
    """Each start, and every place that is reached from it within its folder name."""
    reached = False
    for i in range(len(path) + 1):
        reached = reached or i in starts
        if reached:
            yield i
        if path[i : i + 1] == "/":
            reached = False

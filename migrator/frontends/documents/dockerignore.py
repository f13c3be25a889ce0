"""Patterns for paths of a build's context: those of `.dockerignore`, and those that `COPY` and `ADD` are told.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files and moby/patternmatcher, where the last
pattern counts that matches a file or a folder around it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase

from migrator.text.patterns import regex

_DOUBTFUL = regex(r"[\\\[\]{}$]|\*\*[^/]|[^/]\*\*")
"""What is not known to mean the same to every builder."""


def leaves_out(text: str, path: str, anywhere: bool = False) -> bool:
    """Whether an ignore file surely keeps a path of the context out of it. `anywhere`: a pattern without a folder
    counts in all of them, as in `.gitignore`."""
    excluded = False
    for line in text.removeprefix("\ufeff").splitlines():
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        again = pattern.startswith("!")
        pattern = pattern.removeprefix("!").strip()
        matched = covers(f"**/{pattern}" if anywhere and "/" not in pattern.rstrip("/") else pattern, path)
        if matched or (matched is None and again):
            excluded = not again
    return excluded


def covers(pattern: str, path: str) -> bool | None:
    """Whether a pattern matches a path or a folder around it; None where that cannot be told."""
    short = posixpath.normpath(pattern.lstrip("/") or ".")
    if short == "..":
        return None
    if short == ".":
        return True
    return None if _DOUBTFUL.search(short) else _begins(short.split("/"), path.split("/"))


def _begins(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether the parts of a pattern match the first parts of a path: all sets of parts that are left are followed at
    once, so that the time is that of both lengths."""
    waiting = {0}
    for part in path:
        waiting = _skipped(pattern, waiting)
        if len(pattern) in waiting:
            return True
        stay = {at for at in waiting if pattern[at] == "**"}
        waiting = stay | {at + 1 for at in waiting - stay if fnmatchcase(part, pattern[at])}
    return len(pattern) in _skipped(pattern, waiting)


def _skipped(pattern: Sequence[str], waiting: set[int]) -> set[int]:
    """The same, with what is behind parts that may stand for no part at all."""
    found = set(waiting)
    for at in sorted(waiting):
        following = at
        while following < len(pattern) and pattern[following] == "**" and following + 1 not in found:
            following += 1
            found.add(following)
    return found

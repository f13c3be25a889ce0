"""Paths of a repository as an analysis knows them: these, none, or *cannot tell*.

A path is relative to the root, with `/`, and '' is the root itself; one with `*`, `?` or `[` stands for every file that
it matches, as in a shell. `Top` is the top of the lattice: it joins to itself, is never empty and equals nothing, and
whoever asks has to say what follows from it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

GLOB = re.compile(r"[*?\[]")


class Top(Struct, frozen=True, eq=False):
    """Cannot tell. `why` completes "because of …"; `pattern` is what is known all the same: whatever it is, if it lies
    in the repository it matches this, in which `**` stands for any text, `/` included."""

    why: str
    pattern: str = "**"

    def __bool__(self) -> bool:
        return True


Paths = frozenset[str] | Top
ROOT: frozenset[str] = frozenset({""})
NONE: frozenset[str] = frozenset()


def join(first: Paths, second: Paths) -> Paths:
    """Either of both: a least upper bound."""
    if isinstance(first, Top):
        return first
    return second if isinstance(second, Top) else first | second


def joined(answers: Iterable[Paths]) -> Paths:
    found: Paths = NONE
    for one in answers:
        found = join(found, one)
    return found


def only(paths: Paths) -> str | None:
    """The one path that it is; None where there are others, none, or it cannot be told."""
    return next(iter(paths)) if not isinstance(paths, Top) and len(paths) == 1 else None


def below(folders: Paths, name: str) -> Paths:
    """A relative name in any of the folders; what leads out of the repository is none of its paths."""
    if isinstance(folders, Top):
        inside = normal(name.lstrip("./") or name)
        return Top(folders.why, f"**{inside}" if inside else "**")
    return frozenset(path for folder in folders if (path := normal(posixpath.join(folder, name))) is not None)


def normal(path: str) -> str | None:
    """A relative path in its shortest form, '' for the root; None where it leads out."""
    short = posixpath.normpath(path) if path else "."
    return None if short == ".." or short.startswith(("../", "/")) else "" if short == "." else short


def matching(paths: Paths, listed: Iterable[str]) -> frozenset[str]:
    """Those of the `listed` files that are among `paths`, or may be."""
    if isinstance(paths, Top):
        return frozenset(filter(_compiled(paths.pattern, True).fullmatch, listed))
    patterns = [_compiled(path, False) for path in paths if GLOB.search(path)]
    return frozenset(one for one in listed if one in paths or any(pattern.fullmatch(one) for pattern in patterns))


@lru_cache(maxsize=1024)
def _compiled(pattern: str, wide: bool) -> re.Pattern[str]:
    """`wide`: `**` stands for any text. Each star is one bounded repetition that nothing follows twice: linear."""
    parts = re.split(r"(\*\*|\*|\?)" if wide else r"(\*+|\?)", pattern)
    known = {"**": r".*" if wide else r"[^/]*", "?": r"[^/]"}
    return re.compile(
        "".join(known.get(part, r"[^/]*" if part.startswith("*") else re.escape(part)) for part in parts), re.DOTALL
    )

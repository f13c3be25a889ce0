"""Paths of a repository as an analysis knows them: these, none, or *cannot tell*.

A path is relative to the root, with `/`, and '' is the root itself; one with a shell's pattern stands for every file
that it matches. `Top` is the top of the lattice: it joins to itself, is never empty and equals nothing, and
whoever asks has to say what follows from it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from migrator.text.patterns import regex

GLOB = regex(r"\*\*/|\*+|\?|\[[^]/]{0,255}\]|\{[^{}]*\}|[@+!]\([^()]*\)")
"""What stands for other text in a shell's pattern. One of several words, and one of several patterns, is any text."""
_MOST_PATTERNS = 32
_MOST_STARS = 2


class Top(Struct, frozen=True, eq=False):
    """Cannot tell. `why` completes "because of …"; `patterns` is what is known all the same: whatever it is, if it lies
    in the repository it matches one of these, in which `**` stands for any text, `/` included, and `**/` for none,
    too."""

    why: str
    patterns: tuple[str, ...] = ("**",)

    def __bool__(self) -> bool:
        return True


Paths = frozenset[str] | Top
ROOT: frozenset[str] = frozenset({""})
NONE: frozenset[str] = frozenset()


def join(first: Paths, second: Paths) -> Paths:
    """Either of both: a least upper bound, but for many patterns, which become any."""
    if isinstance(first, Top):
        why = first.why
    elif isinstance(second, Top):
        why = second.why
    else:
        return first | second
    found = dict.fromkeys((*patterns(first), *patterns(second)))
    return Top(why, tuple(found) if "**" not in found and len(found) <= _MOST_PATTERNS else ("**",))


def patterns(paths: Paths) -> Iterable[str]:
    """The paths, or what is known of them: whatever they are, they match one of these."""
    return paths.patterns if isinstance(paths, Top) else sorted(paths)


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
        inside = posixpath.normpath(name)
        up = inside.startswith("../") or inside == ".."
        parts = [part for part in inside.split("/") if part not in (".", "..")]
        ways = ("**",) if up else folders.patterns
        return Top(folders.why, tuple(dict.fromkeys(one for way in ways for one in _inside(way, parts))))
    return frozenset(path for folder in folders if (path := normal(posixpath.join(folder, name))) is not None)


def _inside(way: str, parts: Sequence[str]) -> Iterator[str]:
    """A name in a folder. That may be any folder, and lie around the root: then a part of the name leads there."""
    yield "/".join(filter(None, (way, *parts)))
    if way == "**":
        yield from ("/".join(parts[at:]) for at in range(1, len(parts)))


def normal(path: str) -> str | None:
    """A relative path in its shortest form, '' for the root; None where it leads out."""
    short = posixpath.normpath(path)
    return None if short == ".." or short.startswith(("../", "/")) else "" if short == "." else short


def matching(paths: Paths, listed: Iterable[str]) -> frozenset[str]:
    """Those of the `listed` files that are among `paths`, or may be."""
    names = paths.patterns if isinstance(paths, Top) else paths
    wild = [_compiled(path) for path in names if GLOB.search(path)]
    return frozenset(one for one in listed if one in names or any(pattern.fullmatch(one) for pattern in wild))


def meet(paths: Paths, pattern: str) -> bool:
    """Whether a path may be among `paths` and match a pattern. Of two patterns only the texts at both ends tell."""
    begin, end = _ends(pattern)
    for one in patterns(paths):
        if not GLOB.search(one):
            if matching(frozenset({pattern}), [one]):
                return True
            continue
        first, last = _ends(one)
        if (begin.startswith(first) or first.startswith(begin)) and (end.endswith(last) or last.endswith(end)):
            return True
    return False


def _ends(pattern: str) -> tuple[str, str]:
    """What stands before the first wild part of a pattern, and behind the last one."""
    wild = list(GLOB.finditer(pattern))
    return (pattern[: wild[0].start()], pattern[wild[-1].end() :]) if wild else (pattern, pattern)


def within(paths: Paths, listed: Iterable[str]) -> frozenset[str]:
    """Those of the `listed` files that are among `paths`, or may be, or lie in a folder that is."""
    listed = tuple(listed)
    folders = {path: {path[:at] for at, sign in enumerate(path) if sign == "/"} | {"", path} for path in listed}
    there = matching(paths, {one for around in folders.values() for one in around})
    return frozenset(path for path, around in folders.items() if there & around)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Time grows with the square of a path's length; more than two stars stand for any text, and what is between them
    is found from the left on, once, so that it grows with the length alone."""
    wild = list(GLOB.finditer(pattern))
    stars = [one for one in wild if one[0][0] not in "?["]
    parts: list[str] = []
    at = 0
    if len(stars) > _MOST_STARS:
        for one in wild:
            text = re.escape(pattern[at : one.start()])
            parts.append(f"(?>.*?{text})" if at else text)
            at = one.end()
        return re.compile(f"{''.join(parts)}.*(?<={re.escape(pattern[at:])})", re.DOTALL)
    for one in wild:
        parts += [re.escape(pattern[at : one.start()]), _meaning(one[0])]
        at = one.end()
    return re.compile("".join((*parts, re.escape(pattern[at:]))), re.DOTALL)


def _meaning(wild: str) -> str:
    if wild[0] in "?[":
        return "[^/]"
    return {"*": "[^/]*", "**/": "(?:.*/)?"}.get(wild, ".*")

"""Every version that a file ever had on any branch or tag, as the names of its contents."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from migrator.repositories.git import GitError
from migrator.repositories.streams import answer, records

LIMIT = 20_000
"""The most versions that are listed."""
_FILES = (b"100644", b"100755", b"100664")
_COMMIT = b"\x02"


@dataclass(frozen=True, slots=True)
class Version:
    """`oid` is the content of the file at `path` as `commit` made it, `committed` in seconds since 1970 UTC."""

    path: str
    oid: str
    commit: str
    committed: int


@dataclass(frozen=True, slots=True)
class History:
    """`versions` hold each content of a path once, at its newest commit, newest first. They are not `complete` in a
    shallow clone, and where there are more than LIMIT."""

    versions: tuple[Version, ...]
    complete: bool


def versions(root: Path, patterns: Iterable[str], paths: Iterable[str] = ()) -> History:
    """The versions of all files that match one of git's `patterns`, and of those at `paths`, merges included. Raises
    GitError, GitMissing."""
    found: dict[tuple[str, str], Version] = {}
    commit, committed, oid = "", 0, ""
    cut = False
    asked = (*patterns, *(f":(top,literal){path}" for path in paths))
    options = ("--all", "--full-history", "--diff-merges=separate", "--root", "--raw", "--no-abbrev", "--no-renames",
               "--no-show-signature", "--no-relative", "--format=%x02%H %ct", "-z")  # fmt: skip
    for piece in records(root, "-c", "log.follow=false", "log", *options, "--", *asked):
        if oid:
            path = os.fsdecode(piece)
            if len(found) >= LIMIT and (path, oid) not in found:
                cut = True
                break
            if oid != "-":
                found.setdefault((path, oid), Version(path, oid, commit, committed))
            oid = ""
        elif piece.startswith(_COMMIT):
            name, _, seconds = piece[1:].decode("ascii").partition(" ")
            commit, committed = name, int(seconds)
        elif words := piece.split():
            if len(words) != 5:
                raise GitError(
                    f"patless does not understand git's log of the repository at {root}; use git 2.31 or newer"
                )
            oid = words[3].decode("ascii") if words[1] in _FILES else "-"
    return History(tuple(found.values()), complete=not cut and not _shallow(root))


def _shallow(root: Path) -> bool:
    return answer(root, "rev-parse", "--is-shallow-repository") != b"false"

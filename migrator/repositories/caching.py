"""The copies of repositories on this machine: how large they are, and which ones go where they are to be fewer bytes.

Only what patless makes is ever touched. A link is not followed, and a folder in which something lies that patless and
git do not make is not taken for a copy.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from migrator.repositories import git, remote
from migrator.repositories.git import GitError
from migrator.repositories.using import GONE, LOCK, last, opened, unused
from migrator.text.patterns import regex

PACKS = 20
"""A copy with more packs is put in order: each look that finds something new adds one, or two."""
_OURS = regex(
    r"HEAD|FETCH_HEAD|ORIG_HEAD|config|description|packed-refs|shallow|objects|refs|logs|info|hooks|branches|gc\.(?:pid|log)|"
    rf"{re.escape(remote.PARTIAL)}|{re.escape(GONE)}|(?:HEAD|config|packed-refs|shallow|FETCH_HEAD)\.(?:lock|new)|"
    r"tmp_[A-Za-z0-9._-]+"
)
"""What lies in a copy: what patless writes, and what git does beside it."""
_LEFT = (".new", ".old")
"""After the name of a copy that was being made, or taken away, when a run was killed."""
_ENTRIES = 5_000_000
_INDEX = b"\xfftOc\0\0\0\x02"
_SECONDS = 600.0


class CachedCopy(Struct, frozen=True):
    """`size` is the bytes of its files, `used` when it was last used, in seconds since 1970. `gone`: its repository is
    not there any more, by that name."""

    path: Path
    size: int
    packs: int
    used: float
    gone: bool = False

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name.removesuffix('.git')}"


class Contents(Struct, frozen=True):
    """`left` are remains of runs that were killed; `others` is what patless has not made, which stays as it is."""

    copies: tuple[CachedCopy, ...] = ()
    left: tuple[CachedCopy, ...] = ()
    others: tuple[Path, ...] = ()

    @property
    def size(self) -> int:
        return sum(one.size for one in (*self.copies, *self.left))


class Pruned(Struct, frozen=True):
    """`gone` are copies of repositories that are gone, `others` further ones that went, the least recently used first.
    `packed` were put in order. `busy` are in use, so nothing was done about them. `freed` is in bytes."""

    gone: tuple[CachedCopy, ...] = ()
    others: tuple[CachedCopy, ...] = ()
    packed: tuple[CachedCopy, ...] = ()
    busy: tuple[CachedCopy, ...] = ()
    freed: int = 0
    size: int = 0


def contents(cache: Path) -> Contents:
    """What lies in the folder of copies of a cache."""
    copies: list[CachedCopy] = []
    left: list[CachedCopy] = []
    others: list[Path] = []
    for workspace in _inside(cache / remote.COPIES):
        if not (workspace.is_dir(follow_symlinks=False) and remote.SLUG.fullmatch(workspace.name)):
            others.append(Path(workspace.path))
            continue
        for entry in _inside(Path(workspace.path)):
            path = Path(entry.path)
            if _is_lock(entry):
                continue
            ending = next((one for one in _LEFT if entry.name.endswith(f".git{one}")), "")
            copy = _copy(path) if _is_named(entry.name.removesuffix(ending)) else None
            if copy is None:
                others.append(path)
            else:
                (left if ending else copies).append(copy)
    return Contents(tuple(copies), tuple(left), tuple(others))


def measured(path: Path) -> CachedCopy | None:
    """The copy at a path, None where there is none that patless has made."""
    return _copy(path) if path.name.endswith(".git") else None


def prune(cache: Path, limit: int | None = None, *, gone: bool = True) -> Pruned:
    """Make what there is no more than `limit` bytes: remains go, then copies of repositories that are gone, then the
    least recently used. None: no bound. `gone` False: those that are gone stay where there is room. Those that another
    run uses are left to it. Raises GitMissing."""
    there = contents(cache)
    size = there.size
    busy: list[CachedCopy] = []
    freed = 0
    for one in there.left:
        if _taken(one.path.with_name(one.path.name[: -len(_LEFT[0])]), one.path):
            freed += one.size
    packed, smaller = _in_order(there.copies)
    freed += smaller
    went: list[CachedCopy] = []
    for one in sorted(there.copies, key=lambda copy: (not copy.gone, copy.used, copy.name)):
        if not (one.gone and gone) and (limit is None or size - freed <= limit):
            continue
        now = _copy(one.path) or one
        if _taken(one.path, one.path):
            went.append(one)
            freed += now.size
        else:
            busy.append(one)
    return Pruned(
        tuple(one for one in went if one.gone),
        tuple(one for one in went if not one.gone),
        tuple(packed),
        tuple(busy),
        freed,
        size - freed,
    )


def mark_gone(path: Path) -> None:
    """Note in a copy that its repository is not there any more."""
    if measured(path):
        (path / GONE).touch()


def _inside(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The entries of a folder, by name; of a link none."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return
        with os.scandir(folder) as found:
            yield from sorted(found, key=lambda entry: entry.name)
    except OSError:
        return


def _is_named(name: str) -> bool:
    return name.endswith(".git") and remote.SLUG.fullmatch(name.removesuffix(".git")) is not None


def _is_lock(entry: os.DirEntry[str]) -> bool:
    ours = entry.name.endswith((".git.lock", f".git{LOCK}"))
    return ours and entry.is_file(follow_symlinks=False)


def _copy(path: Path) -> CachedCopy | None:
    """None where it is no copy that patless has made, or holds something else besides."""
    if any(not _OURS.fullmatch(entry.name) for entry in _inside(path)):
        return None
    try:
        kinds = [one.lstat().st_mode for one in (path, path / "objects", path / "HEAD")]
        if not (stat.S_ISDIR(kinds[0]) and stat.S_ISDIR(kinds[1]) and stat.S_ISREG(kinds[2])):
            return None
        size = packs = seen = 0
        folders = [path]
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _ENTRIES:
                        return None
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        size += entry.stat(follow_symlinks=False).st_size
                        packs += entry.name.endswith(".pack")
                    else:
                        return None
        return CachedCopy(path, size, packs, last(path), (path / GONE).exists())
    except OSError:  # it goes meanwhile, or may not be looked into
        return None


@contextmanager
def _free(folder: Path) -> Iterator[bool]:
    """Whether no run writes the copy and none reads it, and none will until the block ends."""
    with opened(folder.parent / f"{folder.name}.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        with unused(folder) as free:
            yield free


def _taken(folder: Path, path: Path) -> bool:
    """Take away `path`, which is the copy `folder` or remains of it; whether that was done. It has another name first,
    so that a copy is there whole or not at all."""
    with _free(folder) as free:
        if not free or _copy(path) is None:
            return False
        old = folder.with_name(f"{folder.name}{_LEFT[1]}")
        if path != old:
            if os.path.lexists(old):
                if _copy(old) is None:
                    return False
                shutil.rmtree(old)
            path.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    return True


def _in_order(copies: Sequence[CachedCopy]) -> tuple[list[CachedCopy], int]:
    """Those whose packs were made one, and how many bytes fewer that is."""
    done: list[CachedCopy] = []
    smaller = 0
    for one in copies:
        if one.packs <= PACKS:
            continue
        with _free(one.path) as free:
            if free and _packed(one.path):
                done.append(one)
                smaller += one.size - (_copy(one.path) or one).size
    return done, smaller


def _packed(folder: Path) -> bool:
    """Put all objects of the packs of a copy into one pack. It may lack objects that others name, so git is told the
    names of those that there are. Whatever fails leaves the packs as they were."""
    packs = folder / "objects" / "pack"
    before = [path for path in packs.glob("pack-*.idx") if path.with_suffix(".pack").is_file()]
    try:
        names = sorted({name for path in before for name in _names(path)})
        given = "".join(f"{name}\n" for name in names).encode()
        asked = ("pack-objects", "-q", str(packs / "pack"))
        code, output, _ = git.run(folder, git.environment(), given, _SECONDS, *asked)
        made = packs / f"pack-{output.decode('ascii', 'replace').strip()}.idx"
        if code or not names or not set(names) <= set(_names(made)):
            return False
    except (GitError, OSError, ValueError):
        return False
    for path in before:
        if path != made:
            for ending in (".idx", ".rev", ".pack"):
                path.with_suffix(ending).unlink(missing_ok=True)
    return True


def _names(index: Path) -> Iterator[str]:
    """The objects of a pack, from its index of version 2. Raises OSError, ValueError.

    https://git-scm.com/docs/gitformat-pack
    """
    data = index.read_bytes()
    if data[:8] != _INDEX or len(data) < 1032:
        raise ValueError("no index")
    count = int.from_bytes(data[1028:1032], "big")
    if len(data) < 1032 + 28 * count + 40:
        raise ValueError("a cut index")
    return (data[1032 + 20 * row : 1052 + 20 * row].hex() for row in range(count))

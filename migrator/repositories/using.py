"""Who uses a copy: a lock beside it that many share, so that nobody takes the copy away meanwhile.

It is one of the operating system, which ends with the process that has it (https://man7.org/linux/man-pages/man2/flock.2.html).
The moment of the file is when the copy was last used.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOCK = ".used"
GONE = "patless-gone"
"""A file in a copy whose repository is gone, or has another name: nobody will miss it."""


@contextmanager
def using(folder: Path) -> Iterator[None]:
    """Whether it is there yet or not, the copy is not taken away until the block ends."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(_file(folder)) as file:
        _share(file)
        with suppress(OSError):
            (folder / GONE).unlink()
        yield


def joined(folder: Path) -> IO[bytes] | None:
    """The lock of one that reads a folder, to be closed afterwards; None where the folder is no copy of the cache."""
    if not folder.name.endswith(".git"):
        return None
    try:
        file = opened(_file(folder), made=False)
    except OSError:
        return None
    _share(file)
    return file


@contextmanager
def unused(folder: Path) -> Iterator[bool]:
    """Whether nobody uses the copy, and nobody will until the block ends."""
    with opened(_file(folder)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def last(folder: Path) -> float:
    """When a copy was last used, in seconds since 1970; of one that was made before that was noted, when it changed."""
    try:
        return _file(folder).lstat().st_mtime
    except OSError:
        return folder.lstat().st_mtime


def opened(path: Path, *, made: bool = True) -> IO[bytes]:
    """A file that is nothing but a lock. Raises OSError, also for a link: what it leads to is someone else's."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT if made else 0)
    return os.fdopen(os.open(path, flags, 0o600), "rb+")


def _file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{LOCK}")


def _share(file: IO[bytes]) -> None:
    fcntl.flock(file, fcntl.LOCK_SH)
    os.utime(file.fileno())

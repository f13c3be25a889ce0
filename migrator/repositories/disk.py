"""What a disk refuses, and the databases on it, as sentences: what, where, and what to do.

https://www.sqlite.org/rescode.html says what SQLite's codes mean.
"""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ROOM = 256 * 1024
"""Bytes without which SQLite's "disk I/O error" is that there are none left."""
_AGAIN = "run the same command again"


def refused(error: OSError, path: Path) -> str:
    """Why `path` could not be read or written."""
    if error.errno in _FULL:
        return _full(path)
    if error.errno == errno.EFBIG:
        return _limited(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path}: {_words(error)}; make it and its folder yours to write, and {_AGAIN}"
    if error.errno == errno.EIO:
        return f"{path}: {_words(error)}: the disk does not read or write; see to it, and {_AGAIN}"
    return f"{path}: {_words(error)}; see to that, and {_AGAIN}"


def why(error: OSError, path: Path) -> str:
    """The system's words, and what to do where they are that there is no space."""
    words = error.strerror or type(error).__name__
    return f"no space left on {mount(path)}; free it and {_AGAIN}" if error.errno in _FULL else words


def told(error: OSError, place: Path) -> str:
    """The same of whatever file it was, of those that are at `place`: where the disk is full it is no matter which."""
    named = isinstance(error.filename, (str, bytes)) and not is_of_the_disk(error)
    return refused(error, Path(os.fsdecode(error.filename)) if named else place)


def is_of_the_disk(error: OSError) -> bool:
    """Whether the disk is what refuses, whatever is done with it."""
    return error.errno in (*_FULL, errno.EFBIG, errno.EROFS, errno.EIO)


def of_sqlite(error: sqlite3.Error, path: Path, anew: str) -> str:
    """Why the database at `path` could not be used. `anew` says what to do where it cannot be mended."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = code & 0xFF if isinstance(code, int) else None
    words = " ".join(str(error).split())[:200]
    if kind == sqlite3.SQLITE_FULL:
        return _full(path)
    if kind == sqlite3.SQLITE_IOERR:
        if _room(path) < _ROOM:
            return _full(path)
        if resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
            return _limited(path)
        named = f" ({error.sqlite_errorname})" if getattr(error, "sqlite_errorname", "") else ""
        return f"{path}: {words}{named}: the disk does not read or write; see to it, and {_AGAIN}"
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path}: {words}: another program has been at work on it for a while; wait for it, and {_AGAIN}"
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"{path}: {words}: it is damaged, or something else; bring back a copy of before, or {anew}"
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return f"{path}: {words}; make it and its folder yours to write, and {_AGAIN}"
    if kind == sqlite3.SQLITE_CANTOPEN:
        return f"{path}: {words}; make its folder one where you may write, and {_AGAIN}"
    return f"{path}: {words}; bring back a copy of before, or {anew}"


def no_space(words: str, path: Path) -> str:
    """The sentence where a program's `words` say that there is no space, '' where they do not."""
    if os.strerror(errno.ENOSPC) in words or os.strerror(errno.EDQUOT) in words:
        return _full(path)
    return _limited(path) if os.strerror(errno.EFBIG) in words else ""


def _full(path: Path) -> str:
    return f"{path}: no space left on {mount(path)}; free it and {_AGAIN}"


def _limited(path: Path) -> str:
    return f"{path}: file too large: none may grow like that here (`ulimit -f`); raise that limit and {_AGAIN}"


def mount(path: Path) -> Path:
    """Where the file system begins that the file is on."""
    place = Path(os.path.realpath(path))
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    return place


def _room(path: Path) -> int:
    try:
        found = os.statvfs(path.parent if not path.is_dir() else path)
    except OSError:
        return _ROOM
    return found.f_bavail * found.f_frsize


def _words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()

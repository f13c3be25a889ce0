"""What SQLite refuses, as sentences with its own words, whose codes https://www.sqlite.org/rescode.html explains."""

from __future__ import annotations

import os
import resource
import sqlite3
from pathlib import Path

from migrator.repositories.disk import AGAIN, full, limited

_ROOM = 256 * 1024
"""Bytes without which its "disk I/O error" is that there are none left."""


def refused(error: sqlite3.Error, path: Path, anew: str) -> str:
    """Why the database at `path` could not be used. `anew` says what to do where it cannot be mended."""
    code = getattr(error, "sqlite_errorcode", None)
    kind = code & 0xFF if isinstance(code, int) else None
    words = " ".join(str(error).split())[:200]
    if kind == sqlite3.SQLITE_FULL:
        return full(path)
    if kind == sqlite3.SQLITE_IOERR:
        if _room(path) < _ROOM:
            return full(path)
        if resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
            return limited(path)
        named = f" ({error.sqlite_errorname})" if getattr(error, "sqlite_errorname", "") else ""
        return f"{path}: {words}{named}: the disk does not read or write; fix that, and {AGAIN}"
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path}: {words}: another program has been at work on it for a while; wait for it, and {AGAIN}"
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"{path}: {words}: it is damaged, or something else; bring back an earlier copy, or {anew}"
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return f"{path}: {words}; make it and its folder yours to write, and {AGAIN}"
    if kind == sqlite3.SQLITE_CANTOPEN:
        return f"{path}: {words}; make its folder one where you may write, and {AGAIN}"
    return f"{path}: {words}; bring back an earlier copy, or {anew}"


def _room(path: Path) -> int:
    try:
        found = os.statvfs(path.parent if not path.is_dir() else path)
    except OSError:
        return _ROOM
    return found.f_bavail * found.f_frsize

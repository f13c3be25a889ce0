"""Files inside a root: found without leaving it, read without being fooled by what is not a plain file."""

from __future__ import annotations

import errno
import os
import stat
from functools import lru_cache
from pathlib import Path

from migrator.text.view import Unreadable

LIMIT = 2 * 1024 * 1024
"""The largest file that is read, in bytes."""

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


def locate(root: Path, path: str) -> Path | None:
    """Where the file `path` of the folder `root` really is, symbolic links followed; None where there is none.

    Raises Unreadable where the way leads out of the root, into `.git`, to nothing or round in a circle.
    """
    parts = {*path.split("/")}
    if parts <= {"", "."} or path.startswith("/") or ".." in parts or "\0" in path:
        raise Unreadable("the path leads out of the repository")
    full = os.path.join(root, path)
    try:
        os.lstat(full)  # most of what is asked for is not there, and that is told at once
        plain = _without_links(root, path)
        if plain and not any(part.lower() == ".git" for part in parts):
            return Path(plain)
        real = Path(os.path.realpath(full, strict=True))
    except UnicodeEncodeError:  # half of a surrogate pair, which no file system has
        return None
    except OSError as error:
        if error.errno not in _GONE:
            raise Unreadable(_sentence(error)) from None
        if os.path.islink(full):
            raise Unreadable(
                "it is a symbolic link to a file that does not exist; correct or remove the link"
            ) from None
        return None
    top = _real(os.fspath(root))
    if not real.is_relative_to(top):
        raise Unreadable("a symbolic link leads out of the repository, so patless does not follow it")
    if any(part.lower() == ".git" for part in real.relative_to(top).parts):
        raise Unreadable("it is inside .git, which patless does not read")
    return real


def _without_links(root: Path, path: str) -> str:
    """Where the file is, '' where a link is on the way below the root. Raises OSError."""
    at = os.fspath(_real(os.fspath(root))).rstrip("/")
    for part in path.split("/"):
        if part not in ("", "."):
            at = f"{at}/{part}"
            if stat.S_ISLNK(os.lstat(at).st_mode):
                return ""
    return at


@lru_cache(maxsize=16)
def _real(root: str) -> Path:
    return Path(os.path.realpath(root))


def read_bounded(path: Path) -> bytes | None:
    """The bytes of a plain file of at most LIMIT bytes, None where there is none.

    Raises Unreadable for symbolic links, pipes, devices, sockets, folders, larger files and refused access.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):  # opening a device can already do something
            raise Unreadable("it is not a plain file")
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise Unreadable(_sentence(error)) from None
    try:
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable("it is not a plain file")
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise Unreadable(_sentence(error)) from None
    if len(data) > LIMIT:
        raise Unreadable("it is larger than 2 MiB, the most that is read; split it or exclude it")
    return data


def _sentence(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "patless has no permission to read it; change its mode, or run as another user"
    if error.errno == errno.ELOOP:
        return "its symbolic links go round in a circle; correct or remove them"
    return f"the system cannot read it: {error.strerror}"

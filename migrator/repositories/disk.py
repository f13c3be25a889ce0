"""What a disk refuses, as sentences: what, where, and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)
AGAIN = "run the same command again"


def refused(error: OSError, path: Path) -> str:
    """Why `path` could not be read or written."""
    if is_full(error):
        return full(path)
    if error.errno == errno.EFBIG:
        return limited(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path}: {_words(error)}; make it and its folder yours to write, and {AGAIN}"
    if error.errno == errno.EIO:
        return f"{path}: {_words(error)}: the disk does not read or write; fix that, and {AGAIN}"
    return f"{path}: {_words(error)}; fix that, and {AGAIN}"


def why(error: OSError, path: Path) -> str:
    """The system's words, and what to do where they are that there is no space."""
    words = error.strerror or type(error).__name__
    return f"no space left on {mount(path)}; free it and {AGAIN}" if is_full(error) else words


def told(error: OSError, place: Path) -> str:
    """The same of whatever file it was, of those that are at `place`: where the disk is full it is no matter which."""
    named = isinstance(error.filename, (str, bytes)) and not is_of_the_disk(error)
    return refused(error, Path(os.fsdecode(error.filename)) if named else place)


def is_full(error: OSError) -> bool:
    return error.errno in _FULL


def is_of_the_disk(error: OSError) -> bool:
    """Whether the disk is what refuses, whatever is done with it."""
    return error.errno in (*_FULL, errno.EFBIG, errno.EROFS, errno.EIO)


def no_space(words: str, path: Path) -> str:
    """The sentence where a program's `words` say that there is no space, '' where they do not."""
    if os.strerror(errno.ENOSPC) in words or os.strerror(errno.EDQUOT) in words:
        return full(path)
    return limited(path) if os.strerror(errno.EFBIG) in words else ""


def full(path: Path) -> str:
    return f"{path}: no space left on {mount(path)}; free it and {AGAIN}"


def limited(path: Path) -> str:
    return f"{path}: file too large: none may grow like that here (`ulimit -f`); raise that limit and {AGAIN}"


def mount(path: Path) -> Path:
    """Where the file system begins that the file is on."""
    place = Path(os.path.realpath(path))
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    return place


def _words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()

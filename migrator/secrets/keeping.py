"""Files that outlive what is removed: plain ones that only grow, by whole lines that are on the disk before they count.

Whoever names such a file may err, and whoever may write to its folder may have put a trap there. So a link, a pipe, a
device is refused before anything is opened or changed, and the mode of a file that was there is never changed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from migrator.repositories import disk

LIMIT = 64 * 1024 * 1024
"""The largest file that is read, in bytes."""
_PIECE = 1024 * 1024


class NotKept(Exception):
    """The file is not such a one, or what was to be kept is not on the disk. The message is a sentence."""


class LineFile:
    """An open file. `identity` is what all names of it have in common."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.identity = _identity(os.fstat(descriptor))

    def content(self) -> bytes:
        """Raises NotKept."""
        try:
            return _read(self.path, self._descriptor)
        except OSError as error:
            raise NotKept(f"cannot read {self.path}: {error.strerror}") from None

    def cut(self, length: int) -> None:
        """Take away what stands behind the first `length` bytes. Raises NotKept."""
        try:
            os.ftruncate(self._descriptor, length)
        except OSError as error:
            raise NotKept(f"cannot write {self.path}: {disk.why(error, self.path)}") from None

    def append(self, line: bytes) -> None:
        """Add `line` and its end, and read both again. Raises NotKept, with the file as long as it was."""
        data, length = line + b"\n", os.fstat(self._descriptor).st_size
        try:
            if _identity(os.lstat(self.path)) != self.identity:
                raise NotKept(f"{self.path} was replaced by another file while it was written")
            left = memoryview(data)
            while left:
                left = left[os.write(self._descriptor, left) :]
            os.fsync(self._descriptor)
            if os.pread(self._descriptor, len(data) + 1, length) != data:
                raise NotKept(f"{self.path} does not hold what was written to it; see what else writes there")
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, length)
            raise NotKept(f"cannot write {self.path}: {disk.why(error, self.path)}") from None


@contextmanager
def opened(path: Path, apart: Mapping[tuple[int, int], str], *, private: bool) -> Iterator[LineFile]:
    """The file at `path`, made where there is none, for this run alone. `apart` says by identity which files it must
    not be, in words for people. A private one was read by nobody else so far. Raises NotKept."""
    descriptor = _open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        found = os.fstat(descriptor)
        if other := apart.get(_identity(found)):
            raise NotKept(f"{path} is also {other}; name another file")
        if private and (stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.geteuid()):
            raise NotKept(f"{path} exists, and others may read it; name a new file, or restrict it to yourself")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotKept(f"{path}: another run has it open; wait for it") from None
        _sync(path.parent)
        yield LineFile(path, descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> bytes:
    """The bytes of a plain file, of at most LIMIT. Raises NotKept."""
    descriptor = _open(path, os.O_RDONLY)
    try:
        return _read(path, descriptor)
    except OSError as error:
        raise NotKept(f"cannot read {path}: {error.strerror}") from None
    finally:
        os.close(descriptor)


def identity(path: Path) -> tuple[int, int]:
    """What all names of the file at `path` have in common. Raises OSError."""
    return _identity(os.stat(path))


def _open(path: Path, flags: int) -> int:
    """A descriptor of a plain file with one name, and none for anything else."""
    try:
        with suppress(FileNotFoundError):
            _plain(path, os.lstat(path))  # opening a device can already do something
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotKept(f"{path} is a link, which patless does not follow; name the file itself") from None
        raise NotKept(f"cannot open {path}: {disk.why(error, path)}") from None
    try:
        _plain(path, os.fstat(descriptor))
    except NotKept:
        os.close(descriptor)
        raise
    return descriptor


def _plain(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise NotKept(f"{path} is a link, which patless does not follow; name the file itself")
    if not stat.S_ISREG(found.st_mode):
        raise NotKept(f"{path} is not a plain file, so patless writes nothing to it; name another")
    if found.st_nlink > 1:
        raise NotKept(f"{path} is a file with more than one name; name one that has no other")


def _read(path: Path, descriptor: int) -> bytes:
    data = bytearray()
    while piece := os.pread(descriptor, _PIECE, len(data)):
        data += piece
        if len(data) > LIMIT:
            raise NotKept(f"{path} is larger than {LIMIT // 1024**2} MiB, the most that is read; name another file")
    return bytes(data)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _sync(folder: Path) -> None:
    """Have a new name in `folder` on the disk. Some network file systems cannot; the file itself is safe there."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""Write a changed file: whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from migrator.repositories import disk
from migrator.text.files import locate, read_bounded
from migrator.text.view import Unreadable


class NotWritten(Exception):
    """The file is as it was. The message is a sentence that says why, and does not name the path."""


def replace(root: Path, path: str, before: bytes, after: bytes) -> None:
    """Make `after` the content of `path`, if `before` still is. Mode kept, and the owner as far as that is allowed.

    A symbolic link inside the root stays, and its target is written. Raises NotWritten.
    """
    try:
        target = locate(root, path)
        if target is None or read_bounded(target) != before:
            raise NotWritten("something else changed the file since patless read it; run patless again")
        if not os.access(target, os.W_OK):
            raise NotWritten("the file is read-only; make it writable and run patless again")
        _swap(target, before, after)
    except Unreadable as error:
        raise NotWritten(str(error)) from None
    except OSError as error:
        raise NotWritten(_sentence(error, root / path)) from None


def create(root: Path, path: str, data: bytes) -> None:
    """Make a new file `path` with the content `data`. Raises NotWritten, also where there is one already."""
    import tempfile

    target = root / path
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".patless-", suffix=".tmp", dir=target.parent)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o666 & ~_umask())
                os.fsync(file.fileno())
            os.link(temporary, target)  # unlike a rename it never replaces
        finally:
            with suppress(OSError):
                os.unlink(temporary)
        _sync(target.parent)
    except FileExistsError:
        raise NotWritten("the file exists now; run patless again") from None
    except OSError as error:
        raise NotWritten(_sentence(error, target)) from None


def put(path: Path, data: bytes) -> None:
    """Make `data` the content of the file at `path`, new or not. What is not a plain file is written into.

    Raises NotWritten.
    """
    import tempfile

    target = Path(os.path.realpath(path))
    try:
        mode = os.stat(target).st_mode if target.exists() else stat.S_IFREG | (0o666 & ~_umask())
        if not stat.S_ISREG(mode):
            target.write_bytes(data)
            return
        descriptor, temporary = tempfile.mkstemp(prefix=".patless-", suffix=".tmp", dir=target.parent)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        _sync(target.parent)
    except OSError as error:
        raise NotWritten(_sentence(error, target)) from None


def _umask() -> int:
    now = os.umask(0o077)  # it can only be read by setting it
    os.umask(now)
    return now


def _swap(target: Path, before: bytes, after: bytes) -> None:
    old = os.lstat(target)
    import tempfile

    descriptor, temporary = tempfile.mkstemp(prefix=".patless-", suffix=".tmp", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))  # after fchown, which clears bits
            os.fsync(file.fileno())
        if read_bounded(target) != before:
            raise NotWritten("something else changed the file since patless read it; run patless again")
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync(target.parent)


def _sync(folder: Path) -> None:
    with suppress(OSError):  # some network file systems cannot sync a folder; the file itself is safe
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space left on {disk.mount(path)}, so the file was left as it was; free it and run again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "its folder does not allow new files, so the file was left as it was; change that and run again"
    return f"the system cannot write it: {error.strerror}"

"""Which repositories a process alone works on: locks of the operating system, which end with it however it ends.

Each is on one byte of the file beside the ledger (https://man7.org/linux/man-pages/man2/fcntl_locking.2.html).
"""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path
from typing import IO

from migrator.fleet.database import LedgerError
from migrator.repositories import disk

_TAKEN = (errno.EACCES, errno.EAGAIN)


class Claims:
    """`number` is that of a repository in the ledger at `path`. All methods raise LedgerError."""

    def __init__(self, path: Path) -> None:
        self._path = Path(f"{path}.claims")
        self._file: IO[bytes] | None = None

    def claim(self, number: int, *, wait: bool = False) -> bool:
        """Whether it is this process's now; with `wait`, once it is."""
        try:
            if self._file is None:
                self._file = self._path.open("ab")
        except OSError as error:
            raise LedgerError(f"cannot use the ledger: {disk.refused(error, self._path)}") from None
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), 1, number)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise LedgerError(f"cannot use the ledger: {disk.refused(error, self._path)}") from None
        return True

    def free(self, number: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)

    def close(self) -> None:
        """All are free."""
        if self._file:
            self._file.close()
            self._file = None

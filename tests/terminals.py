"""Somebody at a terminal, who types."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
from collections.abc import Iterator


class Terminal(io.StringIO):
    """In the place of `sys.stdin`."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def terminal(typed: str) -> Iterator[int]:
    """A terminal at which somebody types, for a process; nothing where that is ''."""
    if not typed:
        yield subprocess.DEVNULL
        return
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)

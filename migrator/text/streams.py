"""Writing to a stream of the process: no crash where its encoding or its reader fails."""

from __future__ import annotations

import io
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO


def prepared(stream: TextIO) -> None:
    """What the encoding cannot show is spelt out instead."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def safely(stream: TextIO, write: Callable[[], object]) -> None:
    """A reader that went away (`patless check | head`) is not an error: the rest is dropped."""
    try:
        write()
        stream.flush()
    except BrokenPipeError:
        try:
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, stream.fileno())  # so that the flush at the interpreter's end succeeds too
            os.close(descriptor)
        except (OSError, ValueError):  # a stream without a descriptor
            return

"""A program that is waited for, and what it says meanwhile, within bounds of time and size."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from typing import IO, Any

OUTPUT = 64 * 1024 * 1024
ERRORS = 1024 * 1024
"""The most bytes that are taken of each."""


class Endless(Exception):
    """It says more than is taken. The message is a sentence without its subject."""


def waited(process: subprocess.Popen[bytes], given: bytes, seconds: float) -> tuple[bytes, bytes]:
    """The output and the errors of a program that leads a process group, whose input is `given`.

    Raises Endless, and TimeoutExpired after `seconds`; then, and after any other end of this, the group has ended.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = bytearray(), bytearray()
    full = threading.Event()

    def read(pipe: IO[bytes], into: bytearray, most: int) -> None:
        while piece := os.read(pipe.fileno(), 65536):
            into += piece
            if len(into) > most:
                full.set()
                kill(process)
                return

    def write(pipe: IO[bytes]) -> None:
        with suppress(BrokenPipeError):
            pipe.write(given)
        with suppress(BrokenPipeError):
            pipe.close()

    readers = [
        threading.Thread(target=read, args=(process.stdout, output, OUTPUT), daemon=True),
        threading.Thread(target=read, args=(process.stderr, errors, ERRORS), daemon=True),
    ]
    writer = threading.Thread(target=write, args=(process.stdin,), daemon=True)
    end = time.monotonic() + seconds
    for thread in (*readers, writer):
        thread.start()
    try:
        for thread in readers:  # its output ends with it, which is seen at once; `wait` looks from time to time
            thread.join(max(0, end - time.monotonic()))
        process.wait(max(0, end - time.monotonic()))
    finally:
        if process.poll() is None or any(thread.is_alive() for thread in readers):
            kill(process)
        process.wait()
        for thread in (*readers, writer):
            thread.join()
        process.stdout.close()
        process.stderr.close()
    if full.is_set():
        raise Endless(f"says more than {max(OUTPUT, ERRORS) // 1024**2} MiB, which patless does not read")
    return bytes(output), bytes(errors)


def kill(process: subprocess.Popen[Any]) -> None:
    """With all that it has started, such as the helper that talks to the other side."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)

"""A program that is waited for, and what it says meanwhile, within bounds of time and size."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector, DefaultSelector
from typing import IO, Any

OUTPUT = 64 * 1024 * 1024
ERRORS = 1024 * 1024
"""The most bytes that are taken of each."""


class Endless(Exception):
    """It says more than is taken. The message is a sentence without its subject."""


def waited(process: subprocess.Popen[bytes], given: bytes, seconds: float, most: int = OUTPUT) -> tuple[bytes, bytes]:
    """The output, of at most `most` bytes, and the errors of a program that leads a process group, whose input is
    `given`.

    Raises Endless, and TimeoutExpired after `seconds`; then, and after any other end of this, the group has ended.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    pipes = process.stdin, process.stdout, process.stderr
    taken = {process.stdout: (bytearray(), most), process.stderr: (bytearray(), ERRORS)}
    silent: set[object] = set()
    end = time.monotonic() + seconds
    try:
        with DefaultSelector() as ready:
            left = _begun(process.stdin, given, ready)
            for pipe in taken:
                ready.register(pipe, EVENT_READ)
            while len(silent) < len(taken):  # its output ends with it, which is seen at once
                found = ready.select(max(0, end - time.monotonic()))
                if not found and time.monotonic() >= end:
                    raise subprocess.TimeoutExpired(process.args, seconds)
                for key, _ in found:
                    if key.fileobj is process.stdin:
                        left = _written(process.stdin, left, ready)
                        continue
                    into, limit = taken[key.fileobj]  # type: ignore[index]
                    piece = os.read(key.fd, 65536)
                    into += piece
                    if len(into) > limit:
                        raise Endless(f"says more than {limit // 1024**2} MiB, which patless does not read")
                    if not piece:
                        ready.unregister(key.fileobj)
                        silent.add(key.fileobj)
        _ended(process, max(0, end - time.monotonic()))
    finally:
        if process.poll() is None or len(silent) < len(taken):
            kill(process)
        process.wait()
        for pipe in pipes:
            with suppress(BrokenPipeError):
                pipe.close()
    return bytes(taken[process.stdout][0]), bytes(taken[process.stderr][0])


def _ended(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for the end, which comes at once behind that of the output. `Popen.wait` with a time looks again and again,
    and sleeps longer each time. Raises TimeoutExpired."""
    begun = time.monotonic()
    if hasattr(os, "pidfd_open"):  # https://man7.org/linux/man-pages/man2/pidfd_open.2.html
        with suppress(OSError), open(os.pidfd_open(process.pid), "rb") as file, DefaultSelector() as ready:
            ready.register(file, EVENT_READ)
            ready.select(seconds)
    process.wait(max(0, seconds - (time.monotonic() - begun)))


def _begun(pipe: IO[bytes], given: bytes, ready: BaseSelector) -> memoryview:
    os.set_blocking(pipe.fileno(), False)
    ready.register(pipe, EVENT_WRITE)
    return memoryview(given) if given else _written(pipe, memoryview(b""), ready)


def _written(pipe: IO[bytes], left: memoryview, ready: BaseSelector) -> memoryview:
    """What is left when the pipe has taken what it takes; it is closed behind the last, or where nobody reads it."""
    try:
        left = left[os.write(pipe.fileno(), left) :] if left else left
    except BlockingIOError:
        return left
    except BrokenPipeError:
        left = memoryview(b"")
    if not left:
        ready.unregister(pipe)
        pipe.close()
    return left


def kill(process: subprocess.Popen[Any]) -> None:
    """With all that it has started, such as the helper that talks to the other side."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)

"""A git process whose output is read while it runs, within bounds of size and time."""

from __future__ import annotations

import fcntl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from migrator.repositories import git
from migrator.repositories.git import GitError
from migrator.repositories.using import joined

SECONDS = 600
"""How long one git process may run."""
_BUFFER, _PIPE = 256 * 1024, 1024 * 1024
"""Bytes that are read of an answer at a time, and that git may be ahead of who reads it."""
_WORDS, _ALL = 4096, 512 * 1024 * 1024
"""Bytes of an answer in a few words, and of a list."""
_NO_NETWORK = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_LITERAL_PATHSPECS": "0"}
"""Objects as they are, none fetched that a partial clone lacks: an older git does not know GIT_NO_LAZY_FETCH."""


class Process:
    """A running git. `send` and `take` raise GitError where it ends early."""

    def __init__(self, folder: Path, *arguments: str, asked: IO[bytes] | None, limited: bool) -> None:
        git.no_traps(folder)
        self._folder = folder
        self._use = joined(folder)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(
                git.command("-c", "core.bigFileThreshold=1m", *arguments),
                cwd=folder,
                env=git.environment() | _NO_NETWORK,
                stdin=subprocess.PIPE if asked is None else asked,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=_BUFFER,
            )
            _widen(self._process.stdout)
        except FileNotFoundError:
            self._let_go()
            raise git.lacking(folder) from None
        self._late = False
        self._timer = threading.Timer(SECONDS, self._stop)
        self._timer.daemon = True
        if limited:
            self._timer.start()

    @property
    def output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise self.ended() from None

    def take(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        data = self.output.read(size)
        if len(data) != size:
            raise self.ended()
        return data

    def ended(self) -> GitError:
        self._process.kill()
        return self._refusal()

    def finish(self) -> None:
        """After the last of the output. Raises GitError unless git ended well."""
        if self._process.wait() != 0:
            raise self._refusal()

    def close(self) -> None:
        self._timer.cancel()
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent can no longer be
                    pipe.close()
        self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        self._errors.close()
        if self._use:
            self._use.close()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

    def _refusal(self) -> GitError:
        code = self._process.wait()
        if self._late:
            return GitError(f"git needs more than {SECONDS} seconds for the repository at {self._folder}")
        self._errors.seek(0)
        return git.refusal(self._folder, code, self._errors.read(4096))


def _widen(pipe: IO[bytes] | None) -> None:
    """As far as this system lets it: https://man7.org/linux/man-pages/man7/pipe.7.html"""
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


@contextmanager
def running(folder: Path, *arguments: str, asked: IO[bytes] | None = None, limited: bool = True) -> Iterator[Process]:
    """git with its output as a stream; it is ended with the block, and after SECONDS if `limited`. `asked` is a file
    that it reads as its input. Raises GitError and GitMissing.
    """
    process = Process(folder, *arguments, asked=asked, limited=limited)
    try:
        yield process
    finally:
        process.close()


def answer(folder: Path, *arguments: str) -> bytes:
    """What git says in a few words, without the blanks around. Raises GitError and GitMissing."""
    with running(folder, *arguments) as process:
        data = process.output.read(_WORDS + 1)
        if len(data) > _WORDS:
            raise GitError(f"git says more than {_WORDS} bytes about the repository at {folder}, where a word is due")
        process.finish()
    return data.strip()


def records(folder: Path, *arguments: str, separator: bytes = b"\0") -> Iterator[bytes]:
    """The pieces of git's output between separators, as they come. Raises GitError and GitMissing."""
    with running(folder, *arguments) as process:
        rest, left = b"", _ALL
        while piece := process.output.read1(65536):  # type: ignore[attr-defined]
            left -= len(piece)
            if left < 0:
                raise GitError(f"git says more than {_ALL // 1024**2} MiB about the repository at {folder}")
            *whole, rest = (rest + piece).split(separator)
            yield from whole
            if len(rest) > 1024 * 1024:
                raise GitError(f"git's output on the repository at {folder} holds a piece of more than 1 MiB")
        if rest:
            yield rest
        process.finish()

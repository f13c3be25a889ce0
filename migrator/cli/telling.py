"""How far a command is, on standard error: a line that changes at a terminal, else a line every half minute."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from migrator.cli import console
from migrator.fleet.progress import Going

_TICK = 0.5
EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
_WIDTH = 200


_OPEN: list[Telling] = []
"""Those that are under way, each within the one before. The last one is shown."""


class Telling:
    """`text` is asked for from a thread of its own; '' says nothing."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._shown = False
        self._said = self._stepped = time.monotonic()

    def say(self, line: str) -> None:
        """A line that stays."""
        console.err([line])

    def clear(self) -> None:
        """Take the line away that is shown."""
        with self._lock:
            self._clear()

    def run(self) -> None:
        while not self._ended.wait(_TICK):
            self.step()

    def step(self) -> None:
        """Show what there is to say now, if it is time for that."""
        now = time.monotonic()
        if not _OPEN or _OPEN[-1] is not self or now - self._stepped < _TICK:
            return
        self._stepped = now
        if sys.stderr.isatty():
            with self._lock:
                self._clear()
                self._show(self._text())
        elif now - self._said >= EVERY and (text := self._text()):
            self._said = now
            self.say(f"patless: {text}")

    def end(self) -> None:
        self._ended.set()
        self.clear()

    def _show(self, text: str) -> None:
        if text:
            sys.stderr.write(text[:_WIDTH])
            sys.stderr.flush()
            self._shown = True

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def telling(text: Callable[[], str]) -> Iterator[Telling]:
    """For the time of the block."""
    with _open(text) as one:
        thread = threading.Thread(target=one.run, name="telling", daemon=True)
        thread.start()
        try:
            yield one
        finally:
            one.end()
            thread.join(5)


@contextmanager
def _open(text: Callable[[], str]) -> Iterator[Telling]:
    one = Telling(text)
    for outer in _OPEN[-1:]:
        outer.clear()
    _OPEN.append(one)
    console.before(one.clear)
    try:
        yield one
    finally:
        one.end()
        _OPEN.remove(one)
        for outer in _OPEN[-1:]:
            console.before(outer.clear)


def clock(moment: float) -> str:
    """A moment in seconds since 1970 UTC, for people."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M} UTC"


@contextmanager
def going(far: Going) -> Iterator[Telling]:
    """What is done of all, at what rate, and how long the rest takes."""
    with telling(lambda: far.told(time.monotonic())) as one:
        yield one


@contextmanager
def stepping(far: Going) -> Iterator[Callable[[], None]]:
    """The same without a thread: what is given is to be called again and again."""
    with _open(lambda: far.told(time.monotonic())) as one:
        yield one.step

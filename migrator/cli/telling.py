"""How far a command is, on standard error: a bar that changes at a terminal, else a line every half minute."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from migrator.cli import console
from migrator.fleet.progress import Going

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_TICK = 0.5
EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
_BAR = 20
"""Columns of the bar, which is there where the text leaves room for it."""
_NO_SHARE = (0, 0)


_OPEN: list[Telling] = []
"""Those that are under way, each within the one before. The last one is shown."""


class Telling:
    """`text` is asked for from a thread of its own; '' says nothing. `share` is how many are done, of how many; of 0,
    that is not known."""

    def __init__(self, text: Callable[[], str], share: Callable[[], tuple[int, int]] = lambda: _NO_SHARE) -> None:
        self._text = text
        self._share = share
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._shown: Live | None = None
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
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            with self._lock:
                self._show(self._text())
        elif now - self._said >= EVERY and (text := self._text()):
            self._said = now
            self.say(f"patless: {text}")

    def end(self) -> None:
        self._ended.set()
        self.clear()

    def _show(self, text: str) -> None:
        if not text:
            self._clear()
            return
        if self._shown is None:
            self._shown = _live()
        self._shown.update(_line(text, *self._share(), self._shown.console.width), refresh=True)

    def _clear(self) -> None:
        if self._shown is not None:
            self._shown.stop()
            self._shown = None


def _live() -> Live:
    """What goes when it is stopped; nothing is imported before there is something to show."""
    from rich.console import Console
    from rich.live import Live

    live = Live(
        console=Console(file=sys.stderr, force_terminal=True, highlight=False, markup=False),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    live.start()
    return live


def _line(text: str, done: int, every: int, width: int) -> RenderableType:
    """A bar and the text, or where it is longer than the terminal is wide, all of it on several lines."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    if _BAR + 1 + len(text) >= width:
        return Text(text)
    line = Table.grid(padding=(0, 1))
    line.add_row(ProgressBar(every or None, done, width=_BAR, pulse=not every), Text(text))
    return line


@contextmanager
def telling(text: Callable[[], str], share: Callable[[], tuple[int, int]] = lambda: _NO_SHARE) -> Iterator[Telling]:
    """For the time of the block."""
    with _open(text, share) as one:
        thread = threading.Thread(target=one.run, name="telling", daemon=True)
        thread.start()
        try:
            yield one
        finally:
            one.end()
            thread.join(5)


@contextmanager
def _open(text: Callable[[], str], share: Callable[[], tuple[int, int]]) -> Iterator[Telling]:
    one = Telling(text, share)
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
    with telling(lambda: far.told(time.monotonic()), lambda: (far.done, far.all)) as one:
        yield one


@contextmanager
def stepping(far: Going) -> Iterator[Callable[[], None]]:
    """The same without a thread: what is given is to be called again and again."""
    with _open(lambda: far.told(time.monotonic()), lambda: (far.done, far.all)) as one:
        yield one.step

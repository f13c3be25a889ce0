"""Conversations with the other side that are begun again: it may be busy, or break off, and be well a second later."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

_Found = TypeVar("_Found")
TRIES = 4
FIRST = 0.5
"""How often a conversation is begun at most, and the seconds before the second time, doubled before each further."""


class Stopped:
    """What lets those that wait know that there is nothing to wait for: `now` ends every wait that has begun."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def now(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    @property
    def mark(self) -> int:
        return self._count

    def waits(self, seconds: float, mark: int) -> bool:
        """Wait; whether it was not ended since `mark`."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != mark, seconds)
            return self._count == mark


STOPPED = Stopped()


def again(ask: Callable[[float], _Found], passing: Callable[[Exception], bool], seconds: float) -> _Found:
    """What `ask` gives, which is told how many of the `seconds` are left; begun again after a `passing` failure.

    The pauses have some chance in them, so that many who failed together do not come back together.
    """
    end, mark = time.monotonic() + seconds, STOPPED.mark
    for attempt in range(TRIES):
        try:
            return ask(max(0.1, end - time.monotonic()))
        except Exception as error:
            pause = FIRST * 2**attempt * random.uniform(0.5, 1)
            last = attempt == TRIES - 1 or time.monotonic() + pause >= end
            if last or not passing(error) or not STOPPED.waits(pause, mark):
                raise
    raise AssertionError("the last attempt gives or raises")

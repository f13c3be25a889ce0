"""A clock that is moved by whoever sleeps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock


@dataclass
class Hand:
    """What the product takes for the time when it waits, and the box for its hour."""

    seconds: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return self.seconds

    def nanoseconds(self) -> int:
        return int(self.seconds * 1e9)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.seconds += seconds
            self.slept.append(seconds)
        time.sleep(0.0002)


@contextmanager
def moved() -> Iterator[Hand]:
    found = Hand()
    with mock.patch("migrator.bitbucket.waiting.SYSTEM", found):
        yield found

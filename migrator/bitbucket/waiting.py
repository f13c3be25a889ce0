"""One wait for all threads of a run where nothing more may be asked for now: said before it begins, and with an end.

Bitbucket's allowance is one of a rolling hour, and its 429 does not say when it ends: BITBUCKET_API.md section 4.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from migrator.bitbucket.errors import ApiError, Cause

HOUR = 3600
SOON = 2.0
"""Seconds that a run may wait without a word."""
_LONGEST = 5 * HOUR / 4
"""How long Bitbucket may refuse before it is no allowance that is spent: an hour, and some for clocks that differ."""
_SLICE, _MOMENT = 1.0, 0.05


class Clock(Protocol):
    """`now` is in seconds since 1970 UTC."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class _System:
    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


SYSTEM: Clock = _System()


@dataclass(frozen=True, slots=True)
class Wait:
    """`until` is in seconds since 1970 UTC, at the latest where Bitbucket does not say it; `why` is a clause."""

    until: float
    why: str


class Pace:
    """For all threads of a run. `told` is called once for each wait that people should know of, before it begins.

    `seconds` from now the run ends: nothing is asked after that, and no wait goes beyond it.
    """

    def __init__(
        self,
        told: Callable[[Wait], None],
        seconds: float | None = None,
        clock: Clock | None = None,
        first: float = 1,
        longest: float = 600,
    ) -> None:
        self._told = told
        self._clock = clock or SYSTEM
        self._deadline = None if seconds is None else self._clock.now() + seconds
        self._first, self._longest = first, longest
        self._lock = threading.Lock()
        self._until = 0.0
        self._said = 0.0
        self._refused = 0
        self._since = 0.0
        self._waiting: Wait | None = None
        self._asking = False
        self._ended = False

    def end(self) -> None:
        """Nobody waits any more, and nothing more is asked."""
        self._ended = True

    @property
    def over(self) -> bool:
        """Whether the run is to end by now."""
        return self._deadline is not None and self._clock.now() >= self._deadline

    @property
    def waiting(self) -> Wait | None:
        """What is waited for just now."""
        found = self._waiting
        return found if found and self._until > self._clock.now() else None

    def turn(self, asked: str) -> None:
        """Wait until anything may be asked. Raises ApiError where the deadline is before that."""
        while True:
            now = self._clock.now()
            left = self._until - now
            if self._ended:
                raise ApiError(Cause.SPENT, f"{asked} not requested: this run has ended")
            if self._deadline is not None and max(now, self._until) >= self._deadline:
                raise ApiError(Cause.SPENT, f"{asked} not requested: this run ends before that (`--deadline`)")
            if left <= 0 and self._goes():
                return
            self._clock.sleep(min(max(left, _MOMENT), _SLICE))

    def _goes(self) -> bool:
        """After a 429 one thread asks, and the others wait for what it hears."""
        with self._lock:
            if self._refused and self._asking:
                return False
            self._asking = self._refused > 0
            return True

    def failed(self) -> None:
        """There was no answer."""
        with self._lock:
            self._asking = False

    def spent(self, seconds: float, why: str) -> None:
        """Nobody asks for so long: what this machine may send is sent."""
        with self._lock:
            self._hold(self._clock.now() + seconds, self._clock.now() + seconds, why)

    def refused(self, after: float | None, asked: str) -> None:
        """Bitbucket has answered 429; `after` is how long it asks to wait. Raises ApiError once that does not end."""
        with self._lock:
            self._asking = False
            now = self._clock.now()
            if now < self._until:  # another thread has heard it, too
                return
            if not self._refused:
                self._since = now
            if now - self._since > _LONGEST:
                raise ApiError(
                    Cause.RATE_LIMITED,
                    (
                        f"Bitbucket has answered {asked} with 429 for more than an hour; find what else uses the "
                        "credential"
                    ),
                )
            pause = min(self._longest, self._first * 2**self._refused) * random.uniform(0.5, 1)
            self._refused = min(self._refused + 1, 60)
            hour = self._since + HOUR  # by then something is allowed again, so that no wait is longer than was said
            pause = min(pause, hour - now) if now < hour else pause
            until = now + (pause if after is None else min(after, HOUR))
            latest = until if after is not None else max(until, hour)
            self._hold(until, latest, "Bitbucket answers 429: its hourly limit is used up")

    def answered(self) -> None:
        """Bitbucket has answered with something else than 429."""
        if self._refused:
            with self._lock:
                self._refused, self._asking = 0, False

    def _hold(self, until: float, latest: float, why: str) -> None:
        """Of a wait that grows, the first word says its end."""
        now = self._clock.now()
        self._until = max(self._until, until)
        self._waiting = Wait(latest, why)
        if until - now > SOON and latest > self._said + SOON:
            self._said = latest
            self._told(self._waiting)

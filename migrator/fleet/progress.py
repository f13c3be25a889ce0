"""How far a command is, for people who wait for it."""

from __future__ import annotations

import time

from msgspec import Struct, field

from migrator.findings.counting import many

AGAIN = "You can stop at any time; run the same command to continue"
_SURE = 1.0
"""Seconds after which a rate says something."""


class Going(Struct):
    """How far a command is: `done` of `all`, which are called `what`, one and several; `all` 0: that is not known.
    `later` says how it goes on once it was ended, `since` is when this part began, and `waits` what it waits for."""

    doing: str = ""
    done: int = 0
    all: int = 0
    what: tuple[str, str] = ("", "")
    later: str = AGAIN
    since: float = field(default_factory=time.monotonic)
    waits: str = ""

    def begins(self, doing: str, count: int = 0, one: str = "", several: str = "") -> None:
        """The next part."""
        self.doing, self.done, self.all, self.what = doing, 0, count, (one, several)
        self.since, self.waits = time.monotonic(), ""

    def did(self, _: object = None) -> None:
        """One more is done."""
        self.done += 1

    @property
    def known(self) -> str:
        return f"{self.done:,} of {self.all:,} {self.what[self.all != 1]}" if self.all else ""

    def told(self, now: float, more: str = "", waits: str = "") -> str:
        """What is done of all, at what rate, and how long the rest takes; else for how long it has been going on.
        `more` is known besides."""
        passed = max(0.0, now - self.since)
        doing = self.doing or "working"
        parts = [f"{doing}: {self.known}" if self.known else f"{doing}, {passed:.0f} seconds", *filter(None, [more])]
        if self.done > 0 and passed >= _SURE and not waits:
            rate = self.done / passed
            parts.append(f"{rate:.1f} a second" if rate >= 1 else f"{rate * 60:.1f} a minute")
            if self.done < self.all:
                parts.append(f"about {long((self.all - self.done) / rate)} left")
        why = waits or self.waits
        return f"{', '.join(parts)}{f'; {why}' if why else ''}"


def long(seconds: float) -> str:
    """A time, for people."""
    if seconds < 120:
        return many(max(1, round(seconds)), "second")
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"

"""A client of Bitbucket for one command, which is never silent for long, and says what it waits for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from migrator.bitbucket.session import Client
from migrator.bitbucket.waiting import SOON, Pace, Wait
from migrator.cli import console
from migrator.cli.telling import clock, telling
from migrator.findings.counting import many
from migrator.fleet.progress import Going
from migrator.options.fleet import Allowance


@contextmanager
def client(
    going: Going | None = None,
    allowance: Allowance = Allowance(),  # noqa: B008 - frozen
    part: tuple[int, int] = (0, 1),
) -> Iterator[Client]:
    """The client that the environment describes; what it does is said meanwhile, and what it waits for. `part` as in
    `Client.of`. Raises SetUpError."""
    far = going or Going()
    with waiting(far, allowance, part) as one, told(one, far):
        yield one


@contextmanager
def waiting(
    far: Going,
    allowance: Allowance = Allowance(),  # noqa: B008
    part: tuple[int, int] = (0, 1),
) -> Iterator[Client]:
    """The same, where only what it waits for is said. `part` as in `Client.of`."""
    pace = Pace(lambda wait: waits(wait, far), allowance.deadline)
    with Client.of(part=part, max_requests=allowance.max_requests, pace=pace) as one:
        try:
            yield one
        finally:
            pace.end()  # a thread that waits for its turn is to end with the run


def waits(wait: Wait, far: Going) -> None:
    """Before a wait: until when, for what, what is done, and how to go on."""
    known = f" {far.known} are done." if far.known else ""
    console.err([f"patless: {wait.why}; waiting until {clock(wait.until)} at the latest.{known} {far.later}"])


@contextmanager
def told(one: Client, far: Going | None = None) -> Iterator[None]:
    """What a client does is said meanwhile."""
    known = far or Going()

    def text() -> str:
        now, sent = time.monotonic(), many(one.sent, "request")
        if one.pace and (wait := one.pace.waiting) and wait.until - time.time() > SOON:
            return known.told(now, waits=f"waiting until {clock(wait.until)}: {wait.why}")
        asked = f"last request: {one.asking}" if one.asking and not known.done else ""
        return known.told(now, sent, known.waits or asked)

    with telling(text):
        yield

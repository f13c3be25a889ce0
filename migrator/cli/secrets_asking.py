"""How `secrets` asks about a whole workspace: for how long, how much, and what it says meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from migrator.bitbucket.session import Client
from migrator.bitbucket.waiting import SOON, Pace, Wait
from migrator.cli.telling import Telling, clock, telling
from migrator.findings.counting import many
from migrator.fleet.progress import long
from migrator.options.secrets import Lasting
from migrator.secrets.terms import Ahead, Far

_NEVER, _WITH = 1, 6
"""Requests for a repository that never had pipelines and for another one, with three deployments."""


class Meanwhile:
    """What is said while a workspace is gone through."""

    def __init__(self, lasting: Lasting) -> None:
        self.far = Far()
        self.telling: Telling | None = None
        self._lasting = lasting
        self._began = time.monotonic()
        self._client: Client | None = None

    def pace(self) -> Pace:
        return Pace(self.waits, self._lasting.deadline)

    def asks(self, client: Client) -> None:
        self._client = client

    def waits(self, wait: Wait) -> None:
        """Before a wait: until when, for what, what is done, and how to go on."""
        far = self.far
        known = f"{far.asked:,} of {many(far.all, 'repository', 'repositories')} are known" if far.all else "starting"
        self._say(
            f"patless: {wait.why}; waiting until {clock(wait.until)} at the latest. {known}. Answers are kept in "
            f"{self._lasting.ledger}; stop at any time, and run the same command to continue"
        )

    def begins(self, client: Client, share: float) -> Callable[[Ahead], None]:
        """What is called before anything is asked of repositories: an estimate. `share` are those with pipelines."""

        def told(ahead: Ahead) -> None:
            kept, left = ahead.kept, ahead.left
            requests = ahead.again + round(left * (_NEVER + (_WITH - _NEVER) * share))
            if not requests:
                return
            hours = requests / client.budget.per_hour
            long = f", {hours:.1f} hours at {client.budget.per_hour:,} an hour" if hours > 1 else ""
            every = many(kept + left, "repository", "repositories")
            before = f", {kept:,} of them kept from before" if kept else ""
            self._say(
                f"patless: {every}{before}: about {requests:,} requests{long}. Answers are kept in "
                f"{self._lasting.ledger}; `--max-requests` and `--deadline` end the run earlier"
            )

        return told

    def text(self) -> str:
        far, client = self.far, self._client
        if not far.all:
            return far.doing
        wait = client.pace.waiting if client and client.pace else None
        if wait and wait.until - time.time() > SOON:
            return f"{far.asked:,} of {far.all:,} repositories; waiting until {clock(wait.until)}: {wait.why}"
        done, passed = far.asked - far.kept, time.monotonic() - self._began
        left = f", about {long((far.all - far.asked) * passed / done)} left" if done > 0 and far.asked < far.all else ""
        sent = f", {client.sent:,} requests, {client.sent / passed:.1f}/s" if client and passed > 0 else ""
        return f"{far.doing}: {far.asked:,} of {far.all:,} repositories{sent}{left}"

    def _say(self, line: str) -> None:
        if self.telling:
            self.telling.say(line)


@contextmanager
def meanwhile(lasting: Lasting) -> Iterator[Meanwhile]:
    one = Meanwhile(lasting)
    with telling(one.text) as said:
        one.telling = said
        yield one

"""Requests of Bitbucket that wait for their turn: logins first, and once more at the end what failed in passing."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from msgspec import Struct

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Repository
from migrator.bitbucket.session import Client
from migrator.secrets.tasks import Tasks

ASKING = "asking"
LOGIN, PIPELINES, NEITHER = range(3)
"""Ranks of repositories."""
EACH = 6
"""Requests about a repository that has pipelines and three deployments."""
_NEXT = 4
PASSING = (Cause.UNREACHABLE, Cause.SERVER, Cause.TOO_SLOW, Cause.INCOMPLETE, Cause.RATE_LIMITED)
"""Failures that another try may mend."""


class VariableRequest(Struct, frozen=True):
    """Something to ask Bitbucket about a repository, and what follows from the answer."""

    one: Repository
    ask: Callable[[], Any]
    then: Callable[[Any], None]


class Turns:
    """`outcome` gives what a thread has found, and notes a failure. `sparing`: only those that log in are asked about
    as long as more may come to light."""

    def __init__(
        self, client: Client, tasks: Tasks, jobs: int, outcome: Callable[[Repository, Future[Any]], Any]
    ) -> None:
        self._client, self._tasks, self._jobs, self._outcome = client, tasks, jobs, outcome
        self._waiting: list[tuple[int, int, VariableRequest]] = []
        self._again: list[VariableRequest] = []
        self._ended = False
        self.sparing = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting) + len(self._again)

    def take(self, rank: int, number: int, request: VariableRequest) -> None:
        """Of one rank the lower `number` comes first, which only one of those that wait has."""
        if not self._ended:
            heapq.heappush(self._waiting, (rank, number, request))

    def end(self) -> None:
        """Nothing more is asked."""
        self._ended = True
        self._waiting.clear()
        self._again.clear()

    def begin(self, *, more: bool) -> None:
        """Ask what may be asked now. `more` may come to wait still."""
        while self._waiting and self._tasks.open(ASKING) < self._at_a_time():
            if self.sparing and more and self._waiting[0][0] != LOGIN:
                return
            self._send(heapq.heappop(self._waiting)[2], last=False)
        if self._again and not self._waiting and not more:
            again, self._again = self._again, []
            for request in again:
                self._send(request, last=True)

    def _send(self, request: VariableRequest, *, last: bool) -> None:
        def then(future: Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, ApiError) and error.kind in PASSING and not last and not self._ended:
                self._again.append(request)
                return
            found = self._outcome(request.one, future)
            if error is None:
                request.then(found)

        self._tasks.begin(ASKING, then, request.ask)

    def _at_a_time(self) -> int:
        """A few more than threads, so that none waits for this one; fewer where few more requests may be sent, as what
        is asked by half is learnt by nobody."""
        most = self._client.budget.max_requests
        if most is None:
            return self._jobs + _NEXT
        return max(1, min(self._jobs, (most - self._client.sent) // EACH))

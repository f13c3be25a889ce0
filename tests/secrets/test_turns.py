"""In which order Bitbucket is asked, what is asked once more, and what is not asked at all."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from migrator.bitbucket.errors import ApiError, Cause
from migrator.secrets.tasks import Tasks
from migrator.secrets.turns import ASKING, EACH, LOGIN, NEITHER, PIPELINES, Turns, VariableRequest

CLIENT: Any = SimpleNamespace(budget=SimpleNamespace(max_requests=None), sent=0)


def test_what_failed_in_passing_is_asked_once_more_when_nothing_else_waits() -> None:
    failures = {"once": [Cause.SERVER], "always": [Cause.TOO_SLOW] * 9, "for good": [Cause.FORBIDDEN] * 9}
    asked: list[str] = []
    answered: list[str] = []
    told: list[tuple[str, bool]] = []

    def ask(name: str) -> str:
        asked.append(name)
        if causes := failures.get(name):
            raise ApiError(causes.pop(), "no")
        return name

    def outcome(one: Any, future: Future[Any]) -> Any:
        told.append((one, future.exception() is None))
        return None if future.exception() else future.result()

    with Tasks({ASKING: 1}) as tasks:
        turns = Turns(CLIENT, tasks, 1, outcome)
        for number, name in enumerate(("once", "always", "for good", "well")):
            one: Any = name
            turns.take(NEITHER, number, VariableRequest(one, partial(ask, name), answered.append))
        first: Any = "logs in"
        turns.take(LOGIN, 9, VariableRequest(first, partial(ask, first), answered.append))
        for more in (*[True] * 6, *[False] * 4):
            turns.begin(more=more)
            tasks.follow(0.1)
            assert more is False or len(asked) <= 5
    assert asked == ["logs in", "once", "always", "for good", "well", "once", "always"]
    assert answered == ["logs in", "well", "once"]
    assert told == [("logs in", True), ("for good", False), ("well", True), ("once", True), ("always", False)]
    assert not turns


def test_calls_of_one_kind_are_dropped_and_no_others() -> None:
    held, found = Event(), list[str]()
    with Tasks({"git": 1, "reading": 1}) as tasks:
        for kind in ("git", "reading"):
            tasks.begin(kind, lambda future: None, held.wait)
            tasks.begin(kind, lambda future: found.append(future.result()), str, kind)
        tasks.drop("git")
        held.set()
        for _ in range(4):
            tasks.follow(1)
        assert tasks.open("git", "reading") == 0
    assert found == ["reading"]


def test_with_few_requests_only_whoever_logs_in_is_asked_about_as_long_as_more_may_come() -> None:
    asked: list[str] = []
    with Tasks({ASKING: 1}) as tasks:
        turns = Turns(CLIENT, tasks, 1, lambda one, future: None)
        turns.sparing = True
        ranked = ((NEITHER, "neither"), (PIPELINES, "pipelines"), (LOGIN, "first"), (LOGIN, "second"))
        for number, (rank, name) in enumerate(ranked):
            one: Any = name
            turns.take(rank, number, VariableRequest(one, partial(asked.append, name), lambda found: None))
        for more, waiting, known in ((True, 2, ["first", "second"]), (False, 0, ["first", "second", "pipelines"])):
            turns.begin(more=more)
            while tasks.open(ASKING):
                tasks.follow(0.1)
            assert (len(turns), asked[: len(known)]) == (waiting, known)
    assert asked == ["first", "second", "pipelines", "neither"]


def test_nothing_is_asked_any_more_once_the_run_ends() -> None:
    with Tasks({ASKING: 1}) as tasks:
        turns = Turns(CLIENT, tasks, 1, lambda one, future: None)
        request: Any = VariableRequest(None, lambda: None, lambda found: None)  # type: ignore[arg-type]
        turns.take(LOGIN, 0, request)
        turns.end()
        turns.take(LOGIN, 1, request)
        turns.begin(more=False)
        assert (len(turns), tasks.open(ASKING)) == (0, 0)


@pytest.mark.parametrize(
    ("most", "sent", "jobs", "begun"), [(None, 0, 3, 7), (100, 0, 3, 3), (2 * EACH, 0, 3, 2), (2 * EACH, EACH, 3, 1)]
)
def test_fewer_are_asked_at_a_time_where_few_requests_are_left(
    most: int | None, sent: int, jobs: int, begun: int
) -> None:
    client: Any = SimpleNamespace(budget=SimpleNamespace(max_requests=most), sent=sent)
    tasks: Any = SimpleNamespace(count=0)
    tasks.open = lambda kind: tasks.count
    tasks.begin = lambda kind, then, ask: setattr(tasks, "count", tasks.count + 1)
    turns = Turns(client, tasks, jobs, lambda one, future: None)
    for number in range(20):
        request: Any = VariableRequest(None, lambda: None, lambda found: None)  # type: ignore[arg-type]
        turns.take(LOGIN, number, request)
    turns.begin(more=True)
    assert tasks.count == begun


class Waiting:
    """Begins nothing by itself."""

    def __init__(self) -> None:
        self.begun: list[Any] = []

    def open(self, kind: str) -> int:
        return len(self.begun)

    def begin(self, kind: str, then: Any, ask: Any) -> None:
        self.begun.append((then, ask))

    def fail(self, cause: Cause) -> None:
        """The first that was begun fails."""
        then, _ = self.begun.pop(0)
        future = Future[Any]()
        future.set_exception(ApiError(cause, "no"))
        then(future)


def named(name: str) -> VariableRequest:
    one: Any = name
    return VariableRequest(one, lambda: name, lambda found: None)


PASSING = {Cause.UNREACHABLE, Cause.SERVER, Cause.TOO_SLOW, Cause.INCOMPLETE, Cause.RATE_LIMITED}


@pytest.mark.parametrize("cause", list(Cause), ids=str)
def test_failures_that_another_try_may_mend_are_not_told_at_once(cause: Cause) -> None:
    tasks: Any = Waiting()
    told: list[Any] = []
    turns = Turns(CLIENT, tasks, 1, lambda one, future: told.append(one))
    turns.take(LOGIN, 0, named("a"))
    turns.begin(more=False)
    tasks.fail(cause)
    assert (told, len(turns)) == (([], 1) if cause in PASSING else (["a"], 0))


def test_what_failed_waits_for_all_others_and_is_told_once_the_run_has_ended() -> None:
    client: Any = SimpleNamespace(budget=SimpleNamespace(max_requests=EACH), sent=0)
    tasks: Any = Waiting()
    told: list[Any] = []
    turns = Turns(client, tasks, 3, lambda one, future: told.append(one))
    for number, name in enumerate("abc"):
        turns.take(LOGIN, number, named(name))
    turns.begin(more=False)
    tasks.fail(Cause.SERVER)
    turns.begin(more=False)
    assert [ask() for _, ask in tasks.begun] == ["b"]
    turns.begin(more=False)
    assert [ask() for _, ask in tasks.begun] == ["b"], "c waits still, and so does a"
    turns.end()
    tasks.fail(Cause.SERVER)
    assert (told, len(turns)) == (["b"], 0)
    turns.begin(more=False)
    assert tasks.begun == []

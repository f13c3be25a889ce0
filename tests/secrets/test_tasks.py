"""Calls in threads: what ends with the block that began them, and what follows from each."""

from __future__ import annotations

import time
from threading import Event

import pytest

from migrator.repositories import direct, remote
from migrator.secrets.tasks import Tasks


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(remote, "interrupt", lambda: told.append("git"))
    monkeypatch.setattr(direct, "interrupt", lambda: told.append("direct"))
    return told


def test_a_block_that_ends_well_waits_for_what_was_begun(interrupted: list[str]) -> None:
    done: list[str] = []
    with Tasks({"git": 1, "asking": 1}) as tasks:
        for kind in ("git", "asking"):
            tasks.begin(kind, lambda future: None, time.sleep, 0.05)
            tasks.begin(kind, lambda future: None, done.append, kind)
    assert sorted(done) == ["asking", "git"]
    assert interrupted == []
    with pytest.raises(RuntimeError):
        tasks.begin("git", lambda future: None, str)


def test_a_block_that_fails_ends_every_conversation_and_what_has_not_begun_never_will(interrupted: list[str]) -> None:
    held, done = Event(), list[str]()

    def block() -> None:
        with Tasks({"git": 1, "asking": 1}) as tasks:
            for kind in ("git", "asking"):
                tasks.begin(kind, lambda future: None, held.wait, 5)
                tasks.begin(kind, lambda future: None, done.append, kind)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        block()
    assert interrupted == ["git", "direct"]
    held.set()
    time.sleep(0.05)
    assert done == []


def test_calls_are_open_until_what_follows_from_them_has_happened() -> None:
    told: list[str] = []
    with Tasks({"git": 1, "asking": 1, "reading": 1}) as tasks:
        tasks.follow(0.01)
        assert tasks.open("git", "asking", "reading") == 0
        tasks.begin("git", lambda future: told.append(future.result()), str.upper, "a")
        tasks.begin("asking", lambda future: told.append(type(future.exception()).__name__), int, "x")
        assert (tasks.open("git"), tasks.open("git", "asking"), tasks.open("reading")) == (1, 2, 0)
        tasks.follow(1)
        assert tasks.open("git", "asking") == 1
        tasks.follow(1)
        assert tasks.open("git", "asking") == 0
    assert sorted(told) == ["A", "ValueError"]

"""`fleet migrate --open-prs` over many repositories while Bitbucket limits, fails and does not answer."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest

from migrator.bitbucket.retries import Again
from migrator.bitbucket.session import Client
from migrator.demo.box import Box
from migrator.demo.server import Asked
from migrator.demo.store import history
from tests.fleet.conftest import NATIVE, WRITES, Desk, writes

SLUGS = [f"app-{number:02}" for number in range(12)]
_CLIENT = Client.of


@pytest.fixture
def pauses() -> Iterator[list[float]]:
    """How long was waited before a request was sent again, in seconds; nobody waits here."""
    found: list[float] = []
    with mock.patch.object(Again, "sleep", lambda again, answer=None: found.append(again.get_backoff_time())):
        yield found


def requests_of(box: Box, slug: str) -> list[Asked]:
    return [one for one in box.requests if f"/{slug}/" in one.path or f"/{slug}.git/" in one.path]


def test_a_storm_of_429_is_waited_out_and_no_lost_write_is_sent_again_unseen(
    box: Box, desk: Desk, pauses: list[float]
) -> None:
    for slug in SLUGS:
        desk.add(slug)
    chance = random.Random(3)
    limited = 0
    for slug in SLUGS:
        for _ in range(chance.randrange(5)):
            box.faults.add(f"*/acme/{slug}/*", 429, after=chance.randrange(5))
            limited += 1
    failing: list[dict[str, Any]] = [
        {"status": 503},
        {"status": 503, "applied": True},
        {"status": 500, "applied": True},
        {"close": True},
        {"close": True, "applied": True},
    ]
    for number, slug in enumerate(chance.sample(SLUGS, 2 * len(failing))):
        place = ("src", "pullrequests")[number % 2]
        box.faults.add(f"*/acme/{slug}/{place}", method="POST", **failing[number // 2])
    done = desk.open()
    assert done.code == 0, done.err
    for slug in SLUGS:
        (made,) = desk.pull_requests(slug)
        assert (made.state, made.source) == ("OPEN", "patless/main")
        assert desk.text("patless/main", slug) == NATIVE.format(slug=slug)
        assert len(history(box.state.repositories[slug].folder, "refs/heads/patless/main")) == 2
    assert {(one.state, one.pull_request, one.error) for one in desk.changes()} == {("pr-open", 1, "")}
    assert sum(one.status == 429 for one in box.requests) == limited > 12
    assert len(pauses) == limited
    assert all(0.5 <= pause <= 600 for pause in pauses)
    for slug in SLUGS:
        asked = requests_of(box, slug)
        for first, second in pairwise(asked):
            again = (first.method, first.path) == (second.method, second.path)
            if first.method in WRITES and not first.path.startswith("/git/"):
                assert again == (first.status == 429), "only what was not carried out is sent again as it is"


@pytest.mark.parametrize("place", ["src", "pullrequests"])
def test_a_write_that_is_carried_out_long_after_it_was_given_up_is_there_once(box: Box, desk: Desk, place: str) -> None:
    desk.add("web")
    box.faults.add(f"*/{place}", method="POST", delay=1.5)

    def impatient(*told: Any, **more: Any) -> Client:
        client = _CLIENT(*told, **more)
        client._patience = replace(client._patience, silence=0.5)
        return client

    with mock.patch.object(Client, "of", impatient):
        assert desk.open().code == 0
    time.sleep(1)  # until the first one is carried out too, in case it has not been
    assert desk.open().code == 0
    (made,) = desk.pull_requests("web")
    assert made.state == "OPEN"
    assert len(history(box.state.repositories["web"].folder, "refs/heads/patless/main")) == 2


def test_a_storm_that_does_not_end_ends_the_run_and_the_next_one_goes_on(
    box: Box, desk: Desk, pauses: list[float]
) -> None:
    for slug in SLUGS[:4]:
        desk.add(slug)
    box.faults.add("*/src", 429, method="POST", times=math.inf)
    done = desk.open()
    assert done.code == 4
    assert "limit" in done.err
    assert {path for _, path in writes(box.requests)} == {f"{SLUGS[0]}/src"}, "no other would have been answered"
    assert {row["slug"]: row["state"] for row in desk.status()}[SLUGS[0]] == "error"
    assert len(pauses) == 8
    assert pauses == sorted(pauses), "each is longer than the one before"
    box.faults.clear()
    assert desk.open().code == 0
    assert [len(desk.pull_requests(slug)) for slug in SLUGS[:4]] == [1, 1, 1, 1]

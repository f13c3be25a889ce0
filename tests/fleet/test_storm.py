"""`fleet migrate --open-prs` over many repositories while Bitbucket limits, fails and does not answer."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from migrator.bitbucket.session import Client
from migrator.demo.box import Box
from migrator.demo.server import LogLine
from migrator.demo.store import history
from tests.fleet.conftest import NATIVE, OWN, WRITES, Desk, writes
from tests.hand import Hand, moved

SLUGS = [f"app-{number:02}" for number in range(12)]
_CLIENT = Client.of


@pytest.fixture
def hand() -> Iterator[Hand]:
    """Nobody waits here."""
    with moved() as found:
        yield found


def requests_of(box: Box, slug: str) -> list[LogLine]:
    return [one for one in box.requests if f"/{slug}/" in one.path or f"/{slug}.git/" in one.path]


def test_a_storm_of_429_is_waited_out_and_no_lost_write_is_sent_again_unseen(box: Box, desk: Desk, hand: Hand) -> None:
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
    assert sum(hand.slept) > limited / 2 * 0.5, "and not at once"
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


def test_a_storm_that_does_not_end_is_waited_for_an_hour_and_ends_the_run_and_the_next_one_goes_on(
    box: Box, desk: Desk, hand: Hand
) -> None:
    for slug in SLUGS[:4]:
        desk.add(slug)
    box.faults.add("*/src", 429, method="POST", times=math.inf)
    done = desk.open()
    assert done.code == 4
    assert 3600 < sum(hand.slept) < 3 * 3600
    first = next(line for line in done.err.splitlines() if "waiting until" in line)
    assert re.search(r"429.*waiting until [0-9:]+ UTC at the latest\. 0 of 4 repositories are done\. ", first)
    assert f"Results are in {desk.ledger.name}; stop at any time, and run the same command to continue" in first
    assert "with 429 for more than an hour; find what else uses the credential" in done.err
    assert {path for _, path in writes(box.requests)} <= {f"{slug}/src" for slug in SLUGS[:4]}
    assert {row["slug"]: row["state"] for row in desk.status()}[SLUGS[0]] == "error"
    box.faults.clear()
    assert desk.open().code == 0
    assert [len(desk.pull_requests(slug)) for slug in SLUGS[:4]] == [1, 1, 1, 1]


def test_the_spent_allowance_is_one_wait_that_is_said_and_nothing_is_asked_twice(tmp_path: Path, hand: Hand) -> None:
    with Box(hourly=40, seconds=hand.now) as box:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "fleet.toml").write_text(OWN)
        desk = Desk(box, tmp_path / "home", box.token())
        for slug in SLUGS:
            desk.add(slug)
        done = desk.open()
        assert done.code == 0, done.err
        said = [line for line in done.err.splitlines() if "waiting until" in line]
        assert 1 <= len(said) <= 3, done.err  # one for each hour that it takes
        assert "of 12 repositories are done. Results are in" in said[0]
        assert [len(desk.pull_requests(slug)) for slug in SLUGS] == [1] * 12
        carried_out = [path for path in box.requests if path.method == "POST" and path.status == 201]
        assert len(carried_out) == 24
        asked = [(one.method, one.path) for one in box.requests if one.status == 200 and "/2.0/" in one.path]
        assert len(asked) == len(set(asked))


def test_no_wait_is_longer_than_the_deadline_and_the_next_run_goes_on(tmp_path: Path, hand: Hand) -> None:
    with Box(hourly=40, seconds=hand.now) as box:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "fleet.toml").write_text(OWN)
        desk = Desk(box, tmp_path / "home", box.token())
        for slug in SLUGS:
            desk.add(slug)
        done = desk.open("--deadline", "10m")
        assert done.code == 1, done.err
        assert sum(hand.slept) < 700
        assert re.search(r"--deadline`?\)?; \d+ repositories left; run the same command to continue", done.err)
        box.limits.hourly = None
        assert desk.open().code == 0
        assert [len(desk.pull_requests(slug)) for slug in SLUGS] == [1] * 12
        assert sum(one.status == 201 and one.path.endswith("/src") for one in box.requests) == 12


@pytest.mark.parametrize("most", [1, 5, 12, 30, 60])
def test_so_many_requests_and_the_next_run_goes_on(box: Box, desk: Desk, most: int) -> None:
    for slug in SLUGS[:6]:
        desk.add(slug)
    box.forget_requests()
    done = desk.open("--max-requests", str(most))
    asked = [one for one in box.requests if "/2.0/" in one.path]
    assert len(asked) <= most
    if most < 30:
        assert done.code == 1
        assert f"this run may send {most}" in done.err
        assert "run the same command to continue" in done.err
        assert desk.changes() == [] or all(one.error == "" for one in desk.changes())
    for slug in SLUGS[:6]:
        alone = box.head(slug, "patless/main") and not desk.pull_requests(slug)
        assert not alone, "no branch without its pull request"
    assert desk.open().code == 0
    assert [len(desk.pull_requests(slug)) for slug in SLUGS[:6]] == [1] * 6

"""`fleet migrate --open-prs` that is killed, each time at another of its writes: the next run ends as if nothing was.

A kill is before a write is done, once it is done, or once it is answered: then the process waits for the ledger, which
the test holds, so that what it has learnt is lost.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from migrator.cli import exits
from migrator.demo.box import Box
from migrator.demo.store import history
from migrator.fleet.records import Migration
from tests.fleet.conftest import NATIVE, PIPELINES, TWICE, WRITES, Desk, writes

REVIEWERS, COMMIT, REQUEST = "/effective-default-reviewers", "/src", "/pullrequests"
PUSH, EDIT = ".git/git-receive-pack", "/pullrequests/1"


class Kill(Struct, frozen=True):
    """At the request with this method and path below the repository, `after` ones like it. `lost`: it is not carried
    out. `answered`: it is, and its answer heard. `reviewer`: one is refused, so that a pull request is asked for twice.
    """

    method: str
    path: str
    lost: bool = False
    answered: bool = False
    after: int = 0
    reviewer: bool = False


OPENING = {
    "before-any-write": Kill("GET", REVIEWERS, lost=True),
    "before-the-commit": Kill("POST", COMMIT, lost=True),
    "after-the-commit": Kill("POST", COMMIT),
    "after-the-answer-to-the-commit": Kill("POST", COMMIT, answered=True),
    "before-the-request": Kill("POST", REQUEST, lost=True),
    "after-the-request": Kill("POST", REQUEST),
    "after-the-answer-to-the-request": Kill("POST", REQUEST, answered=True),
    "before-the-rest-of-the-reviewers": Kill("POST", REQUEST, lost=True, after=1, reviewer=True),
    "after-the-rest-of-the-reviewers": Kill("POST", REQUEST, after=1, reviewer=True),
}
UPDATING = {
    "before-the-push": Kill("POST", PUSH, lost=True),
    "after-the-push": Kill("POST", PUSH),
    "before-the-description": Kill("PUT", EDIT, lost=True),
    "after-the-description": Kill("PUT", EDIT),
    "after-the-answer-to-the-description": Kill("PUT", EDIT, answered=True),
}


def anywhere(seed: int, count: int) -> dict[str, Kill]:
    chance = random.Random(seed)
    return {
        f"random-{number}": Kill("*", "*", lost=chance.random() < 0.5, after=chance.randrange(10))
        for number in range(count)
    }


def killed(desk: Desk, slug: str, at: Kill) -> None:
    """A run over the repository that does not survive."""
    struck = threading.Event()
    with sqlite3.connect(desk.ledger, isolation_level=None, check_same_thread=False, timeout=30) as ledger:
        process = desk.started(slug)

        def strike() -> None:
            if at.answered:
                ledger.execute("BEGIN IMMEDIATE")
            else:
                process.kill()
            struck.set()

        lost: dict[str, Any] = {"close": True} if at.lost else {}
        desk.box.faults.add(f"*/{slug}{at.path}", method=at.method, after=at.after, meanwhile=strike, **lost)
        assert struck.wait(30), f"{slug}: it came to its end"
        if at.answered:
            wait_for(desk, f"/{slug}{at.path}")
            process.kill()
        process.communicate()
    ledger.close()
    assert process.returncode == -9, f"{slug}: it came to its end"


def wait_for(desk: Desk, tail: str) -> None:
    """Until the write there has been answered, and what was answered has been read."""
    end = time.monotonic() + 30
    while not any(one.method in WRITES and one.path.endswith(tail) for one in desk.box.requests):
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(0.2)


def picture(desk: Desk, slug: str) -> tuple[object, ...]:
    """What is there of a repository, but for hashes and moments."""
    folder = desk.box.state.repositories[slug].folder
    requests = [
        (one.state, one.source, one.title, one.description.replace(slug, ""), len(one.reviewers))
        for one in desk.pull_requests(slug)
    ]
    uuid = desk.box.state.repositories[slug].uuid
    rows = [plain(one) for one in desk.changes() if one.uuid == uuid]
    count = len(history(folder, "refs/heads/patless/main"))
    return requests, desk.text("patless/main", slug).replace(slug, ""), count, rows


def plain(row: Migration) -> Migration:
    assert row.described
    assert row.opened
    reviewers = tuple("x" for _ in row.reviewers)
    same = {"uuid": "", "at": "", "base": "", "head": "", "digest": "", "url": "", "opened": "", "described": ""}
    return replace(row, reviewers=reviewers, **same)


@pytest.mark.parametrize("kind", ["opening", "updating"])
def test_a_run_that_is_killed_at_any_write_and_another_end_as_one_that_is_not(box: Box, desk: Desk, kind: str) -> None:
    kills = OPENING | anywhere(5, 2) if kind == "opening" else UPDATING
    slugs = ["whole", *kills]
    for slug in slugs:
        desk.add(slug)
        if slug in kills and kills[slug].reviewer:
            box.state.repositories[slug].reviewers.append(box.add_person("Sam Other", member=False))
    if kind == "updating":
        assert desk.open().code == 0
        for slug in slugs:
            box.commit(slug, "main", {PIPELINES: TWICE.format(slug=slug)})
    box.forget_requests()
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda slug: killed(desk, slug, kills[slug]), kills))
    assert desk.open().code == 0
    assert desk.text("patless/main", "whole").count("BITBUCKET_PACKAGES_TOKEN") == (1 if kind == "opening" else 2)
    whole = picture(desk, "whole")
    assert {slug: picture(desk, slug) for slug in kills} == dict.fromkeys(kills, whole)
    before = writes(box.requests)
    assert desk.open().code == 0
    assert writes(box.requests) == before, "there was nothing left to do"


def test_what_is_opened_is_what_is_wanted(desk: Desk) -> None:
    """So that a picture which is the same everywhere is not the same wrong one."""
    desk.add("whole")
    assert desk.open().code == 0
    requests, text, count, rows = picture(desk, "whole")
    assert (len(requests), text, count) == (1, NATIVE.format(slug=""), 2)  # type: ignore[arg-type]
    assert [(one.state, one.pull_request) for one in rows] == [("pr-open", 1)]  # type: ignore[attr-defined]


def struck_down(desk: Desk, path: str, after: int) -> None:
    """A run over all repositories that is killed at so many requests of the path, however far the others are."""
    process, struck = desk.started(), threading.Event()

    def strike() -> None:
        process.kill()
        struck.set()

    desk.box.faults.add(f"*{path}", after=after, meanwhile=strike)
    struck.wait(15)
    process.kill()
    process.communicate()
    desk.box.faults.clear()


@pytest.mark.parametrize("seed", [2])
def test_several_that_are_killed_together_are_each_there_once_afterwards(box: Box, desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    slugs = [f"app-{number:02}" for number in range(10)]
    for slug in slugs:
        desk.add(slug)
        for path in (COMMIT, REQUEST):
            box.faults.add(f"*/{slug}{path}", method="POST", delay=chance.random() * 0.4)
    for _ in range(3):
        struck_down(desk, chance.choice((COMMIT, REQUEST, REVIEWERS)), chance.randrange(4))
    assert desk.open().code == 0
    for slug in slugs:
        (made,) = desk.pull_requests(slug)
        assert made.state == "OPEN"
        assert len(history(desk.folder(slug), "refs/heads/patless/main")) == 2
    assert {(one.state, one.pull_request, one.error) for one in desk.changes()} == {("pr-open", 1, "")}


def test_an_interruption_leaves_no_branch_without_its_pull_request(box: Box, desk: Desk) -> None:
    slugs = [f"app-{number:02}" for number in range(12)]
    struck = threading.Event()
    for slug in slugs:
        desk.add(slug)
        box.faults.add(f"*/{slug}{COMMIT}", method="POST", delay=0.6)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # one that is ignored here is ignored there
    process = desk.started()
    signal.signal(signal.SIGINT, before)
    box.faults.add(f"*{REQUEST}", method="POST", meanwhile=lambda: (process.send_signal(signal.SIGINT), struck.set()))
    assert struck.wait(30)
    out, err = process.communicate(timeout=30)
    desk.said += [out.decode(), err.decode()]
    assert process.returncode == exits.INTERRUPTED, err
    assert b"interrupted: " in err
    opened = [slug for slug in slugs if desk.pull_requests(slug)]
    assert [slug for slug in slugs if box.head(slug, "patless/main")] == opened
    assert 1 <= len(opened) < len(slugs)
    assert [(one.state, one.error) for one in desk.changes()] == [("pr-open", "")] * len(opened)
    assert out.decode().count("opened pull request") == len(opened), "and each is told"
    box.faults.clear()
    assert desk.open().code == 0
    assert [len(desk.pull_requests(slug)) for slug in slugs] == [1] * len(slugs)

"""`fleet migrate` where an answer is lost, where something moves meanwhile, and where several run at once."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.demo.box import Box
from migrator.demo.store import history
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import RepositoryState
from tests.fleet.conftest import NATIVE, PIPELINES, STORED, TWICE, Desk, writes

PULLS = "*/repositories/acme/web/pullrequests"
SRC = "*/repositories/acme/web/src"
USER = "BITBUCKET_PACKAGES_USERNAME"


@pytest.mark.parametrize("forgets", [False, True], ids=["with its ledger", "on another machine"])
def test_a_branch_without_a_pull_request_is_repaired(box: Box, desk: Desk, forgets: bool) -> None:
    desk.add("web")
    box.faults.add(PULLS, 403, method="POST")
    assert desk.open().code == 4
    assert box.head("web", "patless/main")
    if forgets:
        desk.ledger.unlink()
        desk.know("web")
    box.forget_requests()
    assert desk.opened().source == "patless/main"
    assert [path for _, path in writes(box.requests)] == ["web/pullrequests"], "no second commit"


@pytest.mark.parametrize("path", [SRC, PULLS])
@pytest.mark.parametrize("lost", [{"close": True}, {"status": 503}, {"truncate": 3}], ids=["closed", "503", "cut"])
def test_a_lost_answer_is_looked_after_and_nothing_is_done_twice(
    box: Box, desk: Desk, path: str, lost: dict[str, Any]
) -> None:
    desk.add("web")
    if not (path == SRC and "truncate" in lost):  # that answer has no body
        box.faults.add(path, method="POST", applied=True, **lost)
    desk.opened()
    assert sorted(path for _, path in writes(box.requests)) == ["web/pullrequests", "web/src"]
    assert len(history(desk.folder(), "refs/heads/patless/main")) == 2
    (kept,) = desk.changes()
    assert (kept.state, kept.pull_request, kept.head) == ("pr-open", 1, box.head("web", "patless/main"))


def test_a_conflict_is_read_again(box: Box, desk: Desk) -> None:
    """Someone pushed to the destination while it was being read: what is committed is for what is there then."""
    desk.add("web")
    box.faults.add(
        SRC,
        409,
        method="POST",
        meanwhile=lambda: box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")}),
    )
    desk.opened()
    assert desk.text("patless/main") == desk.text("main").replace("PACKAGES_EMAIL", USER).replace(
        '"$PACKAGES_TOKEN', '"$BITBUCKET_PACKAGES_TOKEN'
    )


def test_a_branch_that_someone_begins_meanwhile_is_not_written_to(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.faults.add(SRC, method="POST", meanwhile=lambda: box.commit("web", "patless/main", {"mine": "1"}))
    done = desk.open()
    assert "not-ours" in done.out
    assert desk.text("patless/main") == STORED.format(slug="web")
    assert desk.pull_requests() == []


def test_a_push_between_the_look_and_the_update_wins(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.opened()
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    box.faults.add(
        "/git/acme/web.git/git-receive-pack",
        meanwhile=lambda: box.commit("web", "patless/main", {"mine": "1"}),
    )
    assert "pushed:" in desk.open().out
    assert desk.text("patless/main", path="mine") == "1"
    assert desk.text("patless/main") == NATIVE.format(slug="web")


def test_two_runs_at_once_do_nothing_twice(box: Box, desk: Desk) -> None:
    for number in range(3):
        desk.add(f"app-{number}")
    runs = [desk.started(), desk.started(), desk.started("--ledger", str(desk.second()))]
    for run in runs:
        _, err = run.communicate(timeout=120)
        desk.said.append(err.decode())
        assert run.returncode in (0, 1), err
    for number in range(3):
        (made,) = desk.pull_requests(f"app-{number}")
        assert made.state == "OPEN"
        assert len(history(desk.folder(f"app-{number}"), "refs/heads/patless/main")) == 2


def test_a_scan_and_a_migration_at_once_on_one_ledger_end_as_one_after_the_other(box: Box, desk: Desk) -> None:
    slugs = [f"app-{number}" for number in range(6)]
    for slug in slugs:
        desk.add(slug)
    runs = [desk.begun("scan", "--workspace", "acme", "--jobs", "2"), desk.started()]
    for run in runs:
        _, err = run.communicate(timeout=120)
        desk.said.append(err.decode())
        assert run.returncode in (0, 1), err
    assert desk.open().code == 0
    with Ledger(desk.ledger) as ledger:
        assert {one.repository.slug: one.state for one in ledger.entries()} == dict.fromkeys(
            slugs, RepositoryState.SCANNED
        )
        assert all(one.seen and one.seen.findings for one in ledger.branches())
    assert {(one.state, one.pull_request, one.error) for one in desk.changes()} == {("pr-open", 1, "")}
    assert [len(desk.pull_requests(slug)) for slug in slugs] == [1] * 6

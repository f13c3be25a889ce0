"""`fleet migrate` and what people have done: it wins."""

from __future__ import annotations

import pytest

from migrator.demo import review
from migrator.demo.box import Box
from migrator.demo.store import point, revisions
from tests.fleet.conftest import NATIVE, PIPELINES, STORED, TWICE, Desk, writes


def test_a_persons_push_leaves_the_branch_to_them(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.opened()
    box.commit("web", "patless/main", {"more": "1"}, author=box.add_person("Lee Developer"))
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    before = writes(box.requests)
    done = desk.open()
    assert (done.code, writes(box.requests)) == (0, before)
    assert "pushed: someone pushed" in done.out


def test_a_commit_that_people_amended_is_theirs(box: Box, desk: Desk) -> None:
    """It has the message of the one that it replaces, and other files."""
    desk.add("web")
    desk.opened()
    folder = box.state.repositories["web"].folder
    ours = revisions(folder, [box.head("web", "patless/main") or ""])
    (message,) = (one.message for one in ours.values())
    parent = box.head("web", "main") or ""
    point(folder, "refs/heads/patless/main", parent)
    box.commit("web", "patless/main", {PIPELINES: NATIVE.format(slug="web"), "more": "1"}, message)
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    assert "pushed:" in desk.open().out


@pytest.mark.parametrize("edited", [False, True])
def test_an_open_one_is_updated_in_place_and_edits_of_people_are_kept(box: Box, desk: Desk, edited: bool) -> None:
    desk.add("web")
    made = desk.opened()
    first, reviewer = made.description, box.add_person("Rene Reviewer")
    made.reviewers, made.title = [reviewer], "PAT-7 Ours"
    made.description = "Ours." if edited else first
    tip = box.head("web", "patless/main")
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    assert "updated pull request #1" in desk.open().out
    assert desk.pull_requests() == [made]
    assert desk.text("patless/main").count("BITBUCKET_PACKAGES_TOKEN") == 2
    assert (made.title, made.reviewers) == ("PAT-7 Ours", [reviewer])
    assert (made.description == "Ours.") is edited
    assert made.description != first
    (parents,) = (one.parents for one in revisions(desk.folder(), [box.head("web", "patless/main") or ""]).values())
    assert parents == (tip, box.head("web", "main")), "on top of what was there, and up to date"
    desk.ledger.unlink()
    desk.know("web")
    assert "up-to-date" in desk.open().out, "known for one of this tool's without a ledger"
    box.merge("web", 1)
    assert desk.text("main").count("BITBUCKET_PACKAGES_TOKEN") == 2


def test_an_open_one_is_not_touched_while_its_diff_would_be_the_same(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.opened()
    box.commit("web", "main", {PIPELINES: "# Moved.\n" + STORED.format(slug="web"), "other": "1"})
    before = writes(box.requests)
    assert "up-to-date" in desk.open().out
    assert writes(box.requests) == before


def test_a_declined_one_is_respected_unless_it_is_said(box: Box, desk: Desk) -> None:
    desk.add("web")
    made = desk.opened()
    review.decline(box.state.repositories["web"], made, box.state.owner, box.state.clock())
    before = writes(box.requests)
    assert "declined" in desk.open().out
    assert writes(box.requests) == before
    assert desk.status()[0]["state"] == "declined"
    assert desk.open("--reopen").code == 0
    assert [one.state for one in desk.pull_requests()] == ["DECLINED", "OPEN"]
    assert box.head("web", "patless/main"), "its branch served again"


def test_a_pull_request_that_people_have_pointed_elsewhere_is_theirs(box: Box, desk: Desk) -> None:
    desk.add("web", develop=NATIVE)
    desk.opened().destination = "develop"
    box.commit("web", "main", {PIPELINES: TWICE.format(slug="web")})
    before = writes(box.requests)
    assert "retargeted" in desk.open().out
    assert writes(box.requests) == before


def test_a_branch_of_that_name_that_is_someone_elses_stops(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.commit("web", "patless/main", {"mine": "1"})
    done = desk.open()
    assert (done.code, writes(box.requests)) == (1, [])
    assert "not-ours" in done.out

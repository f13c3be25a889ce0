"""`fleet status` and `fleet revert` against a workspace in a box."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from migrator.demo import moments
from migrator.demo.box import Box
from migrator.demo.state import PullRequest
from migrator.fleet.ledger import Ledger
from tests.fleet.conftest import NATIVE, PIPELINES, STORED, Desk, Watch, writes


def merged(desk: Desk, slug: str, *runs: str, **more: Any) -> None:
    """A repository whose pull request is opened and merged, and then has these runs."""
    desk.add(slug)
    assert desk.open(slug, "--max-red", "100").code == 0
    desk.box.merge(slug, 1)
    for run in runs:
        desk.box.add_run(slug, "main", run, **more)


def states(desk: Desk) -> dict[str, tuple[str, str | None]]:
    return {row["slug"]: (row["state"], row["run"]) for row in desk.status()}


def test_each_state_is_told(box: Box, desk: Desk) -> None:
    desk.add("clean", NATIVE)
    desk.add("new")
    desk.add("open")
    assert desk.open("open").code == 0
    merged(desk, "green", "PASSED", "FAILED")
    merged(desk, "red", "FAILED", "PASSED")
    merged(desk, "running", "BUILDING")
    merged(desk, "none")
    merged(desk, "stopped", "STOPPED", "PASSED")
    found = states(desk)
    assert found["open"] == ("pr-open", None)
    assert found["green"] == ("merged", "green"), "the first run tells"
    assert found["red"] == ("merged", "red")
    assert found["running"] == ("merged", None)
    assert found["none"] == ("merged", None)
    assert found["stopped"] == ("merged", "green")
    table = desk.run("fleet", "status")
    assert table.code == 1
    assert "merged-green" in table.out
    assert "merged-red" in table.out
    assert "pr-open (0 days)" in table.out


def test_a_repository_with_a_file_that_cannot_be_read_is_not_clean(desk: Desk) -> None:
    broken = "pipelines:\n  default:\n    - step: [echo crg.apkg.io\n"
    desk.add("clean", NATIVE)
    desk.add("broken", broken)
    desk.add("both", STORED)
    desk.box.commit("both", "main", {"ci/bitbucket-pipelines.yml": broken})
    desk.run("fleet", "scan", "--workspace", "acme")
    status = desk.run("fleet", "status", "--format", "json")
    rows = {row["slug"]: row for row in json.loads(status.out)["repositories"]}
    assert {slug: (row["state"], row["unread"]) for slug, row in rows.items()} == {
        "both": ("findings", 1),
        "broken": ("unreadable", 1),
        "clean": ("clean", 0),
    }
    assert rows["broken"]["error"].startswith("bitbucket-pipelines.yml:")
    assert rows["both"]["error"].startswith("ci/bitbucket-pipelines.yml:")
    assert status.code == 3


def test_a_clock_that_is_ahead_makes_no_age_below_zero(desk: Desk) -> None:
    desk.add("web")
    assert desk.open("web").code == 0
    with Ledger(desk.ledger) as ledger:
        (change,) = ledger.changes()
        ledger.keep(replace(change, opened=(moments.now() + timedelta(hours=1)).isoformat()))
    assert "pr-open (0 days)" in desk.run("fleet", "status").out


def test_runs_from_before_of_other_branches_and_by_name_do_not_count(box: Box, desk: Desk) -> None:
    desk.add("web")
    box.add_run("web", "main", "FAILED", when=box.state.clock() - timedelta(days=1))
    assert desk.open("web").code == 0
    box.merge("web", 1)
    box.add_run("web", "other", "FAILED", commit=box.head("web", "main"))
    box.add_run("web", "main", "FAILED", selector=("custom", "nightly"), trigger="schedule")
    assert states(desk)["web"] == ("merged", None)
    box.add_run("web", "main", "PASSED")
    assert states(desk)["web"] == ("merged", "green")
    box.forget_requests()
    assert states(desk)["web"] == ("merged", "green")
    assert not box.requests, "what is settled is not asked again"


def test_a_merge_is_of_the_day_on_which_it_was_made_and_not_seen(box: Box, desk: Desk) -> None:
    """A pull request has no date of its merge; the commit has one, but for a fast-forward, which makes none."""
    now = box.state.clock()
    for slug, days in (("web", 20), ("fast", 10)):
        desk.add(slug)
        assert desk.open(slug).code == 0
        box.state.clock = partial(datetime.__sub__, now, timedelta(days=days))
        box.merge(slug, 1)
    (fast,) = desk.pull_requests("fast")
    assert fast.frozen
    fast.merge_commit = fast.frozen[0]
    assert set(states(desk)) == {"web", "fast"}
    found = {one.branch: one.merged for one in desk.changes()}
    merged = sorted(datetime.fromisoformat(one.merged) for one in desk.changes())
    assert [(now - one).days for one in merged] == [20, 10], found


def test_a_row_of_a_ledger_from_before_is_asked_after_once(box: Box, desk: Desk) -> None:
    merged(desk, "web", "PASSED")
    states(desk)
    (kept,) = desk.changes()
    with Ledger(desk.ledger) as ledger:
        ledger.keep(replace(kept, merged=""))
    states(desk)
    assert [one.merged for one in desk.changes()] == [kept.merged]
    box.forget_requests()
    states(desk)
    assert not box.requests


def test_an_error_is_kept_until_the_repository_can_be_dealt_with(box: Box, desk: Desk) -> None:
    desk.add("web")
    desk.add("clean", NATIVE)
    box.faults.add("/git/acme/*", 404, times=math.inf)
    assert desk.open().code == 3
    rows = {row["slug"]: row for row in desk.status()}
    assert {row["state"] for row in rows.values()} == {"error"}
    assert "git ls-remote is refused" in rows["web"]["error"]
    assert desk.run("fleet", "status").code == 3
    box.faults.clear()
    assert desk.open().code == 0
    assert {slug: state for slug, (state, _) in states(desk).items()} == {"web": "pr-open", "clean": "skipped"}
    assert [one.error for one in desk.changes()] == [""]


def test_an_error_keeps_what_was_known_of_the_pull_request(box: Box, desk: Desk) -> None:
    desk.add("web")
    assert desk.open().code == 0
    before = desk.changes()
    box.faults.add("/git/acme/*", 404, times=math.inf)
    assert desk.open().code == 3
    (row,) = desk.status()
    assert (row["state"], row["pull_request"]["id"]) == ("pr-open", 1)
    assert row["error"]
    assert [replace(one, error="", at="") for one in desk.changes()] == [replace(one, at="") for one in before]


def test_the_json_is_as_its_schema_says(desk: Desk) -> None:
    desk.add("web", evil=STORED)
    merged(desk, "green", "PASSED")
    assert desk.open("web", "--destinations", "*").code == 0
    schema = json.loads(files("migrator.reports").joinpath("fleet-status.schema.json").read_text())
    document = json.loads(desk.run("fleet", "status", "--format", "json").out)
    jsonschema.validate(document, schema)
    assert document["summary"]["destinations"] == 3
    (row,) = (row for row in document["repositories"] if row["slug"] == "green")
    assert row["pull_request"]["branch"] == "patless/main"
    assert row["pull_request"]["id"] == 1


def test_no_more_are_opened_above_a_share_of_red_ones(box: Box, desk: Desk) -> None:
    merged(desk, "a", "PASSED")
    merged(desk, "b", "FAILED")
    desk.add("c")
    done = desk.open()
    assert (done.code, desk.pull_requests("c")) == (1, [])
    assert "1 of 2 merged pull requests are red, more than 10%" in done.out
    assert desk.open("--max-red", "50").code == 0
    assert len(desk.pull_requests("c")) == 1


def test_a_merged_one_is_done(box: Box, desk: Desk) -> None:
    merged(desk, "web", "PASSED")
    box.commit("web", "main", {PIPELINES: STORED.format(slug="web")})
    box.forget_requests()
    assert "merged" in desk.open().out
    assert writes(box.requests) == []
    assert desk.open("--reopen").code == 0
    assert [one.state for one in desk.pull_requests()] == ["MERGED", "OPEN"]


def test_bitbucket_that_does_not_answer_is_told(box: Box, desk: Desk) -> None:
    desk.add("web")
    assert desk.open().code == 0
    box.faults.add("*/pullrequests/1", 403)
    done = desk.run("fleet", "status")
    assert done.code == 4
    assert "web main" in done.err
    assert "pr-open" in done.out
    assert desk.run("fleet", "status", "--offline").code == 1


# Taking back


def reverted(desk: Desk) -> PullRequest:
    done = desk.run("fleet", "revert", "web")
    assert done.code == 0, done.out + done.err
    return desk.pull_requests()[-1]


def test_only_a_merged_one_is_taken_back(box: Box, desk: Desk) -> None:
    desk.add("web")
    assert desk.run("fleet", "revert", "web").code == 2
    assert desk.run("fleet", "revert", "nowhere").code == 2
    assert desk.open().code == 0
    box.forget_requests()
    done = desk.run("fleet", "revert", "web")
    assert "is not merged" in done.err
    assert done.code == 1
    assert writes(box.requests) == []


def test_a_merged_one_is_taken_back_whole_and_once(box: Box, desk: Desk, watch: Watch) -> None:
    merged(desk, "web", "FAILED")
    head = box.head("web", "main")
    assert desk.run("fleet", "revert", "web", "--dry-run").code == 1
    assert len(desk.pull_requests()) == 1
    made = reverted(desk)
    assert (made.id, made.source, made.destination) == (2, "patless-revert/main", "main")
    assert desk.text("patless-revert/main") == STORED.format(slug="web")
    assert watch.commits[-1]["parents"] == head
    assert "is open already" in desk.run("fleet", "revert", "web").out
    assert len(desk.pull_requests()) == 2
    box.merge("web", 2)
    assert desk.text("main") == STORED.format(slug="web")
    box.forget_requests()
    assert "merged" in desk.open("--max-red", "100").out
    assert writes(box.requests) == [], "what people took back is not opened again"


def test_what_others_have_changed_since_stays(box: Box, desk: Desk) -> None:
    merged(desk, "web")
    box.commit("web", "main", {PIPELINES: NATIVE.format(slug="web") + "\n\n\n# More.\n"})
    reverted(desk)
    assert desk.text("patless-revert/main") == STORED.format(slug="web") + "\n\n\n# More.\n"


def test_where_others_have_changed_the_same_lines_nothing_is_taken_back(box: Box, desk: Desk) -> None:
    merged(desk, "web")
    box.commit("web", "main", {PIPELINES: NATIVE.format(slug="web").replace("docker login", "podman login")})
    box.forget_requests()
    done = desk.run("fleet", "revert", "web")
    assert "has changed since in the same lines" in done.err
    assert writes(box.requests) == []


@pytest.mark.parametrize("place", ["*/src", "*/pullrequests"])
def test_a_lost_answer_while_taking_back_leaves_one(box: Box, desk: Desk, place: str) -> None:
    merged(desk, "web")
    box.faults.add(place, method="POST", applied=True, close=True)
    assert desk.run("fleet", "revert", "web").code == 4
    reverted(desk)
    assert [one.source for one in desk.pull_requests()] == ["patless/main", "patless-revert/main"]

"""What becomes of a pull request when it is merged: each way that Bitbucket has, and what `status` and `revert` say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from migrator.demo.box import Box
from migrator.demo.review import Strategy
from migrator.demo.state import PullRequest, Run
from migrator.demo.store import NewCommit
from tests.fleet.conftest import NATIVE, PIPELINES, PUSHING, STORED, Desk, writes

OTHER = {"other.txt": "by someone else\n"}
each = pytest.mark.parametrize("strategy", list(Strategy))


def opened(desk: Desk, slug: str = "web") -> PullRequest:
    desk.add(slug)
    assert desk.open(slug, "--max-red", "100").code == 0
    return desk.pull_requests(slug)[0]


def state(desk: Desk, *arguments: str, slug: str = "web") -> str:
    assert desk.run("fleet", "status", *arguments).code in (0, 1)
    (row,) = (row for row in desk.status() if row["slug"] == slug)
    return f"{row['state']} {row['run']}"


def reverted(desk: Desk) -> str:
    done = desk.run("fleet", "revert", "web")
    assert done.code == 0, done.out + done.err
    return desk.text("patless-revert/main")


def merged(box: Box, strategy: Strategy) -> str:
    """Where it can be, while the destination has moved on."""
    if strategy is not Strategy.FAST_FORWARD:
        box.commit("web", "main", OTHER, "Something else")
    return box.merge("web", 1, strategy)


def second(box: Box, desk: Desk, text: Callable[[str], str]) -> int:
    """A person's pull request on top of this tool's; its number."""
    now = desk.text("patless/main")
    box.state.write(
        box.state.repositories["web"],
        [
            NewCommit(
                "on-top",
                {PIPELINES: text(now), **OTHER},
                "On top",
                "Pat <pat@acme.example>",
                box.state.clock(),
                "patless/main",
            )
        ],
    )
    repository = box.state.repositories["web"]
    (first,) = desk.pull_requests()
    made = PullRequest(2, "On top", "", "on-top", "main", box.state.owner, first.created_on, first.updated_on)
    repository.pull_requests.append(made)
    return 2


# The run of the merged change


@each
@pytest.mark.parametrize(("status", "said"), [("FAILED", "red"), ("PASSED", "green")])
def test_the_run_of_the_merged_change_tells(box: Box, desk: Desk, strategy: Strategy, status: str, said: str) -> None:
    opened(desk)
    merged(box, strategy)
    assert state(desk) == "merged None"
    box.add_run("web", "main", status)
    box.add_run("web", "main", "PASSED" if status == "FAILED" else "FAILED", commit=box.commit("web", "main", OTHER))
    assert state(desk) == f"merged {said}"


@each
def test_a_merge_whose_commit_says_that_no_pipeline_is_to_run_is_told_until_one_has_run(
    box: Box, desk: Desk, strategy: Strategy
) -> None:
    desk.add("web", PUSHING)
    assert desk.open("web").code == 0
    carried = strategy is not Strategy.MERGE_COMMIT
    merged(box, strategy)
    for _ in range(2):
        (row,) = desk.status()
        assert ("`[skip ci]`" in (row["error"] or "")) is carried, row
        assert row["state"] == "merged"
    box.add_run("web", "main", "PASSED")
    (row,) = desk.status()
    assert (row["run"], row["error"]) == ("green", None)


@each
def test_a_run_that_carries_several_pushes_tells(box: Box, desk: Desk, strategy: Strategy) -> None:
    opened(desk)
    merged(box, strategy)
    box.commit("web", "main", {"later.txt": "later\n"}, "Later")
    box.add_run("web", "main", "FAILED")
    assert state(desk) == "merged red"


@each
def test_a_run_from_before_the_merge_tells_nothing(box: Box, desk: Desk, strategy: Strategy) -> None:
    """A fast-forward's commit is older than its merge, so there are runs after its date that do not hold it."""
    opened(desk)
    if strategy is not Strategy.FAST_FORWARD:
        box.commit("web", "main", OTHER, "Something else")
    box.add_run("web", "main", "FAILED")
    box.merge("web", 1, strategy)
    assert state(desk) == "merged None"
    box.add_run("web", "main", "PASSED")
    assert state(desk) == "merged green"


@each
def test_the_clock_of_whoever_committed_does_not_count(box: Box, desk: Desk, strategy: Strategy) -> None:
    made = opened(desk)
    box.add_run("web", "patless/main", "FAILED")
    now = box.state.clock()
    box.state.clock = partial(datetime.__sub__, now, timedelta(hours=3))
    merged(box, strategy)
    made.updated_on = now
    box.add_run("web", "main", "PASSED")
    assert state(desk) == "merged green"


def test_runs_of_pull_requests_on_the_same_commit_tell_nothing(box: Box, desk: Desk) -> None:
    opened(desk)
    box.merge("web", 1, Strategy.FAST_FORWARD)
    box.add_run("web", "patless/main", "FAILED", commit=box.head("web", "main"), selector=("pull-requests", "**"))
    box.add_run("web", "main", "FAILED", selector=("custom", "nightly"))
    assert state(desk) == "merged None"


@pytest.mark.parametrize("short", [True, False])
def test_runs_name_commits_by_their_beginning_too(box: Box, desk: Desk, short: bool) -> None:
    opened(desk)
    sha = merged(box, Strategy.SQUASH)
    box.add_run("web", "main", "FAILED", commit=sha[:12] if short else sha)
    assert state(desk) == "merged red"


def test_one_that_came_with_another_is_merged_by_that(box: Box, desk: Desk) -> None:
    opened(desk)
    number = second(box, desk, lambda text: text + "# On top.\n")
    box.merge("web", number)
    first, other = desk.pull_requests()
    assert (first.state, first.merge_commit) == ("MERGED", other.merge_commit)
    assert (first.frozen or ("", ""))[1] == first.merge_commit, "its destination is its merge commit"
    box.add_run("web", "main", "FAILED")
    assert state(desk) == "merged red"


def test_what_is_settled_can_be_asked_again(box: Box, desk: Desk) -> None:
    opened(desk)
    sha = box.merge("web", 1)
    runs = box.state.repositories["web"].runs
    failed: Run = box.add_run("web", "main", "FAILED")
    assert state(desk) == "merged red"
    box.add_run("web", "main", "PASSED", commit=sha, trigger="manual")
    assert state(desk) == "merged red", "what is settled is not asked for again by itself"
    assert state(desk, "--again") == "merged green"
    runs[:] = [failed]
    assert state(desk, "--again") == "merged red"
    assert "pass --again or --offline, not both" in desk.run("fleet", "status", "--again", "--offline").err


# Taking back


@each
def test_what_is_taken_back_is_what_the_pull_request_changed(box: Box, desk: Desk, strategy: Strategy) -> None:
    opened(desk)
    merged(box, strategy)
    assert reverted(desk) == STORED.format(slug="web")
    (request,) = (one for one in desk.pull_requests() if one.source == "patless-revert/main")
    changed = box.head("web", request.source)
    assert changed
    if strategy is not Strategy.FAST_FORWARD:
        assert desk.text("patless-revert/main", path="other.txt") == OTHER["other.txt"], "what others did stays"


def test_several_commits_are_taken_back_together(box: Box, desk: Desk) -> None:
    """After a rebase the merge commit is only the last of them."""
    opened(desk)
    box.commit("web", "patless/main", {PIPELINES: NATIVE.format(slug="web") + "# One more line.\n"}, "More")
    merged(box, Strategy.REBASE_FAST_FORWARD)
    assert reverted(desk) == STORED.format(slug="web")


def test_what_came_with_another_pull_request_is_not_taken_back(box: Box, desk: Desk) -> None:
    opened(desk)
    box.merge("web", second(box, desk, lambda text: "# On top.\n\n\n\n" + text))
    assert reverted(desk) == "# On top.\n\n\n\n" + STORED.format(slug="web")


def test_what_another_pull_request_changed_in_the_same_lines_is_refused(box: Box, desk: Desk) -> None:
    opened(desk)
    box.merge("web", second(box, desk, lambda text: text.replace("docker login", "podman login")))
    box.forget_requests()
    done = desk.run("fleet", "revert", "web")
    assert "changed more in the same lines" in done.err
    assert writes(box.requests) == []

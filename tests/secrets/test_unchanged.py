"""Whether a repository is as a plan saw it, and whether a branch is a pull request of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.pipelines import ENDED
from migrator.bitbucket.records import Repository, Run
from migrator.secrets import changes, listing
from migrator.secrets.survey import RecentRuns

HEADS = {"refs/heads/main": "a" * 40}
WEB = Repository("{w}", "web", "acme/web", "main", "https://bitbucket.org/acme/web.git", None, True, None)
PLAN: Any = SimpleNamespace(created="2026-11-24T00:00:00+00:00", heads={"web": HEADS})


def ran(commit: str | None, state: str | None = ENDED, day: int = 20) -> Run:
    created = datetime(2026, 11, day, tzinfo=UTC)
    return Run("{1}", 1, created, state, None, None, None, None, Hash(commit) if commit else None, None, None)


@pytest.mark.parametrize(
    ("heads", "runs", "same"),
    [
        (HEADS, RecentRuns(), True),
        (HEADS, RecentRuns((ran("a" * 40, "PENDING", 25), ran("b" * 40))), True),
        (HEADS, RecentRuns((ran("a" * 12, None, 25), ran(None))), True),
        (HEADS, RecentRuns((ran("a" * 40), ran("b" * 40, day=25))), False),
        (HEADS, RecentRuns((ran("b" * 40, "IN_PROGRESS"),)), False),
        (HEADS, RecentRuns((ran(None, day=25),)), False),
        (HEADS, RecentRuns((), "they cannot be read"), False),
        ({"refs/heads/main": "b" * 40}, RecentRuns(), False),
        ({**HEADS, "refs/tags/v1": "a" * 40}, RecentRuns(), False),
    ],
)
def test_a_repository_is_as_it_was_where_nothing_but_what_was_seen_can_run(
    monkeypatch: pytest.MonkeyPatch, heads: dict[str, str], runs: RecentRuns, same: bool
) -> None:
    asking: Any = None
    monkeypatch.setattr(listing, "heads", lambda *given: heads)
    monkeypatch.setattr(listing, "runs_of", lambda *given: runs)
    assert listing._unchanged(asking, WEB, PLAN) is same
    assert not listing._unchanged(asking, WEB, SimpleNamespace(created=PLAN.created, heads={}))  # type: ignore[arg-type]


def test_a_run_of_any_of_its_branches_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asking: Any = None
    heads = {**HEADS, "refs/heads/release": "b" * 40}
    monkeypatch.setattr(listing, "heads", lambda *given: heads)
    for commit, same in (("a", True), ("b", True), ("c", False)):
        monkeypatch.setattr(listing, "runs_of", lambda *given, at=commit: RecentRuns((ran(at * 40, "PENDING", 25),)))
        plan: Any = SimpleNamespace(created=PLAN.created, heads={"web": heads})
        assert listing._unchanged(asking, WEB, plan) is same


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        ({}, True),
        ({"state": "MERGED"}, False),
        ({"source": {"repository": {"full_name": "ada/web"}, "branch": {"name": "patless/main"}}}, False),
        ({"source": {"repository": None, "branch": {"name": "patless/main"}}}, False),
        ({"destination": {"repository": {"full_name": "acme/web"}, "branch": {"name": "release"}}}, False),
    ],
)
def test_only_a_pull_request_within_the_repository_takes_away_what_it_says(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], is_open: bool
) -> None:
    """A branch of a fork may have any name."""
    ends = (("source", "patless/main"), ("destination", "main"))
    row = {end: {"repository": {"full_name": "Acme/web"}, "branch": {"name": name}} for end, name in ends}
    monkeypatch.setattr(changes, "linked", lambda *given: [{"state": "OPEN", **row, **change}])
    client: Any = None
    assert changes.is_open(client, "acme", "web", "patless/main", "main") is is_open


@pytest.mark.parametrize(
    ("branch", "made", "told"),
    [
        ("patless/main", {}, "main"),
        ("patless/main", {"c1": "release"}, "release"),
        ("feature", {"c1": "main"}, "main"),
        ("feature", {"c2": "main"}, ""),
        ("patless", {}, ""),
    ],
)
def test_what_a_branch_is_a_change_of_is_told_by_its_commit_or_its_name(
    branch: str, made: dict[str, str], told: str
) -> None:
    assert changes.destination(branch, "c1", made) == told

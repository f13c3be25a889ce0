"""A whole workspace without git and Bitbucket: what is asked and trusted of each repository, and in which order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.fleet.sharding import Shard
from migrator.repositories.git import GitError, GitMissing
from migrator.secrets import answers, sweeping
from migrator.secrets.answering import known
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.bringing import Brought
from migrator.secrets.records import Leaving
from migrator.secrets.survey import RecentRuns
from migrator.secrets.terms import Ahead
from migrator.secrets.turns import ASKING
from tests.secrets.workspaces import (
    AT,
    FOUND,
    HEADS,
    LIVE,
    LOGS_IN,
    NATIVE,
    NOW,
    OWN,
    PAT,
    QUIET,
    SHARED,
    Pace,
    Workspace,
    slug,
)


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(monkeypatch, "a", "b")


# What is asked for the first time


def test_each_is_brought_and_then_asked_and_kept(workspace: Workspace) -> None:
    found = workspace.run()
    assert workspace.log == ["git a", "git b", "asks a", "asks b"]
    assert [one.one.slug for one in workspace.begun] == ["a", "b"]
    assert all(one.lasting and not one.kept for one in workspace.begun)
    assert list(workspace.ledger.kept) == ["{a}", "{b}"]
    assert workspace.told == [Ahead(0, 0, 2)]
    assert (workspace.far.all, workspace.far.asked, workspace.far.kept) == (2, 2, 0)
    assert (found.left, found.why, found.since, found.elsewhere, found.failed) == ((), "", "", 0, ())
    assert not workspace.ledger.rounds, "the round is at its end"
    assert workspace.asking.listed.keys() == {"a", "b"}
    assert workspace.tasks
    assert workspace.tasks.sizes == {"looking": 32, "git": 12, "reading": 2, ASKING: 8}


def test_who_logs_in_is_asked_first_and_who_did_before_that(workspace: Workspace) -> None:
    workspace.every = [slug(name) for name in "abcde"]
    workspace.here = {"a": Brought(True, False, heads=HEADS), "b": QUIET}
    workspace.run(first=frozenset({"{e}"}), jobs=1)
    assert [one for one in workspace.log if one.startswith("git")] == [f"git {name}" for name in "eabcd"]
    assert next(one for one in workspace.log if one.startswith("asks")) == "asks e"


def test_with_few_requests_who_logs_in_is_asked_before_all_others(workspace: Workspace) -> None:
    workspace.every = [slug(name) for name in "abcd"]
    workspace.here = {"a": Brought(True, False, heads=HEADS), "b": QUIET, "c": Brought(True, False, heads=HEADS)}
    workspace.run(sparing=True)
    assert [one for one in workspace.log if one.startswith("asks")] == ["asks d", "asks b", "asks a", "asks c"]


@pytest.mark.parametrize(("per_hour", "sparing"), [(6, False), (5, True)])
def test_what_takes_more_than_two_hours_is_asked_sparingly(
    per_hour: int, sparing: bool, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    begin = sweeping.Turns.begin

    def begun(turns: sweeping.Turns, *, more: bool) -> None:
        found.append(turns.sparing)
        begin(turns, more=more)

    monkeypatch.setattr(sweeping.Turns, "begin", begun)
    workspace.per_hour = per_hour
    workspace.run()
    assert set(found) == {sparing}


def test_what_takes_many_requests_to_see_again_counts_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = Variable(Level.DEPLOYMENT, "PAT", "{3}", True, "Live", "{e}")
    workspace.before(
        a=replace(FOUND, variables=(PAT, deployed), environments=(LIVE,)),
        b=replace(FOUND, candidates=(), variables=()),
    )
    workspace.run()
    assert workspace.told == [Ahead(2, 3, 0)]


def test_another_part_is_not_asked_and_that_is_said(workspace: Workspace) -> None:
    workspace.every = [slug(name) for name in "abcdefgh"]
    shard = Shard(1, 2)
    mine = [one.slug for one in workspace.every if shard.holds(one.uuid)]
    found = workspace.run(shard=shard)
    assert 0 < len(mine) < 8
    assert [one.one.slug for one in workspace.begun] == mine
    assert (found.elsewhere, workspace.judged[3]) == (8 - len(mine), sweeping.OTHER_PARTS)
    workspace.run()
    assert workspace.judged[3] == ""


# What is known from before


@pytest.mark.parametrize(
    ("found", "log", "again"),
    [
        (FOUND, ["heads a", "compares a"], 2),
        (replace(FOUND, looked=AT), ["heads a"], 0),
        (replace(FOUND, candidates=(), variables=(PAT,)), ["heads a"], 0),
        (replace(FOUND, candidates=(), variables=(OWN,)), ["heads a", "compares a"], 2),
        (
            replace(FOUND, candidates=(), variables=(NATIVE,)),
            ["heads a", "compares a"],
            2,
        ),
        (replace(FOUND, imports=True), ["heads a", "compares a", "git a"], 2),
        (replace(FOUND, leaving=None), ["heads a", "compares a", "git a"], 2),
        (replace(FOUND, leaving=None, asked=False), ["heads a"], 0),
        (replace(FOUND, leaving=None, candidates=()), ["heads a", "git a"], 0),
    ],
    ids=[
        "it logs in", "asked in this round", "quiet", "hides one of the workspace", "hides a native one", "imports",
        "nobody knows what leaves its steps", "never had pipelines", "quiet, and nobody knows what leaves its steps",
    ],
)  # fmt: skip
def test_what_is_as_it_was_is_not_asked_again(
    found: KeptAnswers, log: list[str], again: int, workspace: Workspace
) -> None:
    workspace.every = [slug("a")]
    workspace.before(a=found)
    listing = workspace.run()
    assert workspace.log == log
    assert workspace.told == [Ahead(1, again, 0)]
    assert (workspace.far.asked, workspace.far.kept) == (1, 1)
    (begun,) = workspace.begun
    assert (begun.kept, begun.lasting, begun.at) == (True, True, AT)
    assert begun.stored.variables[-1] == SHARED
    assert listing.since == AT
    assert listing.unasked == (frozenset() if found.asked else {"a"})
    if "compares a" in log:
        kept = answers.read(workspace.ledger.kept["{a}"].document)
        assert kept
        assert kept.looked == AT, "it need not be asked again in this round"


def test_what_leaves_a_step_is_not_looked_for_unless_that_is_asked(workspace: Workspace) -> None:
    workspace.every = [slug("a")]
    workspace.before(a=replace(FOUND, leaving=None))
    workspace.leaving = False
    workspace.run()
    assert workspace.log == ["heads a", "compares a"]


def test_imports_may_bring_names_and_take_none_away(workspace: Workspace) -> None:
    workspace.every = [slug("a")]
    workspace.before(a=replace(FOUND, imports=True, candidates=("OLD", "PAT")))
    gone = Leaving(frozenset({"PAT"}))
    workspace.here["a"] = replace(LOGS_IN, candidates=frozenset({"PAT", "NEW"}), leaving=gone)
    workspace.run()
    (begun,) = workspace.begun
    assert (begun.answers.candidates, begun.answers.leaving) == (("NEW", "OLD", "PAT"), gone)


@pytest.mark.parametrize("what", ["heads", "same"])
def test_what_has_changed_is_brought_and_asked_anew(what: str, workspace: Workspace) -> None:
    workspace.every = [slug("a")]
    workspace.before(a=FOUND)
    if what == "heads":
        workspace.heads["a"] = {}
    else:
        workspace.same["a"] = None
    seen: list[dict[str, Any]] = []
    said = workspace.brought

    def brought(one: Repository) -> Any:
        seen.append(dict(workspace.asking.known_runs))
        return said(one)

    workspace.brought = brought  # type: ignore[method-assign]
    workspace.run()
    assert workspace.log == ["heads a", *(["compares a"] if what == "same" else []), "git a", "asks a"]
    assert [one.kept for one in workspace.begun] == [False]


def test_runs_of_before_count_as_long_as_the_rest_does(workspace: Workspace) -> None:
    workspace.every = [slug("a"), slug("b")]
    workspace.before()
    workspace.same["b"] = None
    workspace.run()
    assert workspace.asking.known_runs == {"a": RecentRuns((), ever=True)}


def test_those_that_are_compared_come_before_those_that_need_not_be(workspace: Workspace) -> None:
    workspace.before(a=replace(FOUND, candidates=(), variables=()), b=FOUND)
    workspace.run()
    assert workspace.log[0] == "heads b"
    assert workspace.told == [Ahead(2, 2, 0)]


@pytest.mark.parametrize(
    ("terms", "kept"),
    [({}, True), ({"age": timedelta(0)}, True), ({"age": timedelta(seconds=-1)}, False), ({"jobs": 3}, True)],
    ids=str,
)
def test_answers_hold_as_long_as_they_are_not_too_old(terms: dict[str, Any], kept: bool, workspace: Workspace) -> None:
    workspace.before()
    workspace.run(**terms)
    assert [one.kept for one in workspace.begun] == [kept, kept]


@pytest.mark.parametrize(
    "change",
    [
        {"by": "other rules"},
        {"workspace": "other"},
        {"rollback_window": 7},
        {"base": "https://other.invalid"},
        {"host": "crg.apkg.io"},
    ],
    ids=str,
)
def test_answers_hold_under_the_same_conditions(change: dict[str, Any], workspace: Workspace) -> None:
    workspace.before()
    workspace.changed = change
    workspace.run()
    assert [one.kept for one in workspace.begun] == [False, False]


def test_the_oldest_answer_is_what_a_listing_rests_on(workspace: Workspace) -> None:
    older = (NOW - timedelta(hours=1)).isoformat(timespec="seconds")
    workspace.before()
    workspace.ledger.kept["{b}"] = replace(workspace.ledger.kept["{b}"], at=older)
    assert workspace.run().since == older
    workspace.ledger.kept.pop("{a}")
    assert workspace.run().since == older, "though another one was asked for in this run"


# What fails


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ApiError(Cause.FORBIDDEN, "not yours"), "not yours"),
        (ApiError(Cause.UNAUTHORISED, "not known"), "not known"),
        (GitError("git says no"), "git says no"),
        (KeyError("a secret"), "internal error (KeyError): a fault in patless"),
    ],
    ids=str,
)
@pytest.mark.parametrize("at", ["here", "answers", "heads", "same", "again"])
def test_a_failure_is_of_one_repository(error: Exception, why: str, at: str, workspace: Workspace) -> None:
    if at in ("heads", "same", "again"):
        workspace.before(a=replace(FOUND, imports=True))
    said = workspace.here if at == "again" else getattr(workspace, at)
    said["a"] = error
    found = workspace.run()
    assert found.failed == (("a", why),)
    assert [one.one.slug for one in workspace.begun] == ["b"]
    assert (found.left, found.why, workspace.far.asked) == ((), "", 2)


def test_one_that_cannot_be_read_is_in_no_row(workspace: Workspace) -> None:
    workspace.unread = {"b"}
    found = workspace.run()
    assert found.failed == (("b", "no copy"),)
    assert [one.repository for one in workspace.judged[1]] == ["a"]


def test_without_git_nothing_is_told(workspace: Workspace) -> None:
    workspace.here["a"] = GitMissing()
    workspace.pace = Pace()
    with pytest.raises(GitMissing):
        workspace.run()
    assert workspace.pace.ended == 1


@pytest.mark.parametrize(("refused", "ends"), [(3, False), (4, True)])
def test_a_credential_that_is_refused_again_and_again_is_not_asked_with(
    refused: int, ends: bool, workspace: Workspace
) -> None:
    names = "abcdefgh"
    workspace.every = [slug(name) for name in names]
    workspace.heads = dict.fromkeys(names[:refused], ApiError(Cause.UNAUTHORISED, "not known"))
    workspace.before()
    found = workspace.run()
    assert found.why == ("not known" if ends else "")
    assert [name for name, _ in found.failed] == list(names[:3])
    assert found.left == (tuple(names[3:]) if ends else ())
    assert bool(workspace.ledger.rounds) == ends


def test_an_answer_in_between_shows_that_the_credential_is_one(workspace: Workspace) -> None:
    names = "abcdefgh"
    workspace.every = [slug(name) for name in names]
    workspace.heads = dict.fromkeys("abcefg", ApiError(Cause.UNAUTHORISED, "not known"))
    workspace.before()
    assert workspace.run().why == ""


def test_where_no_more_may_be_asked_the_rest_is_left(workspace: Workspace) -> None:
    workspace.every = [slug(name) for name in "abc"]
    workspace.answers["a"] = ApiError(Cause.SPENT, "no more requests")
    found = workspace.run(jobs=1)
    assert (found.why, found.failed, workspace.begun == []) == ("no more requests", (), False)
    assert [one.one.slug for one in workspace.begun] == ["b", "c"], "they were under way"
    assert found.left == ("a",)
    assert workspace.ledger.rounds
    assert workspace.judged[4] == ("a",)


def test_a_deadline_ends_it_with_what_is_known(workspace: Workspace) -> None:
    workspace.every = [slug(name) for name in "abc"]
    workspace.pace = Pace(over=True)
    found = workspace.run()
    assert workspace.log == ["git a"]
    assert (found.why, found.left) == ("this run reached its `--deadline`", ("a", "b", "c"))
    assert workspace.pace.ended == 1


def test_another_run_at_the_same_is_waited_for(workspace: Workspace) -> None:
    workspace.pace = Pace()
    workspace.ledger.waits = 2
    workspace.run()
    assert workspace.log[:3] == ["sleeps 0.5", "sleeps 0.5", "git a"]
    assert workspace.pace.turns == ["the workspace"] * 2
    workspace.pace = None
    workspace.ledger.waits = 1
    workspace.run()


def test_a_round_is_gone_on_with_for_a_day(workspace: Workspace) -> None:
    workspace.run()
    assert workspace.ledger.oldest == (NOW - timedelta(hours=24)).isoformat(timespec="milliseconds")


# What is kept


def test_what_does_not_last_takes_what_was_kept_away(workspace: Workspace) -> None:
    workspace.before()
    workspace.heads["a"] = {}
    workspace.answers["a"] = known(slug("a"), FOUND, Inventory((PAT,), ()), AT, lasting=False)
    workspace.run()
    assert list(workspace.ledger.kept) == ["{b}"]
    assert [(one.one.slug, one.lasting) for one in workspace.begun] == [("b", True), ("a", False)]

"""What becomes of one repository of a sweep: its failures, what is kept of it, and when nothing more is asked."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Environment, Level, Repository, Variable
from migrator.fleet.records import Learnt
from migrator.repositories.git import GitError, GitMissing
from migrator.rulebook import reading as rulebook
from migrator.secrets import answers
from migrator.secrets.answering import Known, known
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.bringing import Brought
from migrator.secrets.kept import KeptConditions
from migrator.secrets.records import Leaving
from migrator.secrets.sweeping import _rank, _Sweep
from migrator.secrets.terms import Far, Terms
from migrator.secrets.turns import LOGIN, NEITHER, PIPELINES

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WEB = Repository("{w}", "web", "acme/web", "main", "", NOW, True, None)
FOUND = KeptAnswers(NOW.isoformat(), True, True, ("PAT",), {"refs/heads/main": "a" * 40})
SHARED = Variable(Level.WORKSPACE, "SHARED", "{s}", True)
REFUSED, SPENT = ApiError(Cause.UNAUTHORISED, "the token is refused"), ApiError(Cause.SPENT, "none is left")


class Kept:
    """A ledger that notes what is learnt and forgotten."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def learn(self, one: Learnt) -> None:
        self.told.append(one)

    def forget(self, uuids: list[str]) -> None:
        self.told.append(uuids)


class Trial(_Sweep):
    """A sweep of which nothing is begun; `dropped` are the kinds of calls that never will be."""

    def __init__(self) -> None:
        self.kept, self.far, self.dropped = Kept(), Far(), list[tuple[str, ...]]()
        asking: Any = SimpleNamespace(client=SimpleNamespace(), book=rulebook.load(), leaving=True, known_runs={})
        tasks: Any = SimpleNamespace(drop=lambda *kinds: self.dropped.append(kinds), begin=self._begun)
        conditions = KeptConditions("by", NOW, NOW)
        ledger = cast(Any, self.kept)
        super().__init__(asking, ledger, Terms(""), self.far, Inventory((SHARED,), ()), conditions, tasks)
        self._uses = cast(Any, SimpleNamespace(begin=lambda found: None))
        self.begun: list[str] = []

    def _begun(self, kind: str, then: object, *work: object) -> None:
        self.begun.append(kind)

    def fails(self, error: BaseException) -> None:
        future: Future[Any] = Future()
        future.set_exception(error)
        assert self._outcome(WEB, future) is None

    def succeeds(self) -> None:
        future: Future[Any] = Future()
        future.set_result("found")
        assert self._outcome(WEB, future) == "found"

    @property
    def failed(self) -> list[str]:
        return list(self._failed.values())

    @property
    def why(self) -> str:
        return self._why


def test_an_answer_that_the_credential_is_none_ends_the_run_where_several_in_a_row_say_so() -> None:
    sweep = Trial()
    for _ in range(3):
        sweep.fails(REFUSED)
    assert (sweep.why, sweep.failed, sweep.far.asked) == ("", [str(REFUSED)], 3)
    sweep.succeeds()
    for _ in range(3):
        sweep.fails(REFUSED)
    assert sweep.why == ""
    sweep.fails(REFUSED)
    assert (sweep.why, sweep.far.asked) == (str(REFUSED), 6)
    assert sweep.dropped == [("looking", "git")]


def test_other_failures_in_between_do_not_count_against_the_credential() -> None:
    sweep = Trial()
    for _ in range(6):
        sweep.fails(ApiError(Cause.SERVER, "later"))
    assert (sweep.why, sweep.failed, sweep.far.asked) == ("", ["later"], 6)


def test_where_no_more_may_be_asked_the_run_ends_at_once_and_the_first_word_stands() -> None:
    sweep = Trial()
    sweep.fails(SPENT)
    sweep.fails(ApiError(Cause.SPENT, "another"))
    assert (sweep.why, sweep.failed, sweep.far.asked) == (str(SPENT), [], 0)
    assert len(sweep.dropped) == 1
    sweep._bring(WEB)
    assert sweep.begun == []


def test_a_failure_is_of_one_repository_and_quotes_no_file() -> None:
    for error, words in (
        (GitError("git is refused"), "git is refused"),
        (ApiError(Cause.MISSING, "it is gone"), "it is gone"),
        (KeyError("a line of a file"), "internal error (KeyError): a fault in patless"),
    ):
        sweep = Trial()
        sweep.fails(error)
        assert (sweep.failed, sweep.why, sweep.far.asked) == ([words], "", 1)
    with pytest.raises(GitMissing):
        Trial().fails(GitMissing())


@pytest.mark.parametrize("lasting", [True, False])
def test_what_may_last_is_kept_before_it_is_taken_and_what_may_not_is_forgotten(lasting: bool) -> None:
    sweep = Trial()
    one = known(WEB, FOUND, Inventory((), ()), NOW.isoformat(), lasting=lasting)
    sweep._learn(one)
    document = answers.written(FOUND)
    assert document
    expected = Learnt("{w}", "answers", "by", NOW.isoformat(), document) if lasting else ["{w}"]
    assert sweep.kept.told == [expected]
    assert sweep._known["web"] == replace(one, lasting=lasting)
    assert (sweep.far.asked, sweep.far.kept) == (1, 0)


def recalled(**more: Any) -> Known:
    return known(WEB, replace(FOUND, **more), Inventory((), ()), NOW.isoformat(), lasting=True, before=True)


def test_what_is_known_from_before_is_counted_so() -> None:
    sweep = Trial()
    sweep._take(recalled())
    assert (sweep.far.asked, sweep.far.kept) == (1, 1)


HIDING = Variable(Level.DEPLOYMENT, "SHARED", "{d}", True, "production", "{e}")
PLACE = Environment("{e}", "production")


@pytest.mark.parametrize(
    ("more", "requests"),
    [
        ({}, 2),
        ({"environments": (PLACE,), "variables": (HIDING,)}, 3),
        ({"looked": NOW.isoformat()}, 0),
        ({"candidates": ()}, 0),
        ({"candidates": (), "environments": (PLACE,), "variables": (HIDING,)}, 3),
        ({"asked": False}, 0),
    ],
)
def test_so_many_requests_see_whether_its_variables_are_as_they_were(more: dict[str, Any], requests: int) -> None:
    assert Trial()._requests(recalled(**more)) == requests


@pytest.mark.parametrize(
    ("more", "begun"),
    [
        ({"leaving": None}, ["git"]),
        ({"leaving": Leaving()}, []),
        ({"leaving": Leaving(), "imports": True}, ["git"]),
        ({"leaving": None, "asked": False}, []),
    ],
)
def test_files_are_read_again_where_they_import_or_what_leaves_a_step_is_not_known(
    more: dict[str, Any], begun: list[str]
) -> None:
    sweep = Trial()
    sweep._holds(recalled(**more))
    assert sweep.begun == begun
    assert ("web" in sweep._known) is (begun == [])


def test_whoever_logs_in_comes_before_others_that_have_pipelines() -> None:
    login = Brought(True, True, frozenset({"PAT"}))
    assert [_rank(one) for one in (login, Brought(True, True), Brought(True), Brought())] == [
        LOGIN,
        PIPELINES,
        NEITHER,
        NEITHER,
    ]
    assert LOGIN < PIPELINES < NEITHER
    assert (Far().all, Far().asked, Far().kept) == (0, 0, 0)

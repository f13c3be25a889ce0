"""What is asked of Bitbucket about one repository, and whether the answers may be kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import Environment, Level, Repository, Variable
from migrator.findings.settings import Settings
from migrator.rulebook import reading as rulebook
from migrator.secrets import answering
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.asking import Asking
from migrator.secrets.bringing import Brought
from migrator.secrets.survey import RecentRuns

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ONE = Repository("{r}", "web", "acme/web", "main", "https://bitbucket.org/acme/web.git", NOW, True, None)
PAT = Variable(Level.REPOSITORY, "PAT", "{1}", True)
PLAIN = Variable(Level.REPOSITORY, "MODE", "{2}", False, value="release")
HOST = Variable(Level.REPOSITORY, "REGISTRY", "{3}", False, value="crg.apkg.io")
MIXED = Variable(Level.REPOSITORY, "URL", "{4}", False, value="https://ada:s3cret@crg.apkg.io")
SHARED = Variable(Level.WORKSPACE, "SHARED", "{5}", True)
HEADS = {"refs/heads/main": "a" * 40}
HIDDEN = NotChecked(Level.REPOSITORY, None, "forbidden")
UNUSED: Any = None


class Bringing:
    """Looks again, and then knows one more name."""

    above = Inventory((SHARED,), ())

    def __init__(self) -> None:
        self.calls: list[Inventory] = []

    def again(self, one: Repository, here: Brought, stored: Inventory) -> Brought:
        self.calls.append(stored)
        return replace(here, candidates=here.candidates | {"MORE"})


def asked(
    monkeypatch: pytest.MonkeyPatch, here: Brought, runs: RecentRuns, own: Inventory
) -> tuple[answering.Known, Bringing, list[set[str]]]:
    """The answers, who looked again, and for which commits runs were brought."""
    asking = Asking(UNUSED, "acme", Path(), rulebook.load(), Settings(), now=NOW)
    bringing, brought = Bringing(), list[set[str]]()

    def bring_runs(of: Asking, one: Repository, heads: set[str]) -> None:
        brought.append(heads)
        of.known_runs[one.slug] = runs

    monkeypatch.setattr(answering, "runs_of", lambda of, one: runs)
    monkeypatch.setattr(answering, "bring_runs", bring_runs)
    monkeypatch.setattr(answering.inventories, "inventory", lambda *_: own)
    looking: Any = bringing
    return answering.answered(asking, ONE, here, looking), bringing, brought


NEVER = RecentRuns((), ever=False)
BROUGHT = Brought(True, True, frozenset({"PAT"}), heads=HEADS)


@pytest.mark.parametrize(
    ("here", "runs", "looks", "again"),
    [
        (Brought(), NEVER, False, False),
        (Brought(there=True, heads=HEADS), NEVER, False, False),
        (Brought(there=True, heads=HEADS), RecentRuns(), True, True),
        (Brought(there=True, heads=HEADS), RecentRuns((), "no", ever=False), True, True),
        (Brought(), RecentRuns(), True, False),
        (BROUGHT, NEVER, True, False),
        (BROUGHT, RecentRuns(), True, False),
    ],
)
def test_variables_are_asked_for_where_a_pipeline_may_have_run(
    here: Brought, runs: RecentRuns, looks: bool, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, bringing, brought = asked(monkeypatch, here, runs, Inventory((PAT,), ()))
    assert found.answers.asked == looks
    assert found.answers.there == here.there
    assert found.answers.heads == here.heads
    assert found.stored.variables == ((PAT, SHARED) if looks else (SHARED,))
    assert bool(bringing.calls) == again
    assert brought == ([set(here.heads.values())] if looks and here.there else [])
    assert found.answers.candidates == tuple(sorted(here.candidates | ({"MORE"} if again else set())))


@pytest.mark.parametrize(
    ("variables", "not_checked", "failure", "lasting", "again"),
    [
        ((PAT,), (), "", True, False),
        ((PAT, PLAIN), (), "", True, False),
        ((PAT, HOST), (), "", True, True),
        ((PAT, MIXED), (), "", False, True),
        ((PAT,), (HIDDEN,), "", False, False),
        ((PAT,), (), "no", False, False),
    ],
)
def test_answers_are_kept_where_all_is_known_and_no_value_has_to_be(
    variables: tuple[Variable, ...],
    not_checked: tuple[NotChecked, ...],
    failure: str,
    lasting: bool,
    again: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = Inventory(variables, not_checked, (Environment("{e}", "Production"),))
    found, bringing, _ = asked(monkeypatch, BROUGHT, RecentRuns((), failure), own)
    assert (found.lasting, bool(bringing.calls)) == (lasting, again)
    assert found.stored.not_checked == not_checked
    assert found.answers.environments == own.environments
    if lasting:
        assert {one.value for one in found.answers.variables} <= {None, "", "crg.apkg.io"}
    if again:
        assert bringing.calls == [Inventory((*variables, SHARED), not_checked)]


@pytest.mark.parametrize(
    ("now", "environments", "same"),
    [
        ([PAT], [], True),
        ([PAT, PLAIN], [], False),
        ([], [], False),
        ([PAT], [Environment("{e}", "Production")], False),
        ([PAT, MIXED], [], False),
    ],
)
def test_what_was_kept_holds_where_the_variables_are_the_same(
    now: list[Variable], environments: list[Environment], same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = KeptAnswers("x", True, True, ("PAT",), HEADS, variables=(PAT,), looked="before")
    before = answering.known(ONE, answers, Inventory((PAT,), ()), "x", lasting=True)
    client: Any = object()
    asking = Asking(client, "acme", Path(), rulebook.load(), Settings(), now=NOW)
    monkeypatch.setattr(answering, "environments", lambda *_: environments)
    monkeypatch.setattr(answering.variables, "of_repository", lambda *_: now)
    found = answering.still(asking, before, frozenset())
    assert (found is not None) == same
    if found is not None:
        assert found.answers.looked != "before"
        assert replace(found.answers, looked="before") == answers


@pytest.mark.parametrize(("cause", "raises"), [(Cause.FORBIDDEN, False), (Cause.SERVER, True)])
def test_a_level_that_is_refused_is_not_the_same_and_another_failure_is_told(
    cause: Cause, raises: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise ApiError(cause, "no")

    answers = KeptAnswers("x", True, True, ("PAT",), HEADS, variables=(PAT,))
    before = answering.known(ONE, answers, Inventory((PAT,), ()), "x", lasting=True)
    client: Any = object()
    asking = Asking(client, "acme", Path(), rulebook.load(), Settings(), now=NOW)
    monkeypatch.setattr(answering, "environments", refused)
    if raises:
        with pytest.raises(ApiError):
            answering.still(asking, before, frozenset())
    else:
        assert answering.still(asking, before, frozenset()) is None


def test_the_level_of_the_workspace_stands_behind_the_others() -> None:
    above = NotChecked(Level.WORKSPACE, None, "forbidden")
    found = answering.whole(Inventory((PAT,), (HIDDEN,)), Inventory((SHARED,), (above,)))
    assert found == Inventory((PAT, SHARED), (HIDDEN, above))


def test_deployments_are_asked_for_that_have_a_variable_which_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    live, test = Environment("{e}", "Live"), Environment("{t}", "Test")
    deployed = Variable(Level.DEPLOYMENT, "PAT", "{6}", True, "Live", "{e}")
    answers = KeptAnswers("x", True, True, ("PAT",), HEADS, variables=(PAT, deployed), environments=(live, test))
    before = answering.known(ONE, answers, Inventory((PAT, deployed), ()), "x", lasting=True)
    asking = Asking(UNUSED, "acme", Path(), rulebook.load(), Settings(), now=NOW)
    asked_for: list[str] = []

    def of_environment(client: object, workspace: str, slug: str, one: Environment) -> list[Variable]:
        asked_for.append(one.name)
        return [deployed]

    monkeypatch.setattr(answering, "environments", lambda *_: [live, test])
    monkeypatch.setattr(answering.variables, "of_repository", lambda *_: [PAT])
    monkeypatch.setattr(answering.variables, "of_environment", of_environment)
    assert answering.still(asking, before, frozenset()) is not None
    assert asked_for == ["Live"]

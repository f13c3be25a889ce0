"""What a kept answer depends on: each changes alone, without an update that Bitbucket tells of, and is seen."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from migrator.bitbucket.records import Environment, Level, Repository, Variable
from migrator.demo.box import Box
from migrator.fleet.records import Learnt
from migrator.secrets import answers, kept
from migrator.secrets.answers import KeptAnswers
from tests.secrets.test_end_to_end import STORED, VALUE, Desk
from tests.secrets.test_sweeping import NATIVE, bare, listed, of, verdicts
from tests.secrets.test_sweeping import box as box
from tests.secrets.test_sweeping import desk as desk

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENVIRONMENT = Environment("{e}", "Production")
TOKEN = Variable(Level.REPOSITORY, "PACKAGES_TOKEN", "{1}", True)
DEPLOYED = Variable(Level.DEPLOYMENT, "PACKAGES_TOKEN", "{2}", True, "Production", "{e}")
FOUND = KeptAnswers(
    updated_on=NOW.isoformat(),
    there=True,
    asked=True,
    candidates=("PACKAGES_TOKEN",),
    heads={"refs/heads/main": "a" * 40},
    variables=(DEPLOYED, TOKEN),
    environments=(ENVIRONMENT,),
    looked=NOW.isoformat(timespec="milliseconds"),
)
ONE = Repository("{r}", "web", "acme/web", "main", "https://bitbucket.org/acme/web.git", NOW, True, None)
CONDITIONS = kept.KeptConditions("rules", NOW - timedelta(hours=24), NOW + timedelta(minutes=1))


def learnt(found: KeptAnswers = FOUND, by: str = "rules", at: datetime = NOW) -> Learnt:
    return Learnt("{r}", "answers", by, at.isoformat(timespec="seconds"), answers.written(found) or b"")


# The decisions


def test_what_is_kept_is_read_again_as_it_was() -> None:
    assert CONDITIONS.recalled(learnt(), ONE) == FOUND


@pytest.mark.parametrize(
    ("what", "one"),
    [
        (learnt(by="other rules"), ONE),
        (learnt(at=NOW - timedelta(hours=25)), ONE),
        (learnt(), Repository("{r}", "web", "acme/web", "main", "", NOW + timedelta(seconds=1), True, None)),
        (learnt(), Repository("{r}", "web", "acme/web", "main", "", None, True, None)),
        (Learnt("{r}", "answers", "rules", NOW.isoformat(), b"{}"), ONE),
        (None, ONE),
    ],
)
def test_rules_age_and_updates_make_it_new(what: Learnt | None, one: Repository) -> None:
    assert CONDITIONS.recalled(what, one) is None


def test_what_this_run_has_asked_is_never_too_old_for_it() -> None:
    conditions = kept.KeptConditions("rules", NOW + timedelta(hours=1), NOW - timedelta(minutes=1))
    assert conditions.recalled(learnt(), ONE) == FOUND
    assert conditions.is_fresh(FOUND)


@pytest.mark.parametrize(
    "heads",
    [
        {"refs/heads/main": "b" * 40},
        {"refs/heads/main": "a" * 40, "refs/tags/v1": "a" * 40},
        {"refs/heads/other": "a" * 40},
        {},
    ],
)
def test_other_commits_make_it_new(heads: dict[str, str]) -> None:
    assert kept.are_at(FOUND, dict(FOUND.heads))
    assert not kept.are_at(FOUND, heads)


def test_variables_are_compared_by_all_that_is_known_of_them() -> None:
    now = (TOKEN, DEPLOYED)
    assert kept.are_same(FOUND, (ENVIRONMENT,), (ENVIRONMENT,), now)
    assert kept.are_same(FOUND, (ENVIRONMENT,), (), (TOKEN,)), "those of a deployment were not asked for"
    again = Variable(Level.REPOSITORY, "PACKAGES_TOKEN", "{3}", True)
    plain = Variable(Level.REPOSITORY, "PACKAGES_TOKEN", "{1}", False, value="")
    for other in ((again, DEPLOYED), (plain, DEPLOYED), (DEPLOYED,), (TOKEN,), (*now, again), (*now, TOKEN)):
        assert not kept.are_same(FOUND, (ENVIRONMENT,), (ENVIRONMENT,), other)
    assert not kept.are_same(FOUND, (Environment("{f}", "Production"),), (), (TOKEN,))
    assert not kept.are_same(FOUND, (), (), (TOKEN,))


def test_variables_are_asked_for_where_any_can_count() -> None:
    quiet = KeptAnswers("", True, True, (), {}, variables=(TOKEN, DEPLOYED), environments=(ENVIRONMENT,))
    assert not kept.watched(quiet, {"OTHER"})
    assert kept.watched(quiet, {"PACKAGES_TOKEN"}), "it hides one of the workspace"
    assert kept.watched(FOUND, ())
    assert kept.watched(KeptAnswers("", True, True, (), {}, imports=True), ())
    assert not kept.watched(KeptAnswers("", True, False, ("X",), {}), ()), "it never had pipelines"
    assert kept.levels(FOUND, ()) == (ENVIRONMENT,)
    assert kept.levels(quiet, ()) == ()
    host = Variable(Level.DEPLOYMENT, "REGISTRY", "{4}", False, "Production", "{e}", "crg.apkg.io")
    assert kept.levels(KeptAnswers("", True, True, (), {}, variables=(host,), environments=(ENVIRONMENT,)), ()) == (
        ENVIRONMENT,
    )


# Each alone, in a workspace


def silently(box: Box, slug: str, change: Callable[[], Any]) -> None:
    """A change that moves `updated_on` in no answer."""
    before = box.state.repositories[slug].updated_on
    change()
    box.state.repositories[slug].updated_on = before


@pytest.fixture
def web(desk: Desk) -> Box:
    """A repository that logs in and one that does not, which were listed."""
    box = desk.box
    box.add_repository("web", {"main": {"bitbucket-pipelines.yml": STORED}})
    box.add_repository("quiet", {"main": {"README.md": "Text\n"}})
    box.add_variable("PACKAGES_TOKEN", VALUE, repository="web")
    box.add_environment("web", "Production")
    box.add_variable("PACKAGES_EMAIL", VALUE, repository="web", environment="Production")
    return box


def test_a_commit_on_a_branch(desk: Desk, web: Box) -> None:
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "in-use"
    silently(web, "web", lambda: web.commit("web", "main", {"bitbucket-pipelines.yml": NATIVE}))
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "removable"


def test_a_commit_brings_the_first_login(desk: Desk, web: Box) -> None:
    web.add_variable("PACKAGES_TOKEN", VALUE, repository="quiet")
    assert ("quiet", "", "PACKAGES_TOKEN") not in verdicts(listed(desk))
    silently(web, "quiet", lambda: web.commit("quiet", "feature/a", {"bitbucket-pipelines.yml": STORED}))
    assert verdicts(listed(desk))["quiet", "", "PACKAGES_TOKEN"] == "in-use"


def test_a_tag_and_a_branch_that_is_gone(desk: Desk, web: Box) -> None:
    web.commit("web", "old", {"bitbucket-pipelines.yml": STORED})
    web.commit("web", "main", {"bitbucket-pipelines.yml": NATIVE})
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "in-use"

    def git(*arguments: str) -> None:
        folder = web.state.repositories["web"].folder
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)

    silently(web, "web", lambda: git("tag", "v1", "old"))
    silently(web, "web", lambda: git("branch", "-D", "old"))
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "rollback-only"
    silently(web, "web", lambda: git("tag", "-d", "v1"))
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "removable"


def test_a_variable_that_is_added(desk: Desk, web: Box) -> None:
    assert ("web", "", "PACKAGES_EMAIL") not in verdicts(listed(desk))
    silently(web, "web", lambda: web.add_variable("PACKAGES_EMAIL", VALUE, repository="web"))
    assert verdicts(listed(desk))["web", "", "PACKAGES_EMAIL"] == "in-use"


@pytest.mark.parametrize("environment", [None, "Production"])
def test_a_variable_that_is_made_again_with_another_uuid(desk: Desk, web: Box, environment: str | None) -> None:
    key = "PACKAGES_EMAIL" if environment else "PACKAGES_TOKEN"

    def uuid() -> str:
        (found,) = (one for one in listed(desk)["variables"] if (one["key"], one["environment"]) == (key, environment))
        return str(found["uuid"])

    before = uuid()
    held = web.variables("web", environment)
    for one in [one for one in held.values() if one.key == key]:
        del held[one.uuid]
    web.add_variable(key, VALUE, repository="web", environment=environment)
    assert uuid() != before


def test_a_variable_that_is_taken_away_and_hid_one_of_the_workspace(desk: Desk, web: Box) -> None:
    web.add_repository("other", {"main": {"bitbucket-pipelines.yml": STORED}})
    web.commit("other", "main", {"bitbucket-pipelines.yml": NATIVE})
    for slug in (None, "web"):
        web.add_variable("PACKAGES_EMAIL", VALUE, repository=slug)
    assert verdicts(listed(desk))["", "", "PACKAGES_EMAIL"] == "removable"
    held = web.variables("web")
    for one in [one for one in held.values() if one.key == "PACKAGES_EMAIL"]:
        del held[one.uuid]
    assert verdicts(listed(desk))["", "", "PACKAGES_EMAIL"] == "in-use"


def test_a_deployment_that_is_added(desk: Desk, web: Box) -> None:
    listed(desk)

    def add() -> None:
        web.add_environment("web", "Staging")
        web.add_variable("PACKAGES_TOKEN", VALUE, repository="web", environment="Staging")

    silently(web, "web", add)
    assert ("web", "Staging", "PACKAGES_TOKEN") in verdicts(listed(desk))


def test_a_level_that_is_hidden_from_now_on(desk: Desk, web: Box) -> None:
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "in-use"
    web.faults.add("/2.0/repositories/acme/web/pipelines_config/variables", 403, times=9)
    assert verdicts(listed(desk))["web", "", "PACKAGES_TOKEN"] == "not-checked"


def test_a_variable_of_the_workspace_and_one_that_names_a_registry(desk: Desk, web: Box) -> None:
    web.commit("quiet", "main", {"bitbucket-pipelines.yml": STORED.replace("crg.apkg.io", "$REGISTRY")})
    web.add_variable("PACKAGES_TOKEN", VALUE, repository="quiet")
    assert ("quiet", "", "PACKAGES_TOKEN") not in verdicts(listed(desk))
    web.add_variable("REGISTRY", "crg.apkg.io", secured=False)
    assert verdicts(listed(desk))["quiet", "", "PACKAGES_TOKEN"] == "in-use"


def test_a_schedule_decides_nothing_as_every_branch_runs(desk: Desk, web: Box) -> None:
    first = bare(listed(desk))
    web.add_schedule("web", "main")
    assert bare(listed(desk)) == first
    assert bare(listed(desk, "--max-age", "0")) == first


def test_an_answer_is_asked_for_again_with_other_rules(desk: Desk, web: Box) -> None:
    listed(desk)
    desk.box.forget_requests()
    listed(desk, "--rollback-window", "7")
    assert len(of(desk.box)["web"]) >= 4


def test_a_repository_whose_branches_cannot_be_asked_for_is_not_trusted(desk: Desk, web: Box) -> None:
    listed(desk)
    web.faults.add("/git/acme/web.git/*", 403, times=99)
    done = desk.list("--all")
    assert done.code == 3
    assert '"web"' in done.out
    assert "not-checked" not in done.out or "web" in done.out

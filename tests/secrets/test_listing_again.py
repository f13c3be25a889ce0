"""Which repositories of a plan are as they were, and which are read again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.findings.settings import Settings
from migrator.rulebook import reading as rulebook
from migrator.secrets import listing
from migrator.secrets.asking import Asking
from migrator.secrets.listing import _unchanged
from migrator.secrets.records import RepositoryFacts
from migrator.secrets.survey import RecentRuns
from tests.secrets.commits import WHEN, run
from tests.secrets.test_plan import PLAN, ROW

A, B = "a" * 40, "b" * 40
SHARED = Variable(Level.WORKSPACE, "PAT", "{s}", True)
OWN = Variable(Level.REPOSITORY, "PAT", "{1}", True)
BEFORE = WHEN + timedelta(days=1)
UNUSED: Any = None


def web(slug: str = "web", address: str = "https://x.invalid/web.git") -> Repository:
    return Repository(f"{{{slug}}}", slug, f"acme/{slug}", "main", address, None, True, None)


@pytest.mark.parametrize(
    ("heads", "runs", "same"),
    [
        ({"refs/heads/main": A}, RecentRuns(), True),
        ({"refs/heads/main": B}, RecentRuns(), False),
        ({"refs/heads/main": A, "refs/tags/v1": A}, RecentRuns(), False),
        ({"refs/heads/main": A}, RecentRuns((), "no answer"), False),
        ({"refs/heads/main": A}, RecentRuns((run(1, "PENDING", sha=A),)), True),
        ({"refs/heads/main": A}, RecentRuns((run(1, "PENDING", sha=A[:12]),)), True),
        ({"refs/heads/main": A}, RecentRuns((run(1, "PENDING", sha=B),)), False),
        ({"refs/heads/main": A}, RecentRuns((run(1, "PENDING"),)), False),
        ({"refs/heads/main": A}, RecentRuns((run(1, sha=B),)), True),
        ({"refs/heads/main": A}, RecentRuns((run(1),)), True),
        ({"refs/heads/main": A}, RecentRuns((run(1, sha=A), run(2, sha=B), run(3, "PENDING", sha=B))), False),
    ],
)
def test_a_repository_is_as_it_was_where_nothing_else_can_run(
    heads: dict[str, str], runs: RecentRuns, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(listing, "heads", lambda asking, one: asked.append(one.slug) or heads)
    monkeypatch.setattr(listing, "runs_of", lambda asking, one: runs)
    plan = replace(PLAN, created=BEFORE.isoformat(), heads={"web": {"refs/heads/main": A}})
    assert _unchanged(UNUSED, web(), plan) == same
    assert not _unchanged(UNUSED, web("api"), plan)
    assert not _unchanged(UNUSED, web(address=""), plan)
    assert asked == ["web"]


@pytest.mark.parametrize(("created", "same"), [(WHEN, False), (WHEN + timedelta(seconds=1), True)])
def test_a_run_that_ended_before_the_plan_was_made_is_in_it(
    created: datetime, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "heads", lambda asking, one: {"refs/heads/main": A})
    monkeypatch.setattr(listing, "runs_of", lambda asking, one: RecentRuns((run(1, sha=B),)))
    plan = replace(PLAN, created=created.isoformat(), heads={"web": {"refs/heads/main": A}})
    assert _unchanged(UNUSED, web(), plan) == same


class World:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.there = True
        self.asking = Asking(
            UNUSED, "acme", Path(), rulebook.load(), Settings(), progress=lambda slug: self.log.append(f"at {slug}")
        )
        monkeypatch.setattr(listing.repositories, "repository", lambda client, workspace, slug: web(slug))
        monkeypatch.setattr(listing.repositories, "repositories", lambda *_: [web(), web("api")])
        monkeypatch.setattr(listing.inventories, "of_workspace", lambda *_: Inventory((SHARED,), ()))
        monkeypatch.setattr(listing.inventories, "inventory", lambda *_: Inventory((OWN, SHARED), ()))
        monkeypatch.setattr(listing, "fetch", lambda asking, one: self.there)
        monkeypatch.setattr(listing, "candidates_of", lambda *_: frozenset({"PAT", "OTHER"}))
        monkeypatch.setattr(listing, "facts_of", self.facts_of)
        monkeypatch.setattr(listing, "_unchanged", lambda asking, one, plan: one.slug == "web")

    def facts_of(self, asking: object, one: Repository, stored: Inventory, names: frozenset[str], keys: set[str],
                 resolve: object, *, there: bool) -> RepositoryFacts:  # fmt: skip
        self.log.append(f"reads {one.slug} for {sorted(names)} {sorted(keys)} {there}")
        return RepositoryFacts(one.slug, (), names, stored.variables, stored.not_checked)


@pytest.mark.parametrize("there", [True, False])
def test_one_repository_is_read_for_its_candidates(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.there = there
    found = listing.of_repository(world.asking, "web")
    names, keys = (["OTHER", "PAT"], ["PAT"]) if there else ([], [])
    assert world.log == ["at web", f"reads web for {names} {keys} {there}"]
    rows = [(row.variable.level, str(row.verdict)) for row in found.rows]
    assert rows == ([(Level.WORKSPACE, "cannot-tell"), (Level.REPOSITORY, "removable")] if there else [])


def test_of_a_plan_those_are_read_again_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    rows, changed, there = listing.again(world.asking, replace(PLAN, repository=""))
    assert world.log == ["reads api for ['PAT'] [] True"]
    assert (changed, there) == ({"api"}, {"web", "api"})
    assert [(row.repository, str(row.verdict)) for row in rows] == [("", "removable"), ("api", "removable")]
    assert world.asking.listed.keys() == {"web", "api"}


def test_of_a_plan_of_one_repository_no_other_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    plan = replace(PLAN, repository="api", rows=(replace(ROW, key="OTHER"),))
    rows, changed, there = listing.again(world.asking, plan)
    assert (changed, there, rows) == ({"api"}, {"api"}, ())
    rows, _, _ = listing.again(world.asking, replace(PLAN, repository="api"))
    assert [(row.repository, str(row.verdict)) for row in rows] == [("", "cannot-tell"), ("api", "removable")]
    assert "the other repositories of the workspace were not checked" in rows[0].evidence[0].text
    monkeypatch.setattr(listing, "_unchanged", lambda *_: True)
    assert listing.again(world.asking, plan) == ((), frozenset(), frozenset({"api"}))

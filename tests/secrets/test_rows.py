"""From what repositories say to rows: which variables have one, in which order, and what nobody looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.findings.settings import Settings
from migrator.rulebook import reading as rulebook
from migrator.secrets.asking import Asking
from migrator.secrets.records import RemovalVerdict, RepositoryFacts
from migrator.secrets.rows import MOST, judged, shared_keys
from migrator.secrets.surveying import _hiding

UNUSED: Any = None
ASKING = Asking(UNUSED, "acme", Path(), rulebook.load(), Settings(), now=datetime(2026, 11, 24, tzinfo=UTC))


def stored(level: Level, key: str, uuid: str) -> Variable:
    return Variable(level, key, uuid, True, "production" if level is Level.DEPLOYMENT else None)


OWN = stored(Level.REPOSITORY, "PAT", "{1}")
OTHER = stored(Level.REPOSITORY, "OTHER", "{2}")
SHARED = stored(Level.WORKSPACE, "PAT", "{3}")
ELSE = stored(Level.WORKSPACE, "ELSE", "{4}")
NATIVE = stored(Level.REPOSITORY, "BITBUCKET_PACKAGES_TOKEN", "{5}")


def facts(slug: str, *variables: Variable, candidates: frozenset[str] = frozenset({"PAT"})) -> RepositoryFacts:
    return RepositoryFacts(slug, (), candidates, variables)


def test_nothing_is_no_row() -> None:
    done = judged(ASKING, [], (), "")
    assert (done.rows, done.others, done.heads) == ((), 0, {})


def test_candidates_and_what_shadows_have_a_row_and_the_others_are_counted() -> None:
    done = judged(ASKING, [facts("web", OWN, OTHER, ELSE, NATIVE), facts("api", OTHER, ELSE)], (), "")
    assert {(one.repository, one.variable.key, one.verdict) for one in done.rows} == {
        ("web", "PAT", RemovalVerdict.REMOVABLE),
        ("web", "BITBUCKET_PACKAGES_TOKEN", RemovalVerdict.SHADOWS),
    }
    assert done.others == 3, "the one of the workspace is one"


def test_a_variable_of_the_workspace_has_one_row_for_all_that_see_it() -> None:
    done = judged(ASKING, [facts("web", SHARED), facts("api", SHARED)], (), "", above=Inventory((SHARED, ELSE), ()))
    assert [(one.repository, one.variable.uuid, one.verdict) for one in done.rows] == [
        ("", "{3}", RemovalVerdict.REMOVABLE)
    ]
    assert done.others == 1


def test_what_nobody_looked_at_keeps_the_variables_of_the_workspace() -> None:
    for failed, unseen, left, count in (
        ((("api", "no"),), "", (), 1),
        ((), "others were not checked", (), 1),
        ((), "", ("api",), 1),
        (tuple((f"r{number}", "no") for number in range(MOST)), "", (), MOST),
        (tuple((f"r{number}", "no") for number in range(MOST + 5)), "", (), MOST + 1),
    ):
        done = judged(ASKING, [facts("web", SHARED, OWN)], failed, unseen, left)
        verdicts = {one.repository: one.verdict for one in done.rows}
        assert verdicts == {"": RemovalVerdict.CANNOT_TELL, "web": RemovalVerdict.REMOVABLE}
        (row,) = [one for one in done.rows if not one.repository]
        assert row.places == count


def test_names_that_a_repository_hides_are_its_own_in_place_of_the_workspace_s_and_those_of_deployments() -> None:
    deployed = stored(Level.DEPLOYMENT, "D", "{6}")
    everything = Inventory((OWN, OTHER, SHARED, ELSE, deployed), ())
    assert _hiding(everything) == {"PAT", "D"}
    assert _hiding(Inventory((OWN, OTHER), ())) == set()
    assert shared_keys(Inventory((SHARED, ELSE), ()), frozenset({"PAT"})) == {"PAT"}


def test_a_candidate_may_be_a_secret_on_a_level_that_could_not_be_read() -> None:
    level = NotChecked(Level.DEPLOYMENT, "production", "forbidden")
    web = replace(facts("web", OWN, candidates=frozenset({"PAT", "TOKEN"})), not_checked=(level, level))
    hidden = [one for one in judged(ASKING, [web, web], (), "").rows if one.verdict is RemovalVerdict.NOT_CHECKED]
    assert [(one.repository, one.variable) for one in hidden] == [
        ("web", Variable(Level.DEPLOYMENT, name, "", True, "production")) for name in ("PAT", "TOKEN")
    ]

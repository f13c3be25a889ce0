"""From what repositories say to rows: which variables have one, in which order, and what nobody looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.findings.settings import Settings
from migrator.rulebook import reading as rulebook
from migrator.secrets.asking import Asking
from migrator.secrets.records import Evidence, Leaving, RefFacts, RemovalVerdict, RepositoryFacts, Stand, StoredAt
from migrator.secrets.references.records import NOTHING
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
        (tuple((f"r{number}", "no") for number in range(MOST + 5)), "", (), MOST),
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


def test_rows_stand_by_what_shadows_then_by_repository_level_deployment_and_name() -> None:
    live, test = (Variable(Level.DEPLOYMENT, "PAT", f"{{{name}}}", True, name) for name in ("live", "test"))
    more = stored(Level.REPOSITORY, "A", "{8}")
    names = frozenset({"PAT", "A"})
    web = facts("web", test, live, OWN, more, SHARED, candidates=names)
    rows = judged(ASKING, [web, facts("api", OWN, NATIVE)], (), "").rows
    assert [(one.repository, str(one.variable.level), one.variable.environment, one.variable.key) for one in rows] == [
        ("api", "repository", None, "BITBUCKET_PACKAGES_TOKEN"),
        ("", "workspace", None, "PAT"),
        ("api", "repository", None, "PAT"),
        ("web", "deployment", "live", "PAT"),
        ("web", "deployment", "test", "PAT"),
        ("web", "repository", None, "A"),
        ("web", "repository", None, "PAT"),
    ]  # fmt: skip


def test_a_listing_says_what_was_read_and_what_was_not() -> None:
    hidden = NotChecked(Level.WORKSPACE, None, "forbidden")
    own = NotChecked(Level.REPOSITORY, None, "forbidden")
    left = Leaving(frozenset({"PAT"}))
    every = [
        replace(facts("web", OWN, SHARED), not_checked=(hidden, own), heads={"refs/heads/main": "a"}, leaving=left),
        replace(facts("api"), not_checked=(hidden,)),
    ]
    done = judged(ASKING, every, [("ci", "no answer")], "")
    assert done.not_checked == (("", hidden), ("web", own))
    assert done.failed == (("ci", "no answer"),)
    assert done.heads == {"web": {"refs/heads/main": "a"}, "api": {}}
    assert (done.workspace, done.leaving) == ("acme", left)
    assert done.stored == {
        StoredAt(Level.REPOSITORY, "web", "", "PAT"),
        StoredAt(Level.WORKSPACE, "", "", "PAT"),
    }


@pytest.mark.parametrize(
    ("failed", "unseen", "left", "expected"),
    [
        ([("api", "no answer")], "", (), ["patless could not read api: no answer"]),
        ([], "", ("api",), ["1 repository was not asked yet"]),
        ([], "", ("api", "ci"), ["2 repositories were not asked yet"]),
        ([], "the others were not checked", (), ["the others were not checked"]),
    ],
)
def test_why_a_variable_of_the_workspace_is_left_open_is_told(
    failed: list[tuple[str, str]], unseen: str, left: tuple[str, ...], expected: list[str]
) -> None:
    (row,) = judged(ASKING, [facts("web", SHARED)], failed, unseen, left).rows
    assert [(one.kind, one.text) for one in row.evidence] == [("not-looked", text) for text in expected]
    many = [(f"r{number}", "no") for number in range(MOST + 1234)]
    (row,) = judged(ASKING, [facts("web", SHARED)], many, "").rows
    assert (row.places, row.evidence[-2].text) == (MOST, f"patless could not read r{MOST - 2}: no")
    assert row.evidence[-1].text == "patless could not read 1,235 more repositories"


def test_a_level_that_could_not_be_read_has_one_row_of_each_name_that_it_may_hold() -> None:
    hidden = NotChecked(Level.WORKSPACE, None, "forbidden")
    web = replace(facts("web", OWN), not_checked=(hidden,))
    done = judged(ASKING, [web, replace(web, repository="api")], (), "")
    (row,) = [one for one in done.rows if one.verdict is RemovalVerdict.NOT_CHECKED]
    assert (row.repository, row.variable.key, row.evidence[0].text) == ("", "PAT", "forbidden")
    known = replace(facts("web", SHARED), not_checked=(hidden,))
    assert [str(one.verdict) for one in judged(ASKING, [known], (), "").rows] == ["removable"]


def test_what_a_login_needs_and_no_level_has_is_a_row() -> None:
    use = Evidence("shell", "main", "a.sh", 1, "$GONE")
    main = RefFacts("main", Stand.NOW, "a", 0, "", NOTHING, True, needs=(("GONE", use), ("PAT", use)))
    (row,) = judged(ASKING, [RepositoryFacts("web", (main,), frozenset(), (SHARED,))], (), "").rows
    assert (row.repository, row.variable.key, str(row.verdict), row.evidence) == (
        "web",
        "GONE",
        "undefined-variable",
        (use,),
    )

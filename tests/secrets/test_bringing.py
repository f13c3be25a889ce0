"""What git says of a repository, how a copy is surveyed, and records of what is known of variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.names import PATHSPECS
from migrator.repositories.refs import Ref, RefKind
from migrator.rulebook import reading as rulebook
from migrator.secrets import bringing, surveying
from migrator.secrets.asking import Asking
from migrator.secrets.bringing import Bringing, Brought
from migrator.secrets.records import (
    Alive,
    Evidence,
    Leaving,
    RemovalVerdict,
    StoredAt,
    VariableRow,
    Waiver,
    deployment,
)
from migrator.secrets.survey import RecentRuns

WEB = Repository("{w}", "web", "acme/web", "main", "https://x.invalid/web.git", None, True, None)
SHARED = Variable(Level.WORKSPACE, "REGISTRY", "{1}", False, value="crg.apkg.io")
OWN = Variable(Level.REPOSITORY, "PAT", "{2}", True)
MAIN = Ref("refs/heads/main", RefKind.BRANCH, "a" * 40, 0, "")
LEFT = Leaving(frozenset({"X"}))
UNUSED: Any = None


class Copy:
    """A copy of a repository: whether it has commits and ever had pipelines, and what it imports."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, leaving: bool = True) -> None:
        self.there, self.ever, self.imports = True, True, frozenset({"ci:main:x"})
        self.given: list[Any] = []
        monkeypatch.setattr(bringing, "mirror", lambda asking, one: self.there)
        monkeypatch.setattr(bringing, "records", self.records)
        monkeypatch.setattr(bringing, "refs", lambda root: [MAIN])
        monkeypatch.setattr(bringing, "surveyed", self.surveyed)
        asking = Asking(UNUSED, "acme", Path(), UNUSED, Settings(), leaving=leaving)
        self.bringing = Bringing(asking, Inventory((SHARED,), ()), UNUSED)

    def records(self, root: Path, *asked: str, separator: bytes) -> Iterable[bytes]:
        assert {"--all", "--full-history"} <= set(asked)
        assert (asked[2], asked[asked.index("--") + 1 :]) == ("log", PATHSPECS)
        return [b"a commit"] if self.ever else []

    @contextmanager
    def surveyed(self, asking: Asking, one: Repository, stored: Inventory, resolve: Any, *, plain: bool) -> Any:
        assert plain
        self.given.append(stored)
        yield SimpleNamespace(
            every=(MAIN,),
            imports=lambda: self.imports,
            candidates=lambda imports: frozenset({"PAT", *imports}),
            leaving=lambda: LEFT,
        )


@pytest.mark.parametrize(("leaving", "left"), [(True, LEFT), (False, None)])
def test_what_git_says_of_a_repository_with_pipelines(
    leaving: bool, left: Leaving | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copy(monkeypatch, leaving=leaving)
    heads = {"refs/heads/main": "a" * 40}
    names = frozenset({"PAT", "ci:main:x"})
    assert copy.bringing.brought(WEB) == Brought(True, True, names, left, heads, True)
    assert copy.given == [Inventory((SHARED,), ())]
    copy.imports = frozenset()
    assert copy.bringing.brought(WEB) == Brought(True, True, frozenset({"PAT"}), left, heads, False)
    again = copy.bringing.again(WEB, Brought(True, False, heads={"x": "y"}), Inventory((OWN, SHARED), ()))
    assert again == Brought(True, False, frozenset({"PAT"}), left, {"x": "y"}, False)
    assert copy.given[-1] == Inventory((OWN, SHARED), ())


def test_a_repository_without_pipelines_has_branches_and_one_without_commits_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = Copy(monkeypatch)
    copy.ever = False
    assert copy.bringing.brought(WEB) == Brought(there=True, heads={"refs/heads/main": "a" * 40})
    copy.there = False
    assert copy.bringing.brought(WEB) == Brought()
    assert copy.given == []


@pytest.mark.parametrize("plain", [True, False])
def test_a_survey_knows_hosts_runs_and_changes(plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    runs = RecentRuns((), "no")

    @contextmanager
    def opened(root: Path) -> Iterator[Path]:
        yield root

    def is_open(client: object, workspace: str, slug: str, branch: str, to: str) -> bool:
        asked.append((workspace, slug, branch, to))
        return True

    monkeypatch.setattr(surveying, "Objects", opened)
    monkeypatch.setattr(surveying, "refs", lambda root: [MAIN])
    monkeypatch.setattr(surveying, "runs_of", lambda asking, one: runs)
    monkeypatch.setattr(surveying, "destinations", lambda root: {"a": "main"})
    monkeypatch.setattr(surveying, "is_open", is_open)
    asking = Asking(UNUSED, "acme", Path("/cache"), rulebook.load(), Settings(variables={"A": "b"}))
    with surveying.surveyed(asking, WEB, Inventory((SHARED, OWN), ()), UNUSED, plain=plain) as survey:
        settings = Settings(variables={"A": "b"}, hosts={"REGISTRY": "crg.apkg.io"}, workspace="acme", repository="web")
        assert (survey.settings, survey.every) == (settings, (MAIN,))
        assert (survey.runs, dict(survey.made)) == ((RecentRuns(), {}) if plain else (runs, {"a": "main"}))
        assert [survey.changes("x", "main") for _ in range(2)] == [True, True]
    assert asked == [("acme", "web", "x", "main")], "each is asked for once"


# Records


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("Production", "production"), (" My  Live_1 ", "my-live-1"), ("STRASSE", "strasse"), ("Straße", "strasse")],
)
def test_names_of_deployments_are_compared_without_case_and_separators(name: str, spelled: str) -> None:
    assert deployment(name) == spelled


@pytest.mark.parametrize(
    ("waiver", "covers"),
    [
        (Waiver("dump", "why", date(2026, 11, 24)), True),
        (Waiver("dump", "why", date(2026, 11, 23)), False),
        (Waiver("eval", "why", date(2026, 12, 1)), False),
        (Waiver("dump", "why", date(2026, 12, 1), "a.sh"), True),
        (Waiver("dump", "why", date(2026, 12, 1), "b.sh"), False),
        (Waiver("dump", "why", date(2026, 12, 1), "a.sh", "PAT"), True),
        (Waiver("dump", "why", date(2026, 12, 1), "", "OTHER"), False),
    ],
)
def test_a_waiver_covers_its_kind_file_and_variable_until_its_last_day(waiver: Waiver, covers: bool) -> None:
    assert waiver.covers("dump", "a.sh", "PAT", date(2026, 11, 24)) == covers


def test_what_leaves_steps_of_many_is_what_leaves_those_of_each() -> None:
    every = [Leaving(frozenset({"A"}), frozenset({"B"})), Leaving(frozenset({"C"})), Leaving()]
    assert Leaving.of(every) == Leaving(frozenset({"A", "C"}), frozenset({"B"}))
    assert Leaving.of(iter(())) == Leaving()


def test_a_row_counts_what_is_not_shown_too() -> None:
    seen = Evidence("shell", "main", "a.sh", 1, "$PAT")
    row = VariableRow("web", OWN, RemovalVerdict.IN_USE, (seen,), alive=(Alive("main", "Ada", 0, ""),))
    assert (row.places, row.branches, row.level) == (1, 1, "repository")
    more = VariableRow("web", OWN, RemovalVerdict.UNDEFINED, (seen,), evidence_others=3, alive_others=4)
    assert (more.places, more.branches, more.level) == (4, 4, "")
    assert [one for one in RemovalVerdict if one.may_go] == [RemovalVerdict.ACCEPTED, RemovalVerdict.REMOVABLE]


@pytest.mark.parametrize(
    ("variable", "place"),
    [
        (OWN, StoredAt(Level.REPOSITORY, "web", "", "PAT")),
        (SHARED, StoredAt(Level.WORKSPACE, "", "", "REGISTRY")),
        (Variable(Level.DEPLOYMENT, "PAT", "{3}", True, "Live"), StoredAt(Level.DEPLOYMENT, "web", "Live", "PAT")),
    ],
)  # fmt: skip
def test_where_a_variable_is_stored(variable: Variable, place: StoredAt) -> None:
    assert StoredAt.of(variable, "web") == place

"""What is put together of one repository, and how the pipelines that it imports are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrator.bitbucket import repositories
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.repositories.git import GitError
from migrator.repositories.refs import Ref, RefKind
from migrator.secrets import surveying
from migrator.secrets.records import Leaving, RefFacts, RepositoryFacts, Stand
from migrator.secrets.references.records import Doubt, Found, OpaqueKind
from migrator.secrets.survey import Exported
from migrator.secrets.surveying import Resolver, facts_of

WEB = Repository("{w}", "web", "acme/web", "main", "", None, True, None)
CI = Repository("{c}", "ci", "acme/ci", "main", "", None, True, None)
DOUBTS = tuple(
    Doubt(kind, "a", 1, 1, text) for kind, text in ((OpaqueKind.IMPORT, "ci:main"), (OpaqueKind.DUMP, "env"))
)
MAIN = RefFacts("main", Stand.NOW, "a" * 40, 0, "", Found(opaque=DOUBTS), True)


def variable(level: Level, key: str) -> Variable:
    return Variable(level, key, "{v}", True)


STORED = Inventory(
    (
        variable(Level.WORKSPACE, "BOTH"),
        variable(Level.REPOSITORY, "BOTH"),
        variable(Level.WORKSPACE, "ABOVE"),
        variable(Level.REPOSITORY, "OWN"),
        variable(Level.DEPLOYMENT, "DEPLOYED"),
        variable(Level.DEPLOYMENT, "UNNAMED"),
    ),
    (),
)


def facts(monkeypatch: pytest.MonkeyPatch, *, leaving: bool, there: bool = True) -> tuple[RepositoryFacts, list[Any]]:
    asked: list[Any] = []

    def refs_of(names: frozenset[str]) -> tuple[tuple[RefFacts, ...], tuple[str, ...]]:
        asked.append(names)
        return (MAIN,), ("a gap",)

    survey = SimpleNamespace(
        refs=refs_of,
        needed=lambda: {"NEEDED"},
        leaving=lambda: Leaving(frozenset({"LEFT"})),
        every=(Ref("refs/heads/main", RefKind.BRANCH, "a" * 40, 0, ""),),
    )

    @contextmanager
    def surveyed(*given: object) -> Iterator[Any]:
        yield survey

    monkeypatch.setattr(surveying, "surveyed", surveyed)
    asking: Any = SimpleNamespace(leaving=leaving)
    names, keys, resolve = frozenset({"OWN", "DEPLOYED"}), {"BOTH", "ABOVE"}, Resolver(asking)
    return facts_of(asking, WEB, STORED, names, keys, resolve, there=there), asked


def test_what_can_change_without_a_branch_is_a_head_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = facts(monkeypatch, leaving=True)
    assert asked == [{"OWN", "DEPLOYED", "BOTH", "ABOVE", "NEEDED"}]
    assert found.heads == {
        "refs/heads/main": "a" * 40,
        "has its own variable named BOTH": "",
        "has its own variable named DEPLOYED": "",
        "imports ci:main": "",
    }
    assert (found.refs, found.gaps, found.candidates) == ((MAIN,), ("a gap",), {"OWN", "DEPLOYED"})
    assert found.leaving == Leaving(frozenset({"LEFT"}))


def test_what_leaves_a_step_is_looked_for_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert facts(monkeypatch, leaving=False)[0].leaving == Leaving()


def test_a_repository_without_commits_has_variables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = facts(monkeypatch, leaving=True, there=False)
    assert asked == []
    assert found == RepositoryFacts("web", (), frozenset({"OWN", "DEPLOYED"}), STORED.variables)


# Pipelines of another repository

PIPELINES = "bitbucket-pipelines.yml"
BRANCH = Ref("refs/heads/v1", RefKind.BRANCH, "b" * 40, 0, "")
TAG = Ref("refs/tags/v1", RefKind.TAG, "c" * 40, 0, "")


class Workspace:
    """One repository that exports, as git has it here; `asked` are the names that Bitbucket was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there, self.size, self.is_file = True, 10, True
        self.error: Exception | None = None
        self.refs = [BRANCH]
        self.asked: list[str] = []
        self.read: list[str] = []
        self.asking: Any = SimpleNamespace(client=None, workspace="acme", cache=Path("/nowhere"), listed={})
        monkeypatch.setattr(repositories, "repository", self.repository)
        monkeypatch.setattr(surveying, "mirror", lambda asking, one: self.there)
        monkeypatch.setattr(surveying, "refs", lambda root: self.refs)
        monkeypatch.setattr(surveying, "Objects", self.objects)

    def repository(self, client: object, workspace: str, slug: str) -> Repository:
        self.asked.append(slug)
        if self.error:
            raise self.error
        return CI

    @contextmanager
    def objects(self, root: Path) -> Iterator[Any]:
        def entries(commit: str) -> Iterator[Any]:
            self.read.append(commit)
            yield SimpleNamespace(path="other.yml", oid="x", is_file=True)
            yield SimpleNamespace(path=PIPELINES, oid="o", is_file=self.is_file)

        sizes = {} if self.size < 0 else {"o": self.size}
        yield SimpleNamespace(entries=entries, sizes=lambda oids: sizes, read=lambda oid: f"text of {oid}".encode())

    def resolved(self, text: str = "ci:v1:build") -> Exported:
        return Resolver(self.asking)(text)


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Workspace:
    return Workspace(monkeypatch)


def test_the_file_of_a_branch_or_a_tag_or_a_commit_is_read_once(workspace: Workspace) -> None:
    resolve = Resolver(workspace.asking)
    assert [resolve("ci:v1:build") for _ in range(2)] == [Exported(b"text of o", "ci@v1")] * 2
    assert (workspace.asked, workspace.read) == (["ci"], ["b" * 40])
    workspace.refs = [Ref("refs/heads/v10", RefKind.BRANCH, "d" * 40, 0, ""), TAG]
    workspace.resolved()
    workspace.refs = []
    workspace.resolved(f"ci:{'e' * 40}")
    assert workspace.read == ["b" * 40, "c" * 40, "e" * 40]


def test_what_was_listed_is_not_asked_for(workspace: Workspace) -> None:
    workspace.asking.listed["ci"] = CI
    assert workspace.resolved().data == b"text of o"
    assert workspace.asked == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"there": False}, "it has no commits"),
        ({"refs": [BRANCH, TAG]}, "it is a branch and a tag, at different commits"),
        ({"is_file": False}, f"{PIPELINES} is a link there"),
        ({"size": 2 * 1024 * 1024 + 1}, "it is larger than 2 MiB"),
        ({"size": -1}, "it is larger than 2 MiB"),
        ({"error": ApiError(Cause.MISSING, "it is gone")}, "it is gone"),
        ({"error": GitError("git is refused")}, "git is refused"),
        ({"error": ValueError("no name")}, "no name"),
    ],
)
def test_why_a_file_cannot_be_read_is_told(workspace: Workspace, changed: dict[str, Any], why: str) -> None:
    for name, value in changed.items():
        setattr(workspace, name, value)
    assert workspace.resolved() == Exported(None, "ci@v1", why)


def test_a_file_of_just_the_size_that_is_read_is_read(workspace: Workspace) -> None:
    workspace.size = 2 * 1024 * 1024
    assert workspace.resolved().data == b"text of o"
    workspace.refs = [BRANCH, Ref("refs/tags/v1", RefKind.TAG, BRANCH.commit, 0, "")]
    assert workspace.resolved().data == b"text of o"


def test_a_name_that_means_no_file_is_told(workspace: Workspace) -> None:
    found = workspace.resolved("what")
    assert (found.data, found.at) == (None, "what")
    assert "is not of the form" in found.why
    assert workspace.asked == []


@pytest.mark.parametrize("kind", [Cause.SPENT, Cause.UNAUTHORISED])
def test_an_answer_after_which_nothing_can_be_asked_says_nothing_about_the_file(
    workspace: Workspace, kind: Cause
) -> None:
    workspace.error = ApiError(kind, "no more")
    with pytest.raises(ApiError, match="no more"):
        workspace.resolved()

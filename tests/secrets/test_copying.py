"""What git is asked to bring of a repository, and what it is not asked for again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import Repository
from migrator.findings.settings import Settings
from migrator.repositories.direct import NotDirect
from migrator.repositories.git import GitError
from migrator.secrets import copying
from migrator.secrets.asking import Asking
from migrator.secrets.survey import RecentRuns
from tests.secrets.commits import run

HEADS = {"refs/heads/main": "a" * 40}
UNUSED: Any = None


class Credentials:
    def git_authorization(self, url: str, api: str) -> str:
        return f"header for {url} of {api}"

    def git_environment(self, url: str, api: str) -> dict[str, str]:
        return {"for": url, "of": api}


class Git:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.log: list[str] = []
        self.heads: dict[str, str] = HEADS
        self.here: dict[str, str] = {}
        self.partial = False
        self.known: dict[str, str] = {}
        self.refused: ApiError | None = None
        self.root = root
        client: Any = SimpleNamespace(base="https://api.invalid", credentials=Credentials())
        self.asking = Asking(client, "acme", root, UNUSED, Settings())
        monkeypatch.setattr(copying.remote, "heads", self.remote_heads)
        monkeypatch.setattr(copying.remote, "mirror", lambda place, url, environment: self.log.append(f"mirror {url}"))
        monkeypatch.setattr(copying.remote, "bring", self.bring)
        monkeypatch.setattr(copying.remote, "is_partial", lambda place: self.partial)
        monkeypatch.setattr(copying.remote, "place", lambda cache, workspace, slug: root / slug)
        monkeypatch.setattr(copying, "_commits", lambda place: self.here)
        monkeypatch.setattr(copying.changes, "named_by", lambda place, text: self.known.get(text))
        monkeypatch.setattr(copying.source_commits, "one", self.one)
        monkeypatch.setattr(copying, "Objects", lambda place: self)

    def remote_heads(self, url: str, environment: dict[str, str]) -> dict[str, str]:
        assert environment == {"for": url, "of": "https://api.invalid"}
        self.log.append("heads")
        return self.heads

    def bring(self, root: Path, url: str, environment: dict[str, str], commits: list[str]) -> None:
        assert (root, environment["for"]) == (self.root / "web", url)
        self.log.append(f"bring {' '.join(one[:2] for one in commits)}")

    def one(self, client: object, workspace: str, slug: str, sha: Hash) -> Any:
        self.log.append(f"name {sha.text}")
        if self.refused:
            raise self.refused
        return SimpleNamespace(sha=Hash(sha.text + "0" * 33))

    def __enter__(self) -> Git:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def load(self, commits: list[str]) -> dict[str, str]:
        return {commit: "tree" for commit in commits if commit.startswith("d")}

    def copy(self, *, shallow: bool = False) -> None:
        (self.root / "web").mkdir()
        (self.root / "web" / "HEAD").touch()
        if shallow:
            (self.root / "web" / "shallow").touch()


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Git:
    return Git(monkeypatch, tmp_path)


def web(main: str | None = "main", address: str = "https://x.invalid/web.git") -> Repository:
    return Repository("{w}", "web", "acme/web", main, address, None, True, None)


def test_a_repository_is_mirrored_once_in_a_run(git: Git) -> None:
    assert [copying.mirror(git.asking, web()) for _ in range(2)] == [True, True]
    assert git.log == ["mirror https://x.invalid/web.git"]
    assert git.asking.copies.there == {"web": True}


@pytest.mark.parametrize(
    ("here", "main", "log", "there"),
    [
        (HEADS, "main", ["heads"], True),
        ({}, "main", ["heads", "mirror https://x.invalid/web.git"], True),
        (None, None, ["heads", "mirror https://x.invalid/web.git"], True),
        (HEADS, None, ["heads"], True),
    ],
)
def test_a_copy_that_is_as_it_is_elsewhere_is_not_brought(
    here: dict[str, str] | None, main: str | None, log: list[str], there: bool, git: Git
) -> None:
    if here is not None:
        git.copy()
        git.here = here
    assert copying.mirror(git.asking, web(main)) == there
    assert git.log == log


def test_a_copy_that_lacks_history_is_brought_though_its_branches_are_the_same(git: Git) -> None:
    git.copy(shallow=True)
    git.here = HEADS
    assert copying.mirror(git.asking, web(None))
    assert git.log == ["heads", "mirror https://x.invalid/web.git"]


def test_a_repository_without_branches_has_no_commits(git: Git) -> None:
    git.heads = {}
    assert not copying.mirror(git.asking, web(None))
    assert not copying.fetch(git.asking, web(None))
    assert git.log == ["heads"]


def test_branches_that_were_asked_for_are_not_asked_for_again(git: Git) -> None:
    git.copy()
    git.here = git.asking.copies.heads["web"] = HEADS
    assert copying.mirror(git.asking, web())
    assert git.log == []


@pytest.mark.parametrize("lacks", ["", "history", "files", "all", "a branch"])
def test_a_copy_counts_that_lacks_nothing(lacks: str, git: Git) -> None:
    if lacks != "all":
        git.copy(shallow=lacks == "history")
    git.partial = lacks == "files"
    git.here = {} if lacks == "a branch" else HEADS
    assert copying.has_copy(git.asking, web(), HEADS) == (not lacks)


def test_branches_are_asked_for_directly_or_else_through_git(git: Git) -> None:
    asked: list[Any] = []

    def heads(url: str, authorization: str, kinds: tuple[str, ...], wanted: Any) -> dict[str, str]:
        asked.append((authorization, kinds, wanted("x")))
        if len(asked) > 1:
            raise NotDirect
        return {"refs/heads/direct": "b"}

    direct: Any = SimpleNamespace(heads=heads)
    asking = Asking(git.asking.client, "acme", git.root, UNUSED, Settings(), direct=direct)
    assert copying.heads(asking, web()) == {"refs/heads/direct": "b"}
    assert asked == [
        ("header for https://x.invalid/web.git of https://api.invalid", ("refs/heads/", "refs/tags/"), True)
    ]
    assert copying.heads(asking, web()) == HEADS
    assert copying.heads(git.asking, web()) == HEADS
    with pytest.raises(GitError, match="no address for web"):
        copying.heads(git.asking, web(address=""))


@pytest.mark.parametrize(
    ("shas", "there", "log"),
    [
        (["a" * 40, "b" * 40], [], ["bring aa bb"]),
        (["a" * 40, "b" * 40, "a" * 40], ["b" * 40], ["bring aa"]),
        (["d" * 40, None], [], []),
        (["d" * 40, "c" * 40], [], ["bring cc"]),
        (["a" * 40], ["a" * 40], []),
        (["abcdef1"], [], ["name abcdef1", "bring ab"]),
        (["abcdef2"], [], ["bring ee"]),
        ([], [], []),
    ],
    ids=str,
)
def test_commits_of_runs_are_brought_that_are_not_here(
    shas: list[str | None], there: list[str], log: list[str], git: Git
) -> None:
    git.known = {"abcdef2": "e" * 40}
    runs = tuple(run(number, sha=sha) for number, sha in enumerate(shas))
    git.asking.known_runs["web"] = RecentRuns(runs, "a failure")
    copying.bring_runs(git.asking, web(), there)
    assert git.log == log
    after = git.asking.known_runs["web"]
    assert (len(after.runs), after.failure) == (len(shas), "a failure")
    assert all(one.sha.whole for one in after.runs if one.sha)


def test_a_name_that_nobody_knows_whole_is_not_brought(git: Git) -> None:
    git.refused = ApiError(Cause.MISSING, "no such commit")
    git.asking.known_runs["web"] = RecentRuns((run(1, sha="abcdef1"),))
    copying.bring_runs(git.asking, web(), ())
    assert git.log == ["name abcdef1"]


def test_a_fetch_brings_branches_and_commits_of_runs(git: Git) -> None:
    git.asking.known_runs["web"] = RecentRuns((run(1, sha="a" * 40),))
    assert copying.fetch(git.asking, web())
    assert git.log == ["mirror https://x.invalid/web.git", "bring aa"]

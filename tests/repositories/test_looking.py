"""Work trees that git need not be asked about: what is listed is what git lists, and where that is not known, it is
asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.repositories import git, looking
from migrator.repositories.worktree import WorkTree

MANY = 2000


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return made(tmp_path, monkeypatch)


def made(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """A repository on a machine without settings, that git was asked about."""
    home = folder / "home"
    home.mkdir()
    patch.setenv("HOME", str(home))
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.delenv("XDG_CONFIG_HOME", raising=False)
    top = folder / "root"
    subprocess.run(["git", "init", "--quiet", top], check=True)
    put(top, "a.yml", "ci/build.sh", "docs/old/x.md")
    subprocess.run(["git", "add", "."], cwd=top, check=True)
    for name in [one for one in os.environ if git.is_kept(one)]:
        patch.delenv(name)
    learned(patch)
    return top


def learned(patch: pytest.MonkeyPatch) -> None:
    with looking.learned():
        rules = looking._Machine.rules
    patch.setattr(looking._Machine, "rules", rules)


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x\n")


def listed(root: Path) -> list[str] | None:
    """What was seen, where git is known to list just that."""
    found = looking.seen(root, MANY)
    return sorted(found.paths) if found and looking.is_all_listed(root, found) else None


def by_git(root: Path) -> list[str]:
    tree = WorkTree(root)
    return [one for one in git.files(root) or () if tree._holds(one)]


def test_a_tree_without_rules_is_listed_without_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "new.txt", "ci/more/y.sh")
    (root / "link.sh").symlink_to("ci/build.sh")
    (root / "folder").symlink_to("ci")
    (root / "nowhere").symlink_to("gone")
    (root / "empty").mkdir()
    expected = by_git(root)
    monkeypatch.setattr(git, "files", lambda root: pytest.fail("git was asked"))
    assert list(WorkTree(root).paths()) == expected == listed(root)
    assert "new.txt" in expected


@pytest.mark.parametrize("rules", ["*.pyc\nnode_modules/\n# docs\n\n!a.yml\n", "/dist\r\n.env\r\n", "**/target/**\n"])
def test_rules_that_match_nothing_change_nothing(root: Path, rules: str) -> None:
    (root / ".gitignore").write_text(rules)
    (root / "ci" / ".gitignore").write_text("*.log\n")
    assert listed(root) == by_git(root)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a rule": lambda root: (root / ".gitignore").write_text("docs/\n"),
    "a rule in a folder": lambda root: (root / "docs" / ".gitignore").write_text("old\n"),
    "a rule of this clone": lambda root: (root / ".git" / "info" / "exclude").write_text("*.md\n"),
    "a rule behind a byte order mark": lambda root: (root / ".gitignore").write_text("\ufeffdocs/\n"),
    "brackets": lambda root: (root / ".gitignore").write_text("[d]ocs\n"),
    "an escape": lambda root: (root / ".gitignore").write_text("\\docs\n"),
    "all": lambda root: (root / ".gitignore").write_text("*\n"),
    "rules behind a link": lambda root: (root / ".gitignore").symlink_to("a.yml"),
    "a repository inside": lambda root: subprocess.run(["git", "init", "-q", root / "inside"], check=True),
    "a submodule": lambda root: (put(root, "sub/x"), (root / "sub" / ".git").write_text("gitdir: ../x\n")),
    "a pipe": lambda root: os.mkfifo(root / "pipe"),
    "an own file of rules": lambda root: subprocess.run(
        ["git", "config", "core.excludesFile", "/x"], cwd=root, check=True
    ),
    "letters that are the same": lambda root: subprocess.run(
        ["git", "config", "core.ignoreCase", "true"], cwd=root, check=True
    ),
    "an include": lambda root: subprocess.run(["git", "config", "include.path", "/x"], cwd=root, check=True),
    "a work tree elsewhere": lambda root: subprocess.run(
        ["git", "config", "core.worktree", root.parent], cwd=root, check=True
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_where_it_is_not_known_git_is_asked(root: Path, change: str) -> None:
    assert listed(root) is not None
    CHANGES[change](root)
    assert listed(root) is None


def test_without_having_asked_git_nothing_is_known(root: Path) -> None:
    with looking.learned():
        assert listed(root) is not None
    assert listed(root) is None


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        ("", True),
        ("[user]\n\tname = x\n", True),
        ("[core]\n\texcludesFile = ~/names\n", True),
        ("[include]\n\tpath = ~/more\n", True),
        ('[includeIf "gitdir:/"]\n\tpath = ~/more\n', False),
        ("[broken\n", False),
    ],
)
@pytest.mark.parametrize("name", ["log", "sh"])
def test_rules_of_this_machine_count(
    root: Path, monkeypatch: pytest.MonkeyPatch, settings: str, known: bool, name: str
) -> None:
    home = root.parent / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".gitconfig").write_text(settings)
    (home / "more").write_text("[core]\n\texcludesFile = ~/names\n")
    elsewhere = "names" in settings or "more" in settings
    (home / "names" if elsewhere else home / ".config" / "git" / "ignore").write_text(f"*.{name}\n")
    learned(monkeypatch)
    assert (listed(root) is not None) is (known and name == "log")
    if listed(root) is not None:
        assert listed(root) == by_git(root)


@pytest.mark.parametrize("name", ["GIT_CONFIG_COUNT", "GIT_CEILING_DIRECTORIES"])
def test_variables_of_git_are_for_git(root: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "0")
    learned(monkeypatch)
    assert listed(root) is None


NAMES = st.text("abA.*", min_size=1, max_size=3).filter(lambda one: one not in (".", "..") and "*" not in one)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
RULES = st.lists(st.text("abA.*?/! [", min_size=1, max_size=5), max_size=3).map("\n".join)


@settings(max_examples=40)
@given(paths=st.lists(PATHS, max_size=6), rules=st.lists(st.tuples(PATHS, RULES), max_size=2), own=RULES)
def test_what_is_known_is_what_git_lists(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], rules: list[tuple[str, str]], own: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        root = made(tmp_path_factory.mktemp("tree"), patch)
        for path in paths:
            try:
                put(root, path)
            except OSError:  # a file where a folder is to be, or the other way round
                continue
        (root / ".git" / "info" / "exclude").write_text(own)
        for folder, text in rules:
            if (root / folder).is_dir():
                (root / folder / ".gitignore").write_text(text)
        found = listed(root)
        assert found is None or found == by_git(root)

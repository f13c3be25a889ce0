"""The working tree as a View, with the real git."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from migrator.repositories import git as git_questions
from migrator.repositories import worktree
from migrator.repositories.git import GitError, slug
from migrator.repositories.worktree import WorkTree, find_root, repositories_below
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable
from tests.repositories.conftest import Git
from tests.unprivileged import unprivileged


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")


def test_an_empty_repository_has_no_files(git: Git, tmp_path: Path) -> None:
    assert WorkTree(tmp_path).paths() == ()


def test_tracked_and_untracked_files_are_listed_and_ignored_ones_are_not(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "tracked.yml", "a/untracked.yml", "build/out.yml", "node_modules/m.yml")
    (tmp_path / ".gitignore").write_text("build/\n")
    git("add", "tracked.yml")
    assert WorkTree(tmp_path).paths() == (".gitignore", "a/untracked.yml", "node_modules/m.yml", "tracked.yml")


def test_a_tracked_file_that_is_ignored_is_listed(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a.yml")
    git("add", "a.yml")
    (tmp_path / ".gitignore").write_text("*.yml\n")
    assert "a.yml" in WorkTree(tmp_path).paths()


def test_a_deleted_file_is_not_listed_and_reads_as_none(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a.yml")
    git("add", "a.yml")
    (tmp_path / "a.yml").unlink()
    assert WorkTree(tmp_path).paths() == ()
    assert WorkTree(tmp_path).read("a.yml") is None


@pytest.mark.parametrize(
    "name", ["new\nline.yml", "ünï.yml", os.fsdecode(b"latin-\xe9.yml"), "-x.yml", " .yml"], ids=ascii
)
def test_odd_names_are_listed_and_read(git: Git, tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert WorkTree(tmp_path).paths() == (name,)
    assert WorkTree(tmp_path).read(name) == b"x"


def test_a_merge_conflict_lists_a_file_once(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a.yml")
    git("add", "a.yml")
    git("commit", "--quiet", "-m", "base")
    for branch, text in (("one", "1"), ("two", "2")):
        git("checkout", "--quiet", "-b", branch, "HEAD" if branch == "one" else "one~1")
        (tmp_path / "a.yml").write_text(text)
        git("commit", "--quiet", "-am", branch)
    with pytest.raises(Exception, match="merge"):
        git("merge", "one")
    assert WorkTree(tmp_path).paths() == ("a.yml",)


def test_submodules_and_repositories_inside_are_another_matter(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a.yml", "inner/b.yml", "module/c.yml")
    for inside in ("inner", "module"):
        git("init", "--quiet", cwd=tmp_path / inside)
        git("add", "--all", cwd=tmp_path / inside)
        git("commit", "--quiet", "-m", "x", cwd=tmp_path / inside)
    git("-c", "advice.addEmbeddedRepo=false", "add", "module")
    assert WorkTree(tmp_path).paths() == ("a.yml",)


def test_no_program_of_the_repository_runs(git: Git, tmp_path: Path) -> None:
    hook = tmp_path / ".git" / "evil"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git("config", "core.fsmonitor", str(hook))
    put(tmp_path, "a.yml")
    assert WorkTree(tmp_path).paths() == ("a.yml",)
    assert not (tmp_path / "ran").exists()


def test_the_variables_of_an_outer_git_do_not_count(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.yml")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert WorkTree(tmp_path).paths() == ("a.yml",)
    assert find_root(tmp_path) == tmp_path


def test_a_glance_lists_what_git_lists_and_what_it_ignores(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a.yml", "node_modules/m.yml", "build/out.yml", "inside/b.yml")
    subprocess.run(["git", "init", "-q", "inside"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("build/\n")
    found = WorkTree(tmp_path).glance()
    assert found is not None
    assert sorted(found) == [".gitignore", "a.yml", "build/out.yml", "inside/b.yml", "node_modules/m.yml"]
    assert set(found) > set(WorkTree(tmp_path).paths())


def test_a_glance_at_many_files_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, *(f"{number}/a.yml" for number in range(6)))
    assert len(WorkTree(tmp_path).glance() or ()) == 6
    monkeypatch.setattr(worktree, "_GLANCE", 5)
    assert WorkTree(tmp_path).glance() is None


def test_a_folder_without_git_is_walked(tmp_path: Path) -> None:
    put(tmp_path, "a.yml", "b/c.yml", "node_modules/m.yml", ".venv/v.yml", ".hidden/h.yml")
    assert WorkTree(tmp_path).paths() == (".hidden/h.yml", "a.yml", "b/c.yml")


def test_a_walk_stops_at_repositories_and_names_them(tmp_path: Path, git: Git) -> None:
    outside = tmp_path / "plain"
    put(outside, "a.yml", "one/b.yml", "deep/two/c.yml", "deep/two/inner/d.yml")
    git("init", "--quiet", cwd=outside / "one")
    git("init", "--quiet", cwd=outside / "deep" / "two")
    assert set(worktree._walk(outside)) == {"a.yml"}
    assert repositories_below(outside) == [outside / "deep" / "two", outside / "one"]


def test_without_the_git_program_a_repository_is_walked(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.yml", "b/c.yml")
    monkeypatch.setenv("PATH", "/nowhere")
    assert find_root(tmp_path / "b") == tmp_path
    assert WorkTree(tmp_path).paths() == ("a.yml", "b/c.yml")


def test_a_link_to_a_file_inside_is_read(tmp_path: Path) -> None:
    put(tmp_path, "shared/a.yml")
    (tmp_path / "link.yml").symlink_to("shared/a.yml")
    view = WorkTree(tmp_path)
    assert view.read("link.yml") == b"x"
    assert view.target("link.yml") == "shared/a.yml"
    assert "link.yml" in view.paths()


def test_a_link_to_a_folder_is_not_gone_into(tmp_path: Path) -> None:
    put(tmp_path, "shared/a.yml")
    (tmp_path / "again").symlink_to("shared")
    assert WorkTree(tmp_path).paths() == ("shared/a.yml",)


def _outside(root: Path) -> str:
    (root.parent / "outside.yml").write_text("secret")
    (root / "a.yml").symlink_to("../outside.yml")
    return "a.yml"


def _outside_folder(root: Path) -> str:
    (root.parent / "elsewhere").mkdir()
    put(root.parent, "elsewhere/a.yml")
    (root / "folder").symlink_to("../elsewhere")
    return "folder/a.yml"


def _git_inside(root: Path) -> str:
    put(root, ".git/config")
    (root / "a.yml").symlink_to(".git/config")
    return "a.yml"


def _loop(root: Path) -> str:
    (root / "a.yml").symlink_to("b.yml")
    (root / "b.yml").symlink_to("a.yml")
    return "a.yml"


def _dangling(root: Path) -> str:
    (root / "a.yml").symlink_to("gone.yml")
    return "a.yml"


def _fifo(root: Path) -> str:
    os.mkfifo(root / "a.yml")
    return "a.yml"


def _socket(root: Path) -> str:
    here = os.getcwd()
    os.chdir(root)  # the path of a socket may have 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("a.yml")
    finally:
        os.chdir(here)
    return "a.yml"


def _folder(root: Path) -> str:
    (root / "a.yml").mkdir()
    return "a.yml"


def _device(root: Path) -> str:
    (root / "a.yml").symlink_to("/dev/zero")
    return "a.yml"


def _huge(root: Path) -> str:
    (root / "a.yml").write_bytes(b"#" * (LIMIT + 1))
    return "a.yml"


def _above(root: Path) -> str:
    return "../outside.yml"


REFUSED = {
    _outside: "a symbolic link leads out of the repository, so patless does not follow it",
    _outside_folder: "a symbolic link leads out of the repository, so patless does not follow it",
    _device: "a symbolic link leads out of the repository, so patless does not follow it",
    _git_inside: "it is inside .git, which patless does not read",
    _loop: "its symbolic links go round in a circle; correct or remove them",
    _dangling: "it is a symbolic link to a file that does not exist; correct or remove the link",
    _fifo: "it is not a plain file",
    _socket: "it is not a plain file",
    _folder: "it is not a plain file",
    _huge: "it is larger than 2 MiB, the most that is read; split it or exclude it",
    _above: "the path leads out of the repository",
}


@pytest.mark.parametrize(("make", "sentence"), REFUSED.items(), ids=[make.__name__ for make in REFUSED])
def test_what_is_no_plain_file_inside_is_refused_with_a_sentence(make: object, sentence: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    path = make(root)  # type: ignore[operator]
    with pytest.raises(Unreadable) as refusal:
        WorkTree(root).read(path)
    assert str(refusal.value) == sentence


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"#" * LIMIT)
    assert len(WorkTree(tmp_path).read("a.yml") or b"") == LIMIT


@pytest.mark.parametrize("path", ["a.yml", "a.yml/b", "n" * 300], ids=["absent", "below a file", "too long a name"])
def test_where_no_file_is_reading_gives_none(path: str, tmp_path: Path) -> None:
    if "/" in path:
        put(tmp_path, "a.yml")
    assert WorkTree(tmp_path).read(path) is None


def test_a_file_without_permission_is_refused() -> None:
    with unprivileged() as folder:
        put(folder, "a.yml")
        (folder / "a.yml").chmod(0)
        with pytest.raises(Unreadable, match="no permission"):
            WorkTree(folder).read("a.yml")


def test_the_root_is_the_top_of_the_repository_or_the_folder(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a/b/c.yml")
    assert find_root(tmp_path / "a" / "b") == tmp_path
    other = tmp_path.parent / f"{tmp_path.name}-plain"
    other.mkdir()
    assert find_root(other) == other


def test_a_linked_work_tree_is_a_root(git: Git, tmp_path: Path) -> None:
    put(tmp_path, "a.yml")
    git("add", "a.yml")
    git("commit", "--quiet", "-m", "x")
    linked = tmp_path.parent / f"{tmp_path.name}-linked"
    git("worktree", "add", "--quiet", str(linked))
    assert find_root(linked) == linked
    assert WorkTree(linked).paths() == ("a.yml",)


_LAYOUTS = {
    "as it is made": ("{}", True),
    "with a remote": ("git remote add origin https://bitbucket.org/acme/web.git", True),
    "on no branch": (
        "git -c user.name=a -c user.email=a@acme.test commit -qm x --allow-empty && git checkout -q --detach",
        True,
    ),
    "another work tree": ("mkdir -p ../else && git config core.worktree $PWD/../else", False),
    "another work tree, in large letters": (
        r"mkdir -p ../else && printf '\n[core]\n\tWORKTREE = ../../else\n' >> .git/config",
        False,
    ),
    "its own configuration": ("git config extensions.worktreeConfig true", False),
    "an include": ("git config include.path ../more", False),
    "bare": ("git config core.bare true", False),
    "a later format": ("git config core.repositoryformatversion 1", False),
    "a branch that is none": ("echo junk > .git/HEAD", False),
    "no objects": ("rmdir .git/objects/* .git/objects", False),
    "elsewhere": ("mv .git ../held && ln -s ../held .git", False),
    "by a file": ("mv .git ../kept && echo gitdir: ../kept > .git", False),
    "a repository without a work tree inside": ("rmdir a/b && git init -q --bare a/b", False),
    "another user's": ("chown -R 65534 .git 2>/dev/null || git config include.path x", False),
    "no configuration": ("rm .git/config", False),
}


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_the_root_is_the_one_that_git_names_also_where_git_is_not_asked(
    layout: str, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in os.environ if one.startswith("GIT_")]:
        monkeypatch.delenv(name)
    (tmp_path / "a" / "b").mkdir(parents=True)
    script, known = _LAYOUTS[layout]
    subprocess.run(["bash", "-ec", script.replace("{}", "true")], cwd=tmp_path, check=True)
    for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b"):
        asked = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"], cwd=folder, capture_output=True, text=True, check=False
        )
        plain = git_questions._plain_top_level(folder)
        assert plain is None or str(plain) == asked.stdout.removesuffix("\n")
    assert (git_questions._plain_top_level(tmp_path / "a" / "b") == tmp_path) is known


def test_what_git_refuses_is_passed_on_as_a_sentence(git: Git, tmp_path: Path) -> None:
    (tmp_path / ".git" / "config").write_text("[core\n")
    with pytest.raises(GitError, match=r"^git does not read the repository at .*: bad config line 1 in file"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "https://bitbucket.org/acme/web.git",
        "https://bitbucket.org/acme/web",
        "https://jane@bitbucket.org/acme/web.git",
        "https://x-token-auth:s3cret@bitbucket.org/acme/web.git/",
        "http://bitbucket.org/acme/web",
        "ssh://git@bitbucket.org/acme/web.git",
        "ssh://git@bitbucket.org:22/acme/web.git",
        "ssh://git@altssh.bitbucket.org:443/acme/web.git",
        "git@bitbucket.org:acme/web.git",
        "bitbucket.org:acme/web",
        "git@BitBucket.org:Acme/Web.git",
    ],
)
def test_workspace_and_repository_are_in_the_remote(url: str) -> None:
    assert slug(url) == ("acme", "web")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://github.com/acme/web.git",
        "https://evil.example/bitbucket.org/acme/web",
        "https://bitbucket.org.example/acme/web",
        "https://notbitbucket.org/acme/web",
        "https://bitbucket.org/acme",
        "https://bitbucket.org/acme/web/src/main",
        "/srv/git/bitbucket.org/acme/web",
    ],
)
def test_other_remotes_tell_nothing(url: str) -> None:
    assert slug(url) is None

"""The remote of a repository is read from its configuration file, and is what git says it is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.repositories import git

WEB = "git@bitbucket.org:acme/web.git"
PLAIN = f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {WEB}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'


def repository(folder: Path, text: str) -> Path:
    subprocess.run(["git", "init", "-q", folder], check=True)
    (folder / ".git" / "config").write_text(text, encoding="utf-8")
    return folder


def of_git(root: Path) -> tuple[str, str] | None:
    done = subprocess.run(["git", "config", "--get", "remote.origin.url"], cwd=root, capture_output=True, check=False)
    return git.slug(done.stdout.decode().strip()) if done.returncode == 0 else None


def test_no_remote(tmp_path: Path) -> None:
    assert git.remote_slug(repository(tmp_path, "[core]\n\tbare = false\n")) is None


def test_no_repository(tmp_path: Path) -> None:
    assert git.remote_slug(tmp_path) is None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    commands: list[list[str]] = []
    real = git.command

    def command(*arguments: str) -> list[str]:
        commands.append(list(arguments))
        return real(*arguments)

    monkeypatch.setattr(git, "command", command)
    return commands


def test_the_form_that_git_writes_is_read_without_git(tmp_path: Path, asked: list[list[str]]) -> None:
    assert git.remote_slug(repository(tmp_path, PLAIN)) == ("acme", "web")
    assert not asked


@pytest.mark.parametrize(
    "text",
    [
        '[remote "origin"] url = git@bitbucket.org:acme/web.git\n',
        '[remote "origin"]\n\turl = "git@bitbucket.org:acme/web.git"\n',
        '[remote "origin"]\n  url=git@bitbucket.org:acme/web.git # here\n',
        '[REMOTE "origin"]\n\tURL = git@bitbucket.org:acme/web.git\n',
        '[remote "origin"]\n\turl = git@bitbucket.org:acme/\\\nweb.git\n',
        "[core]\n\tbare = false\n[include]\n\tpath = other\n",
        "[remote.origin]\n\turl = git@bitbucket.org:acme/web.git\n",
    ],
)
def test_any_other_form_is_left_to_git(tmp_path: Path, asked: list[list[str]], text: str) -> None:
    root = repository(tmp_path, text)
    (root / ".git" / "other").write_text(PLAIN)
    assert git.remote_slug(root) == of_git(root) == ("acme", "web")
    assert asked


def test_a_work_tree_beside_has_its_configuration_elsewhere(tmp_path: Path, asked: list[list[str]]) -> None:
    main = repository(tmp_path / "main", PLAIN)
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "a"],
        cwd=main,
        check=True,
    )
    subprocess.run(["git", "worktree", "add", "-q", tmp_path / "beside"], cwd=main, check=True, capture_output=True)
    assert git.remote_slug(tmp_path / "beside") == ("acme", "web")
    assert asked


def test_a_pipe_in_place_of_the_configuration_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git" / "config")
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert git._plain_origin(tmp_path) is None


_LINES = st.sampled_from(
    [
        "[core]",
        '[remote "origin"]',
        '[remote "other"]',
        '[remote "Origin"]',
        "[remote]",
        '[Remote "origin"]',
        '[branch "main"]',
        "\turl = git@bitbucket.org:acme/web.git",
        "\turl = https://bitbucket.org/acme/api.git",
        "\tURL = https://bitbucket.org/acme/jobs.git",
        "\turl = https://bitbucket.org/acme/web.git ; no",
        "\tpushurl = https://bitbucket.org/acme/other.git",
        "\turl",
        "\tbare = false",
        "",
        "; url = nothing",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LINES, max_size=8))
def test_it_is_what_git_says(tmp_path: Path, lines: list[str]) -> None:
    root = tmp_path if (tmp_path / ".git").exists() else repository(tmp_path, "")
    (root / ".git" / "config").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plain = git._plain_origin(root)
    if plain is not None:
        assert git.slug(plain.decode().strip()) == of_git(root)

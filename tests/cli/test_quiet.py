"""A repository in which nothing matters is answered from a glance; git is asked where something may."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.checkouts import analysis
from migrator.repositories import git
from tests.cli.conftest import Patless, put

pytestmark = pytest.mark.usefixtures("toy")
_MATTERS = analysis._matters


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The commands that git is given after the root of the repository is known."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    commands: list[str] = []
    real = git.command

    def command(*arguments: str) -> list[str]:
        if arguments[0] != "rev-parse":
            commands.append(arguments[0])
        return real(*arguments)

    monkeypatch.setattr(git, "command", command)
    monkeypatch.setattr(analysis, "_matters", _MATTERS)
    return commands


def test_nothing_matters(patless: Patless, tmp_path: Path, asked: list[str]) -> None:
    put(tmp_path, bitbucket_pipelines="make test\n")
    run = patless("check")
    assert (run.code, run.out) == (0, "No findings. Read 1 pipelines file.\n")
    assert asked == []


def test_a_login_matters(patless: Patless, tmp_path: Path, asked: list[str]) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD\n")
    assert patless("check").code == 1
    assert "ls-files" in asked


def test_what_git_ignores_is_not_counted(patless: Patless, tmp_path: Path, asked: list[str]) -> None:
    put(tmp_path, bitbucket_pipelines="make test\n", build__x_pipelines="make test\n")
    (tmp_path / ".gitignore").write_text("build/\n")
    assert patless("check").out == "No findings. Read 1 pipelines file.\n"
    assert "ls-files" in asked


def test_a_login_in_a_file_that_git_ignores_is_none(patless: Patless, tmp_path: Path, asked: list[str]) -> None:
    put(tmp_path, bitbucket_pipelines="make test\n", build__x_pipelines="login OLD\n")
    (tmp_path / ".gitignore").write_text("build/\n")
    assert patless("check").out == "No findings. Read 1 pipelines file.\n"
    assert "ls-files" in asked

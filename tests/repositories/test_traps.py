"""What git would wait at for ever is a sentence, and git gets no credential that it does not need."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from migrator.repositories import git
from migrator.repositories.git import GitError
from migrator.repositories.refs import refs


@pytest.mark.parametrize("name", ["config", "HEAD", "index", "packed-refs", "info/exclude", ""])
@pytest.mark.parametrize("below", [".", "below"])
def test_a_pipe_where_git_reads_a_file_is_not_waited_for(tmp_path: Path, name: str, below: str) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "below").mkdir()
    trap = tmp_path / ".git" / name
    if trap.is_dir():
        shutil.rmtree(trap)
    trap.unlink(missing_ok=True)
    os.mkfifo(trap)
    for ask in (git.top_level, git.files, lambda folder: list(refs(folder))):
        with pytest.raises(GitError, match="is not a plain file"):
            ask(tmp_path / below)
    assert git.remote_slug(tmp_path / below) is None


@pytest.mark.parametrize(
    "name",
    [
        "ATLASSIAN_API_TOKEN",
        "BITBUCKET_ACCESS_TOKEN",
        "BITBUCKET_PACKAGES_TOKEN",
        "PAT",
        "API_KEY",
        "DATABASE_URL",
        "X",
    ],
)
def test_programs_get_no_variable_that_may_hold_a_credential(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "word")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "0")
    monkeypatch.setenv("https_proxy", "proxy")
    assert "word" not in git.environment(git.PROXIES).values()
    assert {"PATH", "GIT_CONFIG_COUNT", "LC_ALL"} <= git.environment().keys()
    assert "proxy" not in git.environment().values()
    assert git.environment(git.PROXIES)["https_proxy"] == "proxy"

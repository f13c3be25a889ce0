from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """The real git, in a new repository at tmp_path."""

    def run(*arguments: str, cwd: Path = tmp_path) -> str:
        settings = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *settings, *arguments], cwd=cwd, check=True, capture_output=True, text=True
        ).stdout

    run("init", "--quiet")
    return run

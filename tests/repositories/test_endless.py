"""A git that says more than anybody can take, or never ends: a stand-in in PATH does what others can make it do."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.repositories import git, remote
from migrator.repositories.git import GitError
from migrator.repositories.remote import Late
from migrator.text import waiting

URL = "https://bitbucket.org/acme/web.git"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a git that a test writes."""
    file = tmp_path / "bin" / "git"
    file.parent.mkdir()
    file.touch(0o755)
    monkeypatch.setenv("PATH", f"{file.parent}:{os.environ['PATH']}")
    return file


@pytest.mark.parametrize("to", ["1", "2"], ids=["output", "errors"])
def test_output_without_end_is_read_to_a_bound(stand_in: Path, to: str, tmp_path: Path) -> None:
    stand_in.write_text(f"#!/bin/sh\nyes 0123456789012345678901234567890123456789 >&{to}\n")
    (tmp_path / ".git").mkdir()
    begun = time.monotonic()
    with pytest.raises(Late, match="says more than"):
        remote.heads(URL, {})
    with pytest.raises(GitError, match="says more than"):
        git.files(tmp_path)
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    "script", ["sleep 1000", "sleep 1000 & exit 1", "exec >&- 2>&-; sleep 1000", "cat; sleep 1000"]
)
def test_what_does_not_end_is_ended_with_all_that_it_started(stand_in: Path, script: str, tmp_path: Path) -> None:
    stand_in.write_text(f"#!/bin/sh\n{script}\n")
    begun = time.monotonic()
    with pytest.raises(GitError):
        remote.heads(URL, {}, seconds=1)
    assert time.monotonic() - begun < 10


def test_what_it_says_is_whole_and_so_is_what_it_is_told(stand_in: Path, tmp_path: Path) -> None:
    stand_in.write_text("#!/bin/sh\nwc -c; seq 300000; seq 50000 >&2; exit 3\n")
    code, output, errors = git.run(tmp_path, git.environment(), b"x" * 1_000_000, 60, "x")
    assert (code, len(output.splitlines()), len(errors.splitlines())) == (3, 300_001, 50_000)
    assert output.split(None, 1)[0] == b"1000000"
    assert len(output) < waiting.OUTPUT


def test_the_command_ends_with_a_sentence_and_little_memory(stand_in: Path, tmp_path: Path) -> None:
    stand_in.write_text("#!/bin/sh\nyes 0123456789012345678901234567890123456789\n")
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "web" / ".git").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for command in (["check"], ["fleet", "scan", "--folder", "fleet"]):
        done = subprocess.run(
            [Path(sys.executable).parent / "patless", *command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30)),
        )
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr

"""Generated repositories of several files: what `fix` changes does the same in real bash, make, and Python, the native
credential goes to logins alone, no login is half or half of them native, and none with a stored credential is silent.

PATLESS_FUZZ=n raises their number; `python -m tests.differential` runs for as long as it is told.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.differential.comparing import Judged, judged
from tests.differential.generating import read, repository, shown

FOUND = Path(__file__).parent / "found"
COUNT = int(os.environ.get("PATLESS_FUZZ", "30"))


def test_generated_repositories_do_the_same_after_a_fix(tmp_path: Path) -> None:
    seed = os.environ.get("PATLESS_SEED", "test")
    results: list[Judged] = []
    for number in range(COUNT):
        files = repository(f"{seed}-{number}")
        results.append(judged(files, tmp_path, ("--style", "in-place") if number % 3 == 1 else ()))
        assert results[-1].problems == (), shown(files)
    assert 8 * sum(one.changed for one in results) > COUNT, "too few are changed to prove anything"
    assert 2 * sum(one.logins > 0 for one in results) > COUNT, "too few log in to prove anything"


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.txt")), ids=lambda path: path.stem)
def test_what_was_wrong_once_is_right(path: Path, tmp_path: Path) -> None:
    """The first line of such a file has the options of `fix` that it went wrong with."""
    options, text = path.read_text().split("\n", 1)
    assert judged(read(text), tmp_path, tuple(options.split())).problems == ()


def test_the_same_seed_gives_the_same_repository() -> None:
    assert repository("a-1") == repository("a-1") == read(shown(repository("a-1")))
    assert repository("a-1") != repository("a-2")

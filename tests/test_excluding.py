"""Patterns of `exclude` mean what git means by them, which is asked here. `tests/test_ignores.py` has hostile ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.findings.excluding import excludes

PATHS = (
    "a",
    "b/a",
    "a/b",
    "b/a/c",
    "a.yml",
    "x/y/a.yml",
    "x/ab.yml",
    "a[b",
    "b/c/d/e",
    "foo",
    "foo/bar",
    "x/foo/bar",
    "-",
    "!a",
)
PATTERNS = (
    *("a", "/a", "a/", "b/a", "/b/a/", "**/a", "a/**", "b/**/e", "*.yml", "x/*.yml", "x/**/*.yml", "?", "[ab]", "[!a]"),
    *(
        "[^a]",
        "[a-c]/",
        "[[:alpha:]]",
        "[[:digit:]x]",
        "[]a]",
        "[a-]",
        "[",
        "a[b",
        r"a\[b",
        "**",
        "*",
        "/*",
        "**/",
        "fo**",
        "f*o",
    ),
    *(
        r"\!a",
        r"\a",
        "a\\",
        "x/",
        "foo/*",
        "/foo",
        "b/*/d",
        "b/*",
        "*/",
        "-",
        "[[:nope:]]",
        r"[\]a]",
        "x/y/",
        "/",
        "//",
        "a//",
    ),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    return root


def of_git(root: Path, patterns: list[str]) -> set[str]:
    """Which of PATHS git ignores, though no file is there."""
    (root / ".gitignore").write_text("".join(f"{one}\n" for one in patterns))
    asked = "\0".join(PATHS).encode()
    command = ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin", "-z"]
    done = subprocess.run(command, cwd=root, input=asked, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {os.fsdecode(one) for one in done.stdout.split(b"\0") if one}


def ours(patterns: list[str]) -> set[str]:
    return {path for path in PATHS if excludes(patterns, path)}


def test_each_pattern_means_what_git_means(repository: Path) -> None:
    assert {one: ours([one]) for one in PATTERNS} == {one: of_git(repository, [one]) for one in PATTERNS}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(PATTERNS)), min_size=2, max_size=5))
def test_the_last_pattern_counts_and_no_file_comes_back_of_a_folder_that_is_left_out(
    repository: Path, chosen: list[tuple[bool, str]]
) -> None:
    patterns = [f"!{one}" if again else one for again, one in chosen]
    assert ours(patterns) == of_git(repository, patterns)


def test_the_folder_that_one_is_in_may_be_named() -> None:
    assert excludes(["./vendor/"], "vendor/x.yml")
    assert not excludes(["./vendor/"], "a/vendor/x.yml")

"""Which lines a diff adds, read back from real git for any two texts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.bot.changes import changed, line_range
from migrator.repositories import changes
from migrator.text.source import Source, Span


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no diff at all\n",
        b"\xff\x00\n",
        b"+++ b/x\n",
        b"@@ -1 +1 @@\n+a\n",
        b"diff --git a/x b/x\n@@ -9999999999999 +1 @@\n",
    ],
    ids=["nothing", "prose", "bytes", "a head alone", "a hunk of no file", "a number too long"],
)
def test_what_is_no_diff_changes_nothing(data: bytes) -> None:
    assert changed(data).lines == {}


def test_a_hunk_that_is_cut_counts_as_far_as_it_goes() -> None:
    found = changed(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,3 @@\n+a\n+b")
    assert found.lines == {"x": (range(1, 3),)}


def test_lines_that_look_like_a_head_are_lines() -> None:
    data = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n+++ b/y\n c\ndiff --git a/z b/z\n"
    assert changed(data).lines == {"x": (range(1, 2),)}


@pytest.mark.parametrize(
    ("head", "path"),
    [
        (b"+++ b/a b\t", "a b"),
        (b'+++ "b/\\303\\251\\t\\"\\\\"', 'é\t"\\'),
        (b'+++ "b/\\377"', "\udcff"),
        (b"+++ /dev/null", None),
        (b"+++ x", None),
    ],
)
def test_names_are_read_as_git_writes_them(head: bytes, path: str | None) -> None:
    found = changed(b"diff --git a/q b/q\n--- a/q\n" + head + b"\n@@ -0,0 +1 @@\n+a\n")
    assert list(found.lines) == ([] if path is None else [path])


def test_touching_whole_and_first() -> None:
    found = changed(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3,0 +4,2 @@\n+a\n+b\n")
    assert [found.first("x", *lines) for lines in ((1, 3), (1, 4), (5, 9), (6, 6))] == [None, 4, 5, None]
    assert [found.whole("x", *lines) for lines in ((4, 5), (4, 6))] == [True, False]
    assert found.first("y", 1, 9) is None


def test_lines_end_at_lf_as_for_git_and_not_at_a_cr() -> None:
    source = Source("x", "a\rb\r\nc\nlogin")
    assert line_range(source, Span(7, 12)) == (3, 3)
    assert source.position(7).line == 4
    assert line_range(source, Span(0, 6)) == (1, 2)


TEXTS = st.lists(st.sampled_from(["a", "b", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "\\", ""]), max_size=12)


@settings(max_examples=25)
@given(old=TEXTS, new=TEXTS, end=st.sampled_from(["", "\n"]))
def test_what_git_says_of_any_two_texts_leads_from_one_to_the_other(
    repository: Path, old: list[str], new: list[str], end: str
) -> None:
    commits = [written(repository, "\n".join(text) + end) for text in (old, new)]
    data = changes.diff(repository, *commits)
    found = changed(data)
    added = [line for path in found.lines for part in found.lines[path] for line in part]
    numstat = git(repository, "diff-tree", "-r", "--numstat", *commits).split()
    assert len(added) == (int(numstat[0]) if numstat else 0)
    before, after = (lines("\n".join(text) + end) for text in (old, new))
    kept = [line for number, line in enumerate(after, 1) if number not in added]
    rest = iter(before)
    assert all(line in rest for line in kept), "what is not added stood there before, in this order"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "-q", "--bare")
    return folder


def lines(text: str) -> list[str]:
    """As git has them: the last one may lack its end."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]


def written(folder: Path, text: str) -> str:
    blob = git(folder, "hash-object", "-w", "--stdin", given=text)
    tree = git(folder, "mktree", given=f"100644 blob {blob}\ta b.yml\n")
    who = ("-c", "user.name=Dana", "-c", "user.email=dana@acme.example")
    return git(folder, *who, "commit-tree", "-m", "Text", tree)


def git(folder: Path, *arguments: str, given: str = "") -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, check=True, capture_output=True, text=True)
    return done.stdout.strip()

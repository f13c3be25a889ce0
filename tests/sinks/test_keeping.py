"""Files by the names that a script and the platform give them."""

from __future__ import annotations

import pytest

from migrator.ir.paths import Paths, Top
from migrator.sinks.keeping import WrittenFiles, spellings, takes
from tests.flow.reading import BOOK, follow

ROOT = frozenset({""})


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("dist/**", "build.env"), ("*.txt", "a.env"), ("dist", "distant/a"), ("a.env", "b/a.env"), ("~/.m2", "m2")],
)
def test_a_pattern_leaves_other_files(pattern: str, path: str) -> None:
    assert not takes(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("build.env", "build.env"),
        ("dist/**", "dist/a/b"),
        ("dist", "dist/a"),
        ("*.env", "a.env"),
        ("**/*.env", "a.env"),
        ("**/*.env", "a/b.env"),
        (".", "a"),
        ("~/.m2", "~/.m2/settings.xml"),
    ],
)
def test_a_pattern_takes_files(pattern: str, path: str) -> None:
    assert takes(pattern, path)


@pytest.mark.parametrize(
    ("text", "folders", "paths"),
    [
        ("a", ROOT, ["a"]),
        ("./a", frozenset({"b"}), ["b/a"]),
        ("${BITBUCKET_CLONE_DIR}/a", frozenset({"b"}), ["a"]),
        ("${HOME}/.x", ROOT, ["~/.x"]),
        ("key=@a", ROOT, ["key=@a", "key", "a"]),
        ("file:///x", Top(""), ["/x"]),
        ("a", Top("a folder"), ["a"]),
    ],
)
def test_a_word_may_name_files(text: str, folders: Paths, paths: list[str]) -> None:
    assert [path for path in spellings(text, folders, BOOK.built_in) if path] == paths


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("echo a > b", set()),
        ("cat b > c", set()),
        ("echo $A > b", {"b"}),
        ("cd x\necho $A > b", {"x/b"}),
        ("echo $A | tee b c", {"b", "c"}),
        ("cat > $BITBUCKET_CLONE_DIR/b <<END\n$A\nEND", {"b"}),
        ("echo $A > b\ncp b c", {"b", "c", "c/b"}),
        ("echo $A > b\nmv b c\ncp -r c/b d", {"b", "c", "c/b", "d", "d/b"}),
        ("echo $A > b\ncp x y", {"b"}),
    ],
)
def test_files_are_known_into_which_variables_are_written(text: str, written: set[str]) -> None:
    assert set(WrittenFiles.of(follow(text), BOOK).contents) == written


def test_files_that_are_copied_to_and_fro_do_not_grow() -> None:
    files = WrittenFiles.of(follow("echo $A > a\n" + "cp a b\ncp b a\n" * 200), BOOK)
    assert max(map(len, files.contents.values())) == 1

"""Commands that take along whole folders, and archives that a script makes."""

from __future__ import annotations

import pytest

from migrator.ir.paths import Paths
from migrator.sinks.keeping import WrittenFiles, gathered, gathering, packs, told
from tests.flow.reading import BOOK, command, follow


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("git add -A", True),
        ("git add .", True),
        ("git add a", False),
        ("git commit -m x", False),
        ("npm publish", True),
        ("npm publish $X", True),
        ("npm ci", False),
        ("make publish", False),
        ("npm() { echo; }\nnpm publish", False),
    ],
)
def test_a_command_takes_along_all_that_is_in_its_folder(text: str, whole: bool) -> None:
    assert (gathering(command(text), BOOK.programs) is not None) is whole


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("cd a\ngit add -A", {""}),
        ("cd a\ngit add :/", {""}),
        ("cd a/b\ngit add --all", {""}),
        ("cd a\ngit add .", {"a"}),
        ("cd c\ngit add -A", {"c"}),
        ("git add -A", {""}),
        ("cd a\nnpm publish", {"a"}),
    ],
)
def test_git_takes_along_the_whole_clone_from_any_folder_of_it(text: str, folders: set[str]) -> None:
    one = command(text)
    found = gathering(one, BOOK.programs)
    assert found
    assert gathered(one, found, ["README.md", "a/b/x", "a/y"]) == folders


def test_the_words_of_a_command_are_told_with_those_that_nobody_knows() -> None:
    assert told(command("git add $X 'a b'")) == "add ? a b"


@pytest.mark.parametrize(
    ("text", "archive"),
    [("tar czf a b", True), ("tar xzf a", False), ("tar $X", True), ("zip a b", True), ("unzip a", False)],
)
def test_a_program_makes_an_archive_unless_it_is_told_to_unpack_one(text: str, archive: bool) -> None:
    assert packs(command(text), BOOK.programs) is archive


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("cd x\necho $A > $(y)", {""}),
        (
            "echo $A > x/b\nif z; then cd x; else cd y; fi\ntar czf c.tgz b",
            {"x/b", "x/c.tgz", "x/czf", "y/b", "y/c.tgz", "y/czf"},
        ),
        ("echo $A > x/b\necho $B > y/b\ntar czf c.tgz x/b", {"x/b", "y/b", "c.tgz", "czf"}),
        ("echo $A > b\ntar czf b c", {"b", "c", "czf"}),
        ("echo $A > b\nf() { cp b c; }\nf", {"b", "c", "c/b"}),
        ("echo $A > b\ncp b", {"b"}),
        ("echo $A > b\ncp b c d", {"b", "d", "d/b"}),
    ],
)
def test_what_an_archive_or_a_copy_holds_is_known_by_its_name(text: str, written: set[str]) -> None:
    assert set(WrittenFiles.of(follow(text), BOOK).contents) == written


@pytest.mark.parametrize(
    ("folders", "named"), [(frozenset({""}), ["${A}\n"]), (frozenset({"a"}), []), (frozenset({"a", ""}), ["${A}\n"])]
)
def test_a_word_names_a_file_in_each_folder_that_a_command_may_run_in(folders: Paths, named: list[str]) -> None:
    files = WrittenFiles.of(follow("echo $A > b"), BOOK)
    assert [one.symbol() for one in files.named("b", folders)] == named

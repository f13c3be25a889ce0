"""Commands: in which process they run, which words they get, and what is told of a program without a name."""

from __future__ import annotations

import pytest

from migrator.ir.paths import only
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen


@pytest.mark.parametrize(
    ("wrapper", "same"),
    [
        ("exec ", False),
        ("env ", False),
        ("sudo ", False),
        ("nohup ", False),
        ("/bin/", False),
        ("", True),
        ("command ", True),
        ("builtin ", True),
        ("time ", True),
        ("command builtin ", True),
    ],
)
def test_a_builtin_changes_the_process_that_runs_it_and_no_other(wrapper: str, same: bool) -> None:
    after = command(f"{wrapper}cd a || exit\nsee", "see")
    assert only(after.folders) == ("a" if same else "")
    assert seen(f"{wrapper}unset T\nsee x$T") == [["x" if same else "x${T}"]]


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("f a b", [["a"], ["b"]]),
        ("command f a b", []),
        ("exec f a b", []),
        ("./f a b", []),
        ("time f a b", [["a"], ["b"]]),
    ],
)
def test_a_function_runs_by_its_name_alone(call: str, given: list[list[str]]) -> None:
    assert seen(f'f() {{ see "$1"; see "$2"; }}\n{call}')[: len(given)] == given
    ran = follow(f'f() {{ see "$1"; see "$2"; }}\n{call}').commands
    assert [one.followed for one in ran if one.name == "f"] == [bool(given)]


@pytest.mark.parametrize(
    ("word", "arguments"),
    [
        ("$@", ["a", "b"]),
        ('"$@"', ["a", "b"]),
        ("$*", ["a", "b"]),
        ('"$*"', [None]),
        ('x"$@"', [None]),
        ("$1", ["a"]),
        ("${L[@]}", ["c", "d"]),
        ('"${L[@]}"', ["c", "d"]),
        ("${L[*]}", ["c", "d"]),
        ('"${L[*]}"', [None]),
        ('"${L[0]}"', [None]),
        ('"${L[1]}"', [None]),
        ('"${L[@]:1}"', [None]),
        ('"${@:-x}"', [None]),
        ('"${M[@]}"', ["e"]),
        ('"${M[*]}"', ["e"]),
        ('"${N[@]}"', [None]),
    ],
)
def test_a_list_is_as_many_words_as_it_has_elements(word: str, arguments: list[str | None]) -> None:
    found = command(f"f() {{ see {word}; }}\nL=(c d)\nM=(e)\nf a b", "see").arguments
    assert [one.value.symbol() for one in found] == arguments


@pytest.mark.parametrize(("call", "word"), [("f a", '"$*"'), ("f a", "$*"), ("f a", '"$@"')])
def test_one_argument_is_itself_however_all_of_them_are_read(call: str, word: str) -> None:
    assert seen(f"f() {{ see {word}; }}\n{call}") == [["a"]]


@pytest.mark.parametrize(
    ("text", "name", "unknown"),
    [
        ("see a", "see", ""),
        ("/usr/bin/see a", "see", ""),
        ("T=see\n$T a", "see", ""),
        ("$(vault) a", "", "the output of `vault`"),
        ("$T a", "", ""),
        ("$BITBUCKET_CLONE_DIR/see a", "see", ""),
        ("$BITBUCKET_CLONE_DIR/$T a", "", ""),
        ("sudo $(vault) a", "", ""),
    ],
)
def test_a_program_has_a_name_or_is_told_by_what_it_comes_from(text: str, name: str, unknown: str) -> None:
    found = follow(text).commands[-1]
    assert (found.name, found.unknown) == (name, unknown)
    assert bool(found.program) == bool(name)


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("see $T", False),
        ("strace see $T", True),
        ("strace -f bash -c 'see $T'", True),
        ("set -x\nsee $T", True),
        ("set -x\nsee < $T", False),
        ("set -x\nsee <<< $T", False),
        ("strace true\nsee $T", False),
    ],
)
def test_what_shows_the_words_of_what_it_starts_shows_its_variables(text: str, traced: bool) -> None:
    assert [use.traced for use in follow(text).uses if use.read.name == "T"] == [traced]


@pytest.mark.parametrize("text", ["see <&$T", "see >&$T", "see 2>&$T", "see < $T", "see > $T", "see <<< $T"])
def test_each_redirection_reads_its_variables(text: str) -> None:
    assert {use.read.name for use in follow(text).uses} == {"T"}


def test_positional_parameters_are_no_variables_of_their_own() -> None:
    flow = follow('f() { see "$1"; }\nf a')
    assert [(one.name, one.positional) for one in flow.definitions] == [("1", True)]
    assert seen('f() { see "$1"; }\nf a\ng() { see "$1"; }')[-1] == [None]

"""Expansions: how many words each makes, what it is, and what it sets on the way."""

from __future__ import annotations

import pytest

from migrator.ir.values import Literal
from migrator.text.source import Span
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen
from tests.flow.test_launching import seen as files_seen


def words(text: str) -> list[str | None]:
    return [one.value.symbol() for one in command(text, "see").arguments]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("T='a b'\nsee $T", ["a", "b"]),
        ("IFS=x\nT='a b'\nsee $T", ["a b"]),
        ("y && IFS=x\nT='a b'\nsee $T", ["a b"]),
        ("set -- a b\nsee $@x", [None]),
        ("set -- a b\nsee x$@", [None]),
        ('set -- a b\nsee "$@"x', [None]),
        ('set -- a b\nsee x"$@"', [None]),
        ('f() { see "$@"; }', [None]),
        ("set -- a b\nsee $@", ["a", "b"]),
        ('set -- a\nsee "$*"', ["a"]),
        ('set -- a b\nsee "$*"', [None]),
        ("set -- a b\nsee $*", ["a", "b"]),
        ('set -- a b\nset -- "$@" c\nsee "$@"', ["a", "b", "c"]),
        ('set --\nsee "$@"', [None]),
        ('set -- a\nsee "${@:-x}"', [None]),
        ('set -- a\nsee "${@%x}"', [None]),
        ('L=(a b)\nsee "${L[@]}"', ["a", "b"]),
        ('L=(a b)\nsee "${L[*]}"', [None]),
        ('L=(a)\nsee "${L[*]}"', ["a"]),
        ("L=(a b)\nsee $L", [None]),
        ("L=(a b)\nsee ${L[0]}", [None]),
        ("L=(a b)\nsee ${L[1]}", [None]),
        ('L=(a b)\ndeclare -n R=L\nsee "${L[@]}"', [None]),
        ('L=(a b)\ndeclare -n R=M\nsee "${L[@]}"', ["a", "b"]),
        ('see ""', [""]),
        ("see $()", []),
        ('see "$()"', [""]),
        ("see x$()y", ["xy"]),
    ],
)
def test_how_many_words_an_expansion_makes(text: str, given: list[str | None]) -> None:
    assert words(text) == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("T=1\nX=${L[T++]}\nsee $T", {None}),
        ("T=1\nX=${U:T=2}\nsee $T", {None}),
        ("T=1\nX=$((T = 2))\nsee $T", {None}),
        ("see ${T:=a}\nsee $T", {"${T}", "a"}),
        ("T=b\nsee ${T:=a}\nsee $T", {"b"}),
        ("T=\nsee ${T:=a}\nsee $T", {"a"}),
        ("see ${T:+a}", {"a", ""}),
        ("see ${T:+}", {""}),
        ("see ${T:-}", {"${T}"}),
        ("see ${T:-''}", {"${T}"}),
        ("see ${T:-$U}", {"${T}", "${U}"}),
        ("T=$U\nsee ${T:-a}", {"${U}", "a"}),
        ("T=x$U\nsee ${T:-a}", {"x${U}"}),
        ("y && T=b\nsee ${T:-a}", {"${T}", "b", "a"}),
        ("y && T=\nsee ${T:-a}", {"${T}", "a"}),
        ("see ${T:?$U}", {"${T}"}),
        ("set -- a\nsee ${1:-b}", {"a"}),
        ("set --\nsee ${1:-b}", {"b"}),
        ("see ${1:-b}", {"b"}),
        ("set -- a b\nsee $2", {"b"}),
        ("set -- a b\nsee x$3", {"x"}),
        ("see $#", {None}),
        ("see $?", {None}),
        ("see $-", {None}),
        ("see $0", {None}),
        ("see $BASH_SOURCE", {"${BASH_SOURCE}"}),
        ("declare -n R=T\nT=a\nsee $T", {"a", None}),
        ("declare -n R=T\nU=a\nsee $U", {"a"}),
        ("N=T\nT=a\nsee ${!N}", {None}),
        ("T=a\nsee ${T[0]}", {"a"}),
        ("T=a\nsee ${T[1]}", {None}),
        ("T=a/b\nsee ${T%%/*}", {"a"}),
        ("T=a/b\nsee ${T%%$U}", {None}),
        ('f() { see "$1"; }', {None}),
        ("E=\ny && E=a\nsee ${T:-$E}", {"${T}", "a", ""}),
        ("see ${T:-a}\nsee $T", {"${T}"}),
        ("see ${T:+a}\nsee $T", {"${T}"}),
        ("see $(< missing)", {None}),
        ("see x$(< a; < b)", {"x"}),
        ("see <(echo a)", {None}),
        ("T=$(echo 'a;b')\neval \"see $T\"", {None}),
        ('T=ab\neval "see $T"', {"ab"}),
        ('eval "see $T"', {"${T}"}),
    ],
)
def test_what_an_expansion_is_and_sets(text: str, given: set[str | None]) -> None:
    assert set(seen(text)[-1]) == given


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("see $T", ["T"]),
        ("see ${T:-$U}", ["T", "U"]),
        ("see ${T:?$U}", ["T", "U"]),
        ("see ${T:+$U}", ["T", "U"]),
        ("see ${T:$U}", ["U", "T"]),
        ("see ${L[$U]}", ["U", "L"]),
        ("see $#", ["#"]),
        ('set -- a\nsee "$@"', ["@"]),
        ('L=(a b)\nsee "${L[@]}"', ["L", "L"]),
        ("N=T\nsee ${!N}", ["N"]),
        ("see $((T + U))", ["T", "U"]),
        ("see $(x $T)", ["T"]),
        ('see "$T$U"', ["T", "U"]),
    ],
)
def test_what_an_expansion_reads(text: str, reads: list[str]) -> None:
    assert [one.read.name for one in follow(text).uses if one.read.name] == reads


@pytest.mark.parametrize(
    ("text", "name", "given"),
    [
        ("see $T", "T", [None]),
        ("T=a\nsee $T", "T", ["a"]),
        ("y && T=a\nsee $T", "T", ["a", None]),
        ('set -- a b\nsee "x$@"', "@", ["a", "b"]),
        ('set --\nsee "x$@"', "@", [None]),
        ('f() { see "x$@"; }', "@", [None]),
        ("set -- a\nsee $#", "#", [None]),
        ("set -- a\nsee $1", "1", ["a"]),
        ("see $1", "1", [None]),
        ("L=(a b)\nsee ${L[0]}", "L", [None, "a", "b"]),
        ("N=T\nT=a\nU=b\nsee ${!N}", "", ["a"]),
        ("N=T[0]\nT=a\nU=b\nsee ${!N}", "", ["a"]),
        ("N=$X\nT=a\nsee ${!N}", "", ["${X}", "a"]),
        ("N=T\nT=a\nsee ${N%x}", "", []),
    ],
)
def test_which_assignments_an_expansion_may_read(text: str, name: str, given: list[str | None]) -> None:
    uses = [one for one in follow(text).uses if one.read.name == name]
    found = [one for use in uses for one in use.definitions if one is None or one.order >= 0]
    assert [one and one.value.symbol() for one in found] == given


def test_what_is_read_has_the_order_of_what_holds_it() -> None:
    flow = follow("see $A\nT=$B\nsee $C\n[[ $D ]]")
    orders = {one.read.name: one.order for one in flow.uses}
    first, second = (one.order for one in flow.commands)
    assert (orders["A"], orders["C"]) == (first, second)
    assert orders["B"] == flow.definitions[-1].order
    assert orders["D"] > second


@pytest.mark.parametrize(
    ("word", "files"),
    [
        ("$(< a)", ("a",)),
        ("$(true < a)", ()),
        ("$(< a > b)", ()),
        ("$(> a)", ()),
        ("$(< a; true)", ()),
    ],
)
def test_what_is_in_which_file_a_substitution_gives(word: str, files: tuple[str, ...]) -> None:
    assert command(f'see "x{word}"').arguments[0].value.files == files


def test_an_empty_word_has_its_place_and_text_that_is_read_again_is_not_followed() -> None:
    (row,) = command('see ""').arguments[0].value.alternatives
    assert row == (Literal("", Span(4, 6)),)
    assert [one.text for one in follow("T=$(echo 'a;b')\neval \"see $T\"").unread] == ["a;b"]
    assert follow('T=ab\neval "see $T"').unread == ()


@pytest.mark.parametrize(
    ("text", "file", "given"),
    [
        ("./a.sh", "see ${0:-x}", {None}),
        ("./a.sh", "see ${0%x}", {None}),
        ("./a.sh", "see $0", {"./a.sh"}),
        ("./a.sh", "see $BASH_SOURCE", {"./a.sh"}),
        ("./a.sh", "see ${BASH_SOURCE[0]}", {"./a.sh"}),
        ("./a.sh", "see ${BASH_SOURCE[1]}", {None}),
        ("./a.sh", "see ${BASH_SOURCE:-x}", {"${BASH_SOURCE}", "x"}),
        ("./a.sh", "see $OTHER", {"${OTHER}"}),
        ("$BITBUCKET_CLONE_DIR/a.sh", "see $0", {None}),
        (". ./a.sh", "see $0", {None}),
        (". ./a.sh", "see $BASH_SOURCE", {"./a.sh"}),
    ],
)
def test_the_name_of_a_file_that_runs(text: str, file: str, given: set[str | None]) -> None:
    (found,) = files_seen(text, {"a.sh": file})
    assert set(found) == given


def test_a_command_substitution_goes_on_where_a_folder_is_not_there() -> None:
    assert command("X=$(cd d; see)", "see").folders == {"", "d"}
    assert command("X=$(cd d || exit; see)", "see").folders == {"d"}


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("see $T", [False]),
        ("set -x\nsee $T", [True]),
        ("set -x\nsee $(x $T)", [True]),
        ("set -x\nU=$T", [True]),
        ("set -x\nset +x\nsee $T", [False]),
    ],
)
def test_whether_the_log_shows_what_is_read(text: str, traced: list[bool]) -> None:
    assert [one.traced for one in follow(text).uses if one.read.name == "T"] == traced

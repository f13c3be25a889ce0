"""Expansions: how many words each makes, what it is, and what it sets on the way."""

from __future__ import annotations

import pytest

from tests.flow.reading import command, follow
from tests.flow.test_flow import seen


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
        ("N=T\nsee ${!N}", ["N"]),
        ("see $((T + U))", ["T", "U"]),
        ("see $(x $T)", ["T"]),
        ('see "$T$U"', ["T", "U"]),
    ],
)
def test_what_an_expansion_reads(text: str, reads: list[str]) -> None:
    assert [one.read.name for one in follow(text).uses if one.read.name] == reads


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

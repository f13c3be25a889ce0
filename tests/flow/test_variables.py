"""Variables: what an assignment gives, where it can be rewritten, for whom it is set, and by which other names."""

from __future__ import annotations

import pytest

from migrator.ir.values import Definition
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen


def given(text: str, name: str = "T") -> list[Definition]:
    return [one for one in follow(text).definitions if one.name == name]


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("T=a", "a", True),
        ("T=", "", True),
        ("T=$X", "${X}", True),
        ("export T=a", "a", True),
        ("T+=a", "${T}a", False),
        ("T=b; T+=a", "ba", False),
        ("T[0]=a", None, False),
        ("T[1]+=a", None, False),
        ("T=(a)", None, False),
        ("local T=a", "a", True),
        ("let T=1", None, False),
        ("read -r T <<< a", "a", False),
        ("T=a x", "a", True),
        ("env T=a x", "a", True),
        ("unset T", "", False),
        ("for T in a; do x; done", "a", False),
    ],
)
def test_what_an_assignment_gives_and_whether_it_can_be_rewritten(text: str, value: str | None, written: bool) -> None:
    last = given(text)[-1]
    assert (last.value.symbol(), last.word is not None) == (value, written)


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("T=a", False),
        ("f() { x; }\nf a", False),
        ('f() { x; }\nf "$A"', False),
        ("f() { x; }\nf $A", True),
        ("f() { x; }\nf a$A", True),
        ("f() { x; }\nf $(x)", True),
        ("for T in a; do x; done", False),
        ("for T in a b; do x; done", True),
        ("for T in $A; do x; done", True),
        ('for T in "$A"; do x; done', False),
        ("read -r T <<< a", True),
        ("unset T", False),
        ("printf -v T a", False),
    ],
)
def test_whether_a_value_is_the_same_as_what_it_comes_from(text: str, loose: bool) -> None:
    assert given(text, "1" if text.startswith("f()") else "T")[-1].loose is loose


@pytest.mark.parametrize(
    ("text", "traced"),
    [("T=a", False), ("set -x\nT=a", True), ("set -x\nset +x\nT=a", False), ("set -x\nread T", True)],
)
def test_whether_an_assignment_is_shown(text: str, traced: bool) -> None:
    assert given(text)[-1].traced is traced


def test_parameters_are_told_by_their_number() -> None:
    flow = follow("f() { x; }\nf a b")
    assert [(one.name, one.value.text, one.positional) for one in flow.definitions] == [
        ("1", "a", True),
        ("2", "b", True),
    ]
    assert not any(given(text)[0].positional for text in ("T=a", "read -r T <<< a", "for T in a; do x; done"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("read -r T", ["T"]),
        ("read -r T U", ["T", "U"]),
        ("read 'T[1]'", ["T"]),
        ("command declare -n T=U", ["T"]),
        ("command declare -n -x T=U", ["T"]),
        ("T=(a $X)", ["T", "T", "T"]),
        ("((T = 1))", ["T"]),
    ],
)
def test_which_variables_are_set(text: str, names: list[str]) -> None:
    assert [one.name for one in follow(text).definitions] == names


def test_an_assignment_comes_before_what_its_value_runs_and_reads() -> None:
    flow = follow("T=$(see $A)")
    (one,) = given("T=$(see $A)")
    assert one.order < flow.commands[0].order
    assert [use.definition.name for use in follow("T=$A").uses if use.definition] == ["T"]
    assert [use.command for use in follow("T=$A").uses] == [-1]
    flow = follow("see $A")
    assert [use.command for use in flow.uses] == [flow.commands[0].order]
    assert [one.definition for one in flow.uses] == [None]


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("T=a", False),
        ("export T=a", True),
        ("export T", True),
        ("declare T=a", False),
        ("declare -x T=a", True),
        ("set -a\nT=a", True),
        ("set -a\nT=(a)", False),
        ("set -a\ndeclare T=a", True),
        ("T=a true", False),
        ('export "T=a"', True),
        ('export "$X"', False),
        ("export $(echo T=a)", True),
        ("export $(echo T)", True),
        ("declare $(echo T=a)", False),
        ("declare $(echo T)", False),
        ('X=T\nexport "$X"', True),
        ('X=T\nexport "$X=a"', True),
        ('X="S T"\nexport $X', True),
    ],
)
def test_which_assignment_programs_see(text: str, exported: bool) -> None:
    assert ("T" in command(f"{text}\nsee", "see").exported) is exported


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("T=b\nexport $(cat .env)", ["b", None]),
        ('T=b\nexport "$X"', ["b", None]),
        ('T=b\nX=T\nexport "$X=a"', ["a"]),
        ('T=b\nX=T\nexport "$X=$X$Y"', ["T${Y}"]),
        ('T=b\nexport "T=a"', ["a"]),
        ("T=b\nexport $(echo T=a)", ["a"]),
        ("T=b\nexport $(printf 'T=a\\nU=c')", ["b", None]),
        ("T=b\nexport T", ["b"]),
        ("T=b\ndeclare -n U=T", [None, "b"]),
        ("T=b\nU=c\ndeclare -n V=U", ["b"]),
        ("T=b\ndeclare -n U=$X", [None, "b"]),
        ("T=b\ndeclare -n U=T[0]", [None, "b"]),
        ("T=b\ndeclare -n T=U", [None]),
        ("U=c\ndeclare -n T=U", [None]),
        ("T=b\ndeclare -n U", [None, "b"]),
        ("T=b\ndeclare -n U=V T=W", [None]),
        ("T=b\ndeclare -p T", ["b"]),
        ("T=b\n((T[U=1]))", ["b"]),
        ("T=b\nX[T=1]=c", [None]),
        ("T=b\nX[1]=c", ["b"]),
        ("T=b\nprintf -v X a", ["b"]),
        ("T=b\nread -r -u 3 X", ["b"]),
        ("T=b\nread X T", [None]),
        ("T=b\nread 'T[1]'", [None]),
        ("T=b\nread '[T'", ["b"]),
    ],
)
def test_what_a_variable_is_behind_what_may_set_it(text: str, ways: list[str | None]) -> None:
    assert set(seen(f"{text}\nsee $T")[-1]) == set(ways)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ('L=(a b)\nsee "${L[@]}"', ["a", "b"]),
        ('L=(a)\nL+=(b)\nsee "${L[@]}"', ["a", "b"]),
        ('L+=(b)\nsee "${L[@]}"', [None]),
        ('x && L=(a)\nL+=(b)\nsee "${L[@]}"', [None]),
        ('L=([1]=a)\nsee "${L[@]}"', [None]),
        ('L=(a)\nL=(b)\nsee "${L[@]}"', ["b"]),
        ('L=(a)\nL=b\nsee "${L[@]}"', [None]),
        ('L=(a)\nL[1]=b\nsee "${L[@]}"', [None]),
        ('L=(a)\nunset L\nsee "${L[@]}"', [None]),
        ('L=(a)\ndeclare -n M=L\nsee "${L[@]}"', [None]),
        ('L=()\nL+=(a)\nsee "${L[@]}"', ["a"]),
        ('A="a b"\nL=($A c)\nsee "${L[@]}"', ["a", "b", "c"]),
        ('declare -a L=(a b)\nsee "${L[@]}"', ["a", "b"]),
        ('f() { local L=(a b); see "${L[@]}"; }\nf', ["a", "b"]),
    ],
)
def test_which_elements_a_list_has(text: str, given: list[str | None]) -> None:
    assert [one.value.symbol() for one in command(text, "see").arguments] == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("T=b\nf() { local T=a; }\nf", ["b"]),
        ("T=b\nf() { local T; T=a; }\nf", ["b"]),
        ("T=b\nf() { T=a; local T; }\nf", ["a"]),
        ("T=b\nf() { local T; see x$T; }\nf", ["x"]),
        ("T=b\nf() { local T=a; local T=c; }\nf", ["b"]),
        ("f() { local T=a; }\nf", ["${T}"]),
        ("local T=a", ["a"]),
        ("T=b\nlocal T", ["b"]),
        ("T=b\nf() { declare T=a; }\nf", ["b"]),
        ("T=b\nf() { declare -g T=a; }\nf", ["a"]),
        ("T=b\nf() { export T=a; }\nf", ["a"]),
        ("T=b\nf() { declare -p T; }\nf", ["b"]),
        ("T=b\nf() { x && local T=a; T=c; }\nf", ["b", "c"]),
        ("T=b\nf() { local T=(a); }\nf", ["b"]),
        ("T=b\nf() { g; }\ng() { local T=a; }\nf", ["b"]),
    ],
)
def test_what_is_local_is_as_before_when_the_function_returns(text: str, given: list[str]) -> None:
    assert sorted(seen(f"{text}\nsee $T")[0]) == given


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("f() { local -; set -x; }\nf", False),
        ("f() { set -x; }\nf", True),
        ("f() { set -x; local -; }\nf", True),
        ("f() { x && local -; set -x; }\nf", True),
        ("f() { local T; set -x; }\nf", True),
        ("f() { local -; set -x; see; }\nf", True),
        ("set -x\nf() { local -; set +x; }\nf", True),
    ],
)
def test_options_that_a_function_declares_its_own_are_as_before(text: str, traced: bool) -> None:
    assert next(one for one in follow(f"{text}\nsee").commands if one.name == "see").traced is traced


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("declare -p", 1),
        ("declare -p T", 1),
        ("declare -p U", 0),
        ("declare T", 0),
        ("declare -n U=T", 1),
        ("declare -n U=V", 0),
        ("declare -n U=$X", 1),
        ("export -p", 1),
        ("export T", 0),
    ],
)
def test_which_declaration_may_read_a_variable(text: str, reads: int) -> None:
    read = [one for use in follow(f"T=a\n{text}").uses for one in use.definitions if one and one.name == "T"]
    assert len(read) == reads

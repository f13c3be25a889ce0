"""Tests of values: which ask only whether something is there, of what, and what runs where it is not."""

from __future__ import annotations

import pytest

from tests.flow.reading import follow

THEN, ELSE, SOME = "then", "else", "either"


def asked(condition: str, before: str = "") -> list[tuple[str, str]]:
    """The variables that a condition asks for, each with the branch that runs where it is not there."""
    text = f"{before}if {condition}; then a; else b; fi"
    branches = {text.index("a; else"): THEN, text.index("b; fi"): ELSE}
    found = []
    for test in follow(text).presences:
        (decision,) = [one for one in test.decisions if branches.keys() & {each.start for each in one.regions or ()}]
        name = text[test.name.start : test.name.end] if test.name else "".join(read.name for read in test.reads)
        missing = {branches.get(one.start, "other") for one in decision.missing}
        found.append((name, missing.pop() if missing else SOME))
    return found


@pytest.mark.parametrize(
    ("condition", "branch"),
    [
        ('[ "$T" ]', ELSE),
        ('test "$T"', ELSE),
        ("[ $T ]", ELSE),
        ('[ ! "$T" ]', THEN),
        ('[ ! ! "$T" ]', ELSE),
        ('! [ "$T" ]', THEN),
        ('[ -n "$T" ]', ELSE),
        ('[ ! -n "$T" ]', THEN),
        ('[ -z "$T" ]', THEN),
        ('[ ! -z "$T" ]', ELSE),
        ('! [ -z "$T" ]', ELSE),
        ("[ -v T ]", ELSE),
        ("[ ! -v T ]", THEN),
        ('[ -v "T" ]', ELSE),
        ('[ "$T" = "" ]', THEN),
        ('[ "$T" == "" ]', THEN),
        ('[ "$T" != "" ]', ELSE),
        ('[ ! "$T" = "" ]', ELSE),
        ('[ "" = "$T" ]', THEN),
        ('[ "" != "$T" ]', ELSE),
        ('[ "x$T" = x ]', THEN),
        ('[ x = "x$T" ]', THEN),
        ('[ "x$T" != x ]', ELSE),
        ("[[ $T ]]", ELSE),
        ("[[ ! $T ]]", THEN),
        ("[[ -n $T ]]", ELSE),
        ("[[ ! -n $T ]]", THEN),
        ("[[ -z $T ]]", THEN),
        ("[[ ! -z $T ]]", ELSE),
        ("! [[ -z $T ]]", ELSE),
        ("[[ -v T ]]", ELSE),
        ("[[ ! -v T ]]", THEN),
        ('[[ $T == "" ]]', THEN),
        ('[[ $T = "" ]]', THEN),
        ('[[ $T != "" ]]', ELSE),
        ('[[ ! $T == "" ]]', ELSE),
        ('[[ "" == $T ]]', THEN),
        ('[[ "" != $T ]]', ELSE),
        ("[[ x$T == x ]]", THEN),
        ("[[ x$T != x ]]", ELSE),
        ('x && [ -n "$T" ]', ELSE),
        ('x || [ -n "$T" ]', ELSE),
        ('{ [ -n "$T" ]; }', ELSE),
        ('([ -n "$T" ])', ELSE),
        ('x; [ -n "$T" ]', ELSE),
    ],
)
def test_what_asks_whether_a_variable_is_there(condition: str, branch: str) -> None:
    assert asked(condition) == [("T", branch)]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('[ -n "$T" -a -n "$U" ]', [("T", ELSE), ("U", ELSE)]),
        ('[ -n "$T" -o -z "$U" ]', [("T", ELSE), ("U", THEN)]),
        ('[ "$T" -a ! "$U" ]', [("T", ELSE), ("U", THEN)]),
        ('[ ! "$T" -a "$U" ]', [("T", THEN), ("U", ELSE)]),
        ('[ "$T" -a x = y ]', [("T", ELSE)]),
        ('[ "$T" = "" -a -n x ]', [("T", THEN)]),
        ("[[ -n $T && -z $U ]]", [("T", ELSE), ("U", THEN)]),
        ("[[ -n $T || -z $U ]]", [("T", ELSE), ("U", THEN)]),
        ('[ -n "$T$U" ]', [("TU", ELSE)]),
        ('[ -n "$T" ] && [ -n "$U" ]', [("T", ELSE), ("U", ELSE)]),
        ('[ -n "$T" ] || [ -z "$U" ]', [("T", ELSE), ("U", THEN)]),
        ('[ -n "$T" ] && x', [("T", ELSE)]),
        ('! { [ -n "$T" ] && x; }', [("T", THEN)]),
    ],
)
def test_several_questions_in_one(condition: str, found: list[tuple[str, str]]) -> None:
    assert asked(condition) == found


@pytest.mark.parametrize(
    "condition",
    [
        "[ ]",
        "[ a ]",
        "[ -n a ]",
        '[ "$T" = a ]',
        '[ "$T" != a ]',
        '[ "$T" -eq 1 ]',
        '[ "x$T" = y ]',
        '[ "$T" = "$U" ]',
        '[ "" = "" ]',
        '[ -f "$T" ]',
        '[ -a "$T" ]',
        '[ -v "$T" ]',
        "[ -v T-x ]",
        '[ -n "$T" x ]',
        '[ "$T" ! ]',
        "[ -f T ]",
        "[ -n ]",
        '[ "$T" \\< "" ]',
        "[[ $T == a ]]",
        "[[ $T == a* ]]",
        "[[ $T =~ ^$ ]]",
        "[[ -f $T ]]",
        '[[ $T == "$U" ]]',
        '[[ $T > "" ]]',
        "[[ -n a ]]",
        '[[ "" == "" ]]',
        'grep "$T"',
    ],
)
def test_what_asks_something_else(condition: str) -> None:
    assert asked(condition) == []


@pytest.mark.parametrize(
    ("before", "condition", "found"),
    [
        ("X=$T\n", '[ -n "$X" ]', [("X", ELSE)]),
        ("X=a\n", '[ -n "$X" ]', [("X", ELSE)]),
        ("X=a\n", "[ -v X ]", [("X", ELSE)]),
        ("A='! -n'\n", '[ $A "$T" ]', [("T", THEN)]),
        ("A=-z\n", '[ $A "$T" ]', [("T", THEN)]),
        ("L=($T)\n", '[ -n "${L[@]}" ]', [("", ELSE)]),
        ("L=(a$T)\n", '[ -n "${L[@]}" ]', [("", ELSE)]),
        ("set -- T\n", '[ -v "$@" ]', []),
    ],
)
def test_what_stands_behind_a_name_is_asked_for_as_well(
    before: str, condition: str, found: list[tuple[str, str]]
) -> None:
    assert asked(condition, before) == found


def test_a_test_says_where_it_stands_and_is_told_once() -> None:
    text = 'for i in x; do\n[ -n "a$T" ] || exit 1\n[ -v U ] || exit 1\ndone'
    first, second = follow(text).presences
    assert text[first.span.start : first.span.end] == '"a$T"'
    assert (text[second.span.start : second.span.end], second.name) == ("U", second.span)
    assert [one.read.name for one in follow('[ -n "$T" ]').uses] == ["T"]
    (given,) = follow('L=($T)\n[ -n "${L[@]}" ]').presences
    assert (given.span.start, given.span.end, given.reads) == (0, 0, ())
    for text in ("[[ -n ${T:?x} ]]", '[ -n "${T:?x}" ]', "for i in x; do [[ -n $T ]]; done"):
        assert len(follow(text).presences) == 1
    (called,) = follow('f() { [ -n "$1" ]; }\nf "$T"').presences
    assert called.calls == (21,)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ('[ -n "$T" ]\ntrue', True),
        ('[ -z "$T" ]\ntrue', False),
        ('! [ -n "$T" ]\ntrue', False),
        ('set +e\n[ -n "$T" ]\ntrue', False),
        ('[ -n "$T" ]', True),
        ('set +e\n[ -n "$T" ]', True),
        ('[ -n "$T" ] &\ntrue', False),
        ('[ -n "$T" ] | cat', False),
        ('cat | [ -n "$T" ]', True),
        ('x=$([ -n "$T" ])', False),
        ('[ -n "$T" ] || exit 1\ntrue', True),
        ('[ -n "$T" ] || x\ntrue', False),
        (": ${T:?}", True),
        ("set +e\n: ${T:?}\ntrue", True),
        ("(: ${T:?}) || true", False),
        (": ${T:?} &", False),
    ],
)
def test_whether_the_step_ends_where_a_variable_is_not_there(text: str, stops: bool) -> None:
    assert any(one.stops for test in follow(text).presences for one in test.decisions) is stops

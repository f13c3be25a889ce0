"""Questions to a flow: who reads what, what may follow what, who sees a variable."""

from __future__ import annotations

import pytest

from migrator.flow import queries
from migrator.flow.events import Command, Flow
from migrator.text.source import Span
from tests.flow.reading import BOOK, follow


def named(flow: Flow, name: str) -> Command:
    return next(one for one in flow.commands if one.name == name)


ORDER = [
    # a script, and whether `b` may follow `a`, and `a` may follow `b`
    ("a\nb", True, False),
    ("b\na", False, True),
    ("for i in x; do a; b; done", True, True),
    ("for i in x; do a; done\nb", True, False),
    ("b\nfor i in x; do a; done", False, True),
    ("a &\nb", True, False),
    ("trap b EXIT\na", True, False),
    ("trap b ERR\na", True, False),
    ("g() { b; }\na", True, True),
    ("if x; then a; else b; fi", True, False),
]


@pytest.mark.parametrize(("text", "behind", "before"), ORDER)
def test_what_may_run_after_what(text: str, behind: bool, before: bool) -> None:
    flow = follow(text)
    a, b = named(flow, "a"), named(flow, "b")
    assert (queries.may_follow(a, b), queries.may_follow(b, a)) == (behind, before)


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("a\nb", True),
        ("b\na", True),
        ("if x; then a; else b; fi", False),
        ("if x; then a; b; fi", True),
        ("if x; then a; fi\nif x; then b; fi", True),
        ("if x; then a; fi\nb", True),
        ("case $X in c) a ;; d) b ;; esac", False),
        ("case $X in c) a; b ;; esac", True),
        ("x && a || b", True),
        ("if x; then if y; then a; fi; else b; fi", False),
        ("for i in c; do if x; then a; else b; fi; done", True),
        ("if x; then for i in c; do a; done; else b; fi", False),
        ("g() { if x; then a; else b; fi; }\ng", False),
    ],
)
def test_what_may_run_in_one_run(text: str, both: bool) -> None:
    flow = follow(text)
    a, b = named(flow, "a"), named(flow, "b")
    assert queries.may_both_run(a, b) == queries.may_both_run(b, a) == both
    assert (b in queries.after(flow, a)) == (both and queries.may_follow(a, b))


@pytest.mark.parametrize(
    ("text", "wanted", "point", "found"),
    [
        ("set -x\nsee $T $U", "T", "", ["T"]),
        ("set -x\nsee $T $U", "", "$U", ["U"]),
        ("set -x\nsee $T $U", "T", "$U", ["T", "U"]),
        ("set -x\nsee $T $U", "", "see", []),
        ("see $T\nset -x\nsee $U", "T", "$T", []),
        ("see $T\nset -x\nsee $T", "T", "", ["T"]),
        ("f() { set -x; see $1; }\nf $T", "1", "", ["1"]),
    ],
)
def test_which_reads_the_log_shows(text: str, wanted: str, point: str, found: list[str]) -> None:
    flow = follow(text)
    sites = {queries.site(use) for use in flow.uses if use.read.name == wanted}
    places = [Span(text.index(one), text.index(one) + len(one)) for one in (point, "see") if point]
    assert [use.read.name for use in queries.traced(flow, sites, places)] == found


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("T=a\nT=b", 1),
        ("f() { T=a; U=b; }\nf\nf\nf", 3),
        ("read -r T\nread -r U", 0),
    ],
)
def test_which_assignments_stand_in_one_place(text: str, alike: int) -> None:
    flow = follow(text)
    first = next(one for one in flow.definitions if one.name == "T")
    found = queries.written_alike(flow, first)
    assert [one.name for one in found] == ["T"] * alike
    assert all(queries.among(first, (None, other)) for other in found)


@pytest.mark.parametrize(
    ("text", "name", "among"),
    [
        ("T=a\nU=b\nsee $T", "T", True),
        ("T=a\nU=b\nsee $T", "U", False),
        ("read -r T\nread -r U\nsee $T", "T", True),
        ("read -r T\nread -r U\nsee $T", "U", False),
        ("T=a\nread -r T\nread -r U\nsee $T", "U", False),
        ("U=a\nsee $T", "U", False),
        ("read -r U\nsee $T", "U", False),
    ],
)
def test_which_assignment_is_among_those_that_a_read_finds(text: str, name: str, among: bool) -> None:
    flow = follow(text)
    first = next(one for one in flow.definitions if one.name == name)
    assert queries.among(first, flow.uses[-1].definitions) is among


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("a $T\nb $T $U\nc", ["a", "b"]),
        ("a $U\nx=$T", []),
        ("a $(b $T)", ["b"]),
    ],
)
def test_which_commands_hold_a_read(text: str, orders: list[str]) -> None:
    flow = follow(text)
    wanted = {queries.site(use) for use in flow.uses if use.read.name == "T"}
    held = queries.holders(flow, wanted)
    assert [one.name for one in flow.commands if one.order in held] == orders


@pytest.mark.parametrize(
    ("text", "place", "shows"),
    [
        ("see $T > $U", "$T", True),
        ("see $T > $U", "$U", False),
        ("see $T <<< $U", "$U", False),
        ("see $T 2> a > $U", "$U", False),
        ("x; see $T", "x", False),
    ],
)
def test_whether_a_command_that_is_traced_shows_a_place(text: str, place: str, shows: bool) -> None:
    at = Span(text.index(place), text.index(place) + len(place))
    assert queries.shows(named(follow(text), "see"), at) is shows


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("T=a\nsee $T", ["T"]),
        ("T=a\nU=$T\nsee $U", ["U", "T"]),
        ("x && T=a\nsee $T", ["T"]),
        ("see $T", []),
        ("T=a\nsee b", []),
        ("T=a\nsee $T$T", ["T"]),
        ("T=a\nU=b\nsee $T$U", ["T", "U"]),
    ],
)
def test_which_assignments_are_on_the_way_of_a_value(text: str, names: list[str]) -> None:
    (argument,) = named(follow(text), "see").arguments
    assert sorted(one.name for one in queries.sources(argument.value)) == sorted(names)
    assert len(queries.sites(argument.value)) == text.count("$")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bash -c 'see $T'\nT=a", 0),
        ("T=a\nbash -c 'see $T'", 1),
        ("T=a\nT=c bash -c 'see $T'", 0),
        ("T=a\nbash -c 'see $U'", 0),
        ("T=a\nbash -c 'x=$T'", 1),
        ("bash -c 'x=$T'\nT=a", 0),
        ("T=a\nsee $T", 0),
    ],
)
def test_which_reads_in_other_programs_an_assignment_reaches_too(text: str, found: int) -> None:
    flow = follow(text)
    first = next(one for one in flow.definitions if one.name == "T" and one.value.text == "a")
    assert len(list(queries.exported_readers(flow, first))) == found


@pytest.mark.parametrize(
    ("text", "setting", "tested"),
    [("see ${T:=a}", 1, 0), ("see ${T:-a}", 0, 0), ("test -n $T", 0, 1), ("see $T", 0, 0), ("[ -z $T$U ]", 0, 2)],
)
def test_which_reads_set_their_variable_or_only_ask_for_it(text: str, setting: int, tested: int) -> None:
    flow = follow(text)
    assert (len(list(queries.setting(flow))), len(queries.tested(flow))) == (setting, tested)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("see $T", True),
        ("T=a\nsee $T", False),
        ("T=a\nbash -c 'see $T'", False),
        ("T=a\nsudo bash -c 'see $T'", True),
        ("env -i bash -c 'see $T'", True),
        ("env -i T=a bash -c 'see $T'", False),
    ],
)
def test_whether_a_read_may_find_what_its_variable_has_when_a_script_begins(text: str, given: bool) -> None:
    assert queries.may_be_given(follow(text).uses[-1]) is given


@pytest.mark.parametrize(
    ("text", "readers"),
    [
        ("T=a\nsee $T", 1),
        ("T=a\nsee $T $T", 2),
        ("see $T\nT=a", 0),
        ("T=a\nT=b\nsee $T", 0),
        ("T=a\nx && T=b\nsee $T", 1),
        ("T=a\nU=$T\nsee $U", 1),
        ("T=a\nbash -c 'see $T'", 0),
        ("export T=a\nbash -c 'see $T'", 1),
        ("T=a\n(see $T)", 1),
        ("T=a\nunset T\nsee $T", 0),
    ],
)
def test_which_reads_an_assignment_reaches(text: str, readers: int) -> None:
    flow = follow(text)
    first = next(one for one in flow.definitions if one.name == "T")
    assert len(list(queries.readers(flow, first))) == readers


@pytest.mark.parametrize(
    ("text", "reads", "exported"),
    [
        ("see $T", 1, True),
        ("T=a\nsee $T", 0, False),
        ("x && T=a\nsee $T", 1, True),
        ("see $T\nT=a\nsee $T", 1, True),
        ("T=a\nbash -c 'see $T'", 0, True),
        ("see $U", 0, False),
        ("see ${T:-a}", 1, True),
    ],
)
def test_which_reads_what_comes_from_outside_reaches(text: str, reads: int, exported: bool) -> None:
    flow = follow(text)
    assert len(list(queries.readers_of_input(flow, "T"))) == reads
    assert ("T" in queries.inputs(flow)) == exported


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        ("see", True),
        ("T=a see", False),
        ("T=a\nsee", False),
        ("x && T=a\nsee", True),
        ("see\nT=a", True),
        ("unset T\nsee", False),
        ("env T=a see", False),
        ("U=a see", True),
    ],
)
def test_whether_a_program_sees_what_comes_from_outside(text: str, arrives: bool) -> None:
    assert queries.input_arrives(named(follow(text), "see"), "T") == arrives


@pytest.mark.parametrize(
    ("text", "exported", "given"),
    [
        ("T=a\nsee", False, True),
        ("export T=a\nsee", True, True),
        ("T=a\nexport T\nsee", True, True),
        ("see\nexport T=a", False, False),
        ("export T=a\nT=b\nsee", False, False),
        ("(export T=a)\nsee", False, False),
    ],
)
def test_whether_a_program_sees_an_assignment(text: str, exported: bool, given: bool) -> None:
    flow = follow(text)
    first = next(one for one in flow.definitions if one.name == "T")
    assert queries.exported_to(named(flow, "see"), first, given=False) == exported
    assert queries.exported_to(named(flow, "see"), first, given=True) == given


@pytest.mark.parametrize(
    ("text", "is_cleared"),
    [
        ("echo $T", False),
        ("env -i bash -c 'echo $T'", True),
        ("env bash -c 'echo $T'", False),
        ("env -i bash -c 'true'\necho $T", False),
        ("echo $T\nenv -i bash -c 'true'", False),
        ("env -i bash -c 'x=$T'", True),
        ("env -i bash -c 'echo $U'\necho $T", False),
        ("env -i see a", False),
    ],
)
def test_whether_something_runs_with_another_environment(text: str, is_cleared: bool) -> None:
    flow = follow(text)
    spans = [use.read.span for use in flow.uses if use.read.name == "T"] or [flow.commands[-1].span]
    assert [queries.cleared(flow, span) for span in spans] == [is_cleared]


@pytest.mark.parametrize(
    ("text", "place", "is_cleared"),
    [
        ("env -i bash -c 'T+=a; see x'", "see x", True),
        ("env -i bash -c 'unset T; see x'", "see x", True),
        ("unset T\nsee x\nenv -i bash -c 'true'", "see x", False),
        ("env -i bash -c 'unset T; T=a'", "a'", True),
        ("T=a\nunset T\nenv -i bash -c 'true'", "a\n", False),
        ("A=x\nenv -i bash -c 'B=y; T=a'", "x\n", False),
    ],
)
def test_what_reads_nothing_runs_with_another_environment_by_its_place(text: str, place: str, is_cleared: bool) -> None:
    start = text.index(place)
    assert queries.cleared(follow(text), Span(start, start + len(place.strip("'\n")))) is is_cleared


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("echo a", True),
        ("printf a", True),
        ("echo a >&2", True),
        ("echo a > /dev/stderr", True),
        ("echo a > f", False),
        ("echo a | cat", False),
        ("x=$(echo a)", False),
        ("other a", False),
    ],
)
def test_whether_a_command_does_nothing_but_write_to_the_log(text: str, shown: bool) -> None:
    assert queries.shown(follow(text).commands[0], BOOK.programs) == shown


@pytest.mark.parametrize(
    ("text", "unseen"),
    [
        ("see", []),
        ('eval "$X"\nsee', ["what `eval` runs"]),
        ('see\neval "$X"', []),
        (". /opt/x\nsee", []),
        ('x && eval "$X"\nsee', ["what `eval` runs"]),
    ],
)
def test_what_nobody_has_read_before_a_command(text: str, unseen: list[str]) -> None:
    flow = follow(text)
    found = list(queries.unseen_before(flow, named(flow, "see")))
    assert (found if unseen else [one for one in found if "eval" in one]) == unseen


def test_what_happens_in_a_region_is_what_stands_there_or_is_called_there() -> None:
    text = "f() { a; T=1; }\nif x; then f; b; U=2; fi\nc\nV=3"
    flow = follow(text)
    start = text.index("f; b")
    commands, definitions = queries.inside(flow, [Span(start, start + len("f; b; U=2;"))])
    assert [one.name for one in commands] == ["a", "f", "b"]
    assert [one.name for one in definitions] == ["U"]
    elsewhere = Span(text.index("c\n"), text.index("c\n") + 1)
    more, set_there = queries.inside(flow, [Span(start, start + len("f; b; U=2;")), elsewhere])
    assert [one.name for one in more] == ["a", "f", "b", "c"]
    assert [one.name for one in set_there] == ["U"]
    assert [one.name for one in queries.unfollowed(flow)] == ["x", "a", "b", "c"]
    assert queries.outermost(commands[0].span, commands[0].calls) == start
    assert queries.outermost(commands[2].span, commands[2].calls) == start + 3

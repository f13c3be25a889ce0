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
    assert queries.outermost(commands[0].span, commands[0].calls) == start
    assert queries.outermost(commands[2].span, commands[2].calls) == start + 3

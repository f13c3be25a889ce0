"""The ways through a program: where each goes on, what holds there, and whether the step surely ends."""

from __future__ import annotations

import pytest

from migrator.flow.events import Flow
from migrator.flow.frame import Frame
from migrator.flow.interpreter import Interpreter
from migrator.flow.interpreter import follow as follow_program
from migrator.flow.lattice import State
from migrator.ir import nodes
from migrator.ir.nodes import Block, Break, Call, Constant, Exit, Join, Loop, Quoting, Statement
from migrator.text.source import Span
from tests.flow.reading import BOOK, follow
from tests.flow.test_flow import seen, values

AT = Span(0, 1)


@pytest.mark.parametrize(
    "name",
    ["OPTARG", "OPTIND", "REPLY", "MAPFILE", "COPROC", "PIPESTATUS", "BASH_REMATCH", "LINENO", "SECONDS", "RANDOM"],
)
def test_what_the_shell_sets_itself_comes_from_nowhere_else(name: str) -> None:
    assert seen(f"see ${name}") == [[None]]
    assert seen(f"{name}=a\nsee ${name}") == [["a"]]


@pytest.mark.parametrize(
    ("ends", "stops"),
    [
        ("false\nexit && x", True),
        ("false\n{ exit; }", True),
        ("false\nexit 0 && x", False),
        ("false\nx | exit", True),
        ("x | exit 0", False),
        ("false\nT=a\nexit", False),
        ("false\n:\nexit", False),
        ("false\n(exit)", True),
        ("x &\nexit", False),
        ("false &\nexit", False),
        ("! exit 1", True),
        ("break 1\nexit", False),
        ("for i in x; do break 1; done\nexit", False),
        ("f() { for i in x; do break 1; done; }\nf", False),
        ("for i in x; do y && break; exit 1; done", False),
        ("case $X in a) exit 1 ;; *) exit 2 ;; esac", True),
        ("case $X in a) exit 1 ;; esac", False),
        ("case $X in a) x ;; *) exit 2 ;; esac", False),
        ("{ exit 1; } > log", True),
    ],
)
def test_where_a_branch_surely_fails_the_step_ends(ends: str, stops: bool) -> None:
    (presence,) = [one for one in follow(f'if [ -z "$T" ]; then\n{ends}\nfi\ntrue').presences if one.reads]
    assert [one.stops for one in presence.decisions] == [stops]


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ('f() { [ -n "$T" ]; true; }', False),
        ('f() { [ -n "$T" ]; }', False),
        ('f() { [ -n "$T" ]; true; }\nf', True),
        ('! [ -z "$T" ]\ntrue', False),
        ('[ -n "$T" ]', True),
        ('set +e\n{ [ -n "$T" ]; }', True),
        ('set +e\n{ [ -n "$T" ]; true; }', False),
        ('set +e\nfor i in x; do [ -n "$T" ]; done', False),
        ('for i in x; do [ -n "$T" ]; done', True),
        ('set +e\n([ -n "$T" ])', True),
        ('set +e\n([ -n "$T" ]; true)', False),
        ('set +e\nif x; then [ -n "$T" ]; fi', True),
        ('set +e\nx | [ -n "$T" ]', True),
        ('x | [ -n "$T" ]\ntrue', True),
        ('[ -n "$T" ] | x', False),
        ('if { [ -n "$T" ]; x; }; then a; fi', False),
        ('while [ -n "$T" ]; do x; done\ntrue', False),
        ('case x in x) [ -n "$T" ] ;; esac\ntrue', True),
    ],
)
def test_a_test_ends_the_step_where_nothing_else_asks_for_it(text: str, stops: bool) -> None:
    (presence,) = follow(text).presences
    assert any(one.stops for one in presence.decisions) is stops


def test_where_its_failure_is_ignored_a_program_ends_no_step() -> None:
    for ignored in (False, True):
        flow = follow_program('[ -n "$T" ]\ntrue', BOOK.programs, {}, {}.get, BOOK.built_in.clone, ignored=ignored)
        assert [one.stops for one in flow.presences[0].decisions] == [not ignored]
    assert follow('[ -n "$T" ]\ntrue').presences[0].decisions[0].stops


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ('if [ -n "$T" ]; then a; fi', False),
        ('if [ -n "$T" ]; then exit; fi', True),
        ('if [ -n "$T" ]; then a; else exit 1; fi', True),
        ('f() { if [ -n "$T" ]; then return; fi; }\nf', True),
        ('for i in x; do if [ -n "$T" ]; then break; fi; done', True),
        ('exit_it() { exit; }\nif [ -n "$T" ]; then exit_it; fi', True),
        ('x || exit\nif [ -n "$T" ]; then a; fi', False),
    ],
)
def test_whether_a_branch_may_leave_what_is_around(text: str, leaves: bool) -> None:
    (presence,) = follow(text).presences
    assert [one.leaves for one in presence.decisions] == [leaves]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("for i in x; do C=$B; B=a; done\nsee $C", {"${C}", "${B}", "a"}),
        ("if { T=a; ! x; } < f; then :; else see $T; fi", {"a", "${T}"}),
        ("if { T=a; x; } < f; then see $T; fi", {"a"}),
        ("if { T=a; x; } < f; then :; else see $T; fi", {"a", "${T}"}),
        ("if { T=a; x; } < f 2>&1; then :; else see $T; fi", {"a", "${T}"}),
        ("if { T=a; x; } 2>&1; then :; else see $T; fi", {"a"}),
        ("if { { T=a; } < f; see $T; }; then x; fi", {"a", "${T}"}),
        ("{ T=a; } < f\nsee $T", {"a"}),
        ("T=b\nif x && T=a; then see $T; fi", {"a"}),
        ("T=b\nif x && T=a; then y; else see $T; fi", {"a", "b"}),
        ("T=b\nx && T=a && y || see $T", {"a", "b"}),
        ("T=b\nif ! T=a; then y; else see $T; fi", {"a"}),
        ("T=b\nif x; then exit; fi\nsee $T", {"b"}),
        ("T=b\nif x; then T=a; exit; fi\nsee $T", {"b"}),
        ("T=b\nwhile T=a; do x; done\nsee $T", {"a"}),
        ("T=b\nuntil x; do T=a; done\nsee $T", {"a", "b"}),
        ("T=b\nwhile x; do T=a; continue; done\nsee $T", {"a", "b"}),
        ("T=b\nwhile :; do T=a; exit; done\nsee $T", {"b"}),
        ("set -- a b\nfor i; do see $i; done", {"a", "b"}),
        ("for i in; do see $i; done", {None}),
        ("set --\nfor i; do see $i; done", {None}),
        ("T=b\ncase $X in a) T=a ;; b) T=c ;; esac\nsee $T", {"a", "b", "c"}),
        ("T=b\ncase $X in a) exit ;; *) T=c ;; esac\nsee $T", {"c"}),
        ("T=b\n(T=a)\nsee $T", {"b"}),
        ("T=b\n(exit)\nsee $T", {"b"}),
        ("T=b\nT=a &\nsee $T", {"b"}),
        ("T=b\nexit &\nsee $T", {"b"}),
        ("T=1\n((T = 2))\nsee $T", {None}),
        ("see $(if [ -f x ]; then echo a; else echo b; fi)", {"a", "b"}),
        ("see $(if [ -f x ]; then echo a; fi)", {"a", ""}),
        ("see $(case $X in a) echo a ;; *) echo b ;; esac)", {"a", "b", ""}),
        ("see $(for i in x; do echo a; done)", {"a", ""}),
        ("see $(while echo a; do :; done)", {"a"}),
        ('see "$(if echo a; then echo b; else echo c; fi)"', {"a\nb", "a\nc"}),
        ('see "$(echo a; echo b)"', {"a\nb"}),
        ("see $(echo a | cat)", {"a"}),
        ("see $( (echo a) )", {"a"}),
        ("see $({ echo a; })", {"a"}),
    ],
)
def test_what_holds_where_ways_come_together(text: str, given: set[str | None]) -> None:
    (found,) = seen(text)
    assert set(found) == given


@pytest.mark.parametrize(
    ("text", "conditional", "looped", "unordered"),
    [
        ("see", False, False, False),
        ("x && see", True, False, False),
        ("for i in x; do see; done", True, True, False),
        ("while see; do x; done", False, True, False),
        ("case x in a) see ;; esac", True, False, False),
        ("f() { see; }", True, False, True),
        ("{ see; }", False, False, False),
        ("(see)", False, False, False),
        ("see &", False, False, False),
        ("x | see", False, False, False),
    ],
)
def test_whether_and_how_often_a_command_runs(text: str, conditional: bool, looped: bool, unordered: bool) -> None:
    (one,) = [one for one in follow(text).commands if one.name == "see"]
    assert (one.conditional, one.looped, one.unordered) == (conditional, looped, unordered)


@pytest.mark.parametrize(
    ("text", "consumed"),
    [("see", False), ("see | x", True), ("x | see", False), ("see > f", False), ("x $(see)", True), ("see &", False)],
)
def test_whether_something_reads_what_a_command_prints(text: str, consumed: bool) -> None:
    (one,) = [one for one in follow(text).commands if one.name == "see"]
    assert one.consumed is consumed


def test_a_file_that_is_only_opened_is_read_or_written() -> None:
    assert [one.symbol() for one in follow("< f").inputs] == ["f"]
    assert [one.path.symbol() for one in follow("> f").outputs] == ["f"]
    assert [one.path.symbol() for one in follow("see > f").outputs] == ["f"]


def ran(*statements: nodes.Node, frame: Frame | None = None) -> tuple[Interpreter, State]:
    machine = Interpreter("", BOOK.programs, {}.get, BOOK.built_in.clone, None, frozenset())
    state = State()
    machine.run([Statement(one, AT) for one in statements], state, frame or Frame(), None)
    return machine, state


def call(name: str) -> Call:
    return Call((Join((Constant(name, AT, Quoting.BARE),), AT),), AT)


def flags(flow: Flow) -> list[tuple[str, bool, bool]]:
    return [(one.name, one.unordered, one.conditional) for one in flow.commands]


def test_what_may_run_at_any_time_is_no_way_on() -> None:
    body = (Statement(call("see"), AT), Statement(Exit(AT, failing=True), AT))
    machine, state = ran(Block(body, AT, unordered=True), call("next"), frame=Frame(fatal=True))
    assert flags(machine.recorder.flow()) == [("see", True, True), ("next", False, False)]
    assert (state.dead, state.failed, state.stopped) == (False, False, False)
    assert (machine.recorder.departures, machine.recorder.escapes) == (1, 1)


def test_what_leaves_a_loop_leaves_no_step() -> None:
    body = (Statement(call("see"), AT), Statement(Break(AT), AT), Statement(call("next"), AT))
    machine, state = ran(Loop("", (), (), body, AT))
    assert [one.name for one in machine.recorder.flow().commands] == ["see", "next"]
    assert (state.dead, machine.recorder.escapes > 0) == (False, True)
    machine, state = ran(Break(AT))
    assert (state.dead, machine.recorder.departures, machine.recorder.escapes) == (False, 1, 1)


@pytest.mark.parametrize(
    ("failing", "fatal", "stopped"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_an_exit_ends_the_step_where_it_fails_and_nothing_catches_it(failing: bool, fatal: bool, stopped: bool) -> None:
    machine, state = ran(Exit(AT, failing=failing), frame=Frame(fatal=fatal))
    assert (state.dead, state.failed, state.stopped) == (True, failing, stopped)
    assert (machine.recorder.departures, machine.recorder.escapes) == (1, int(not stopped))


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("for i in $A; do see $i; done", True),
        ('for i in "$A"; do see "$i"; done', False),
        ("for i in a b; do see $i; done", True),
        ('E=\nfor i in "$A" $E; do see $i; done', True),
        ('set -- "$A"\nfor i; do see "$i"; done', False),
        ('set -- "$A" b\nfor i; do see "$i"; done', True),
    ],
)
def test_whether_the_variable_of_a_loop_is_all_that_is_looped_over(text: str, loose: bool) -> None:
    (one,) = {one for one in follow(text).definitions if one.name == "i"}
    assert one.loose is loose


def test_a_loop_without_words_is_followed_once() -> None:
    assert [values(one) for one in follow("for ((i = 0; i < 3; i++)); do see $i; done").commands] == [[None]]

"""States that are joined, and loops that are widened: what is known on every way, and nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.flow.lattice import EVERYTHING, State, join, widen
from migrator.ir.nodes import Define, Statement
from migrator.ir.paths import ROOT, Top
from migrator.ir.values import Definition, Input, Literal, Unknown, Value
from migrator.text.source import Span

A, B = (Definition("T", Value.of(Literal(text)), None, order) for order, text in enumerate("ab", 1))
F, G = (Define("f", Statement(None, Span(at, at + 1)), Span(at, at + 1)) for at in range(2))
THERE = frozenset({"there"})
ON, OFF = (True, True, True), (False, False, False)
SURELY, UNKNOWN = frozenset({True}), Top("x")
JOINED: list[tuple[str, Any, Any, Any]] = [
    # a field of two states, and of both together
    ("environment", {"T": (A,)}, {"T": (A,)}, {"T": (A,)}),
    ("environment", {"T": (A,)}, {"T": (B,)}, {"T": (A, B)}),
    ("environment", {"T": (A,)}, {}, {"T": (A, None)}),
    ("environment", {}, {"T": (A,)}, {"T": (None, A)}),
    ("exported", frozenset({"A"}), frozenset({"B"}), frozenset({"A", "B"})),
    ("functions", {"f": (F,)}, {"f": (F,)}, {"f": (F,)}),
    ("functions", {"f": (F,)}, {"f": (G,)}, {"f": (F, G)}),
    ("functions", {"f": (F,)}, {}, {"f": (F,)}),
    ("arrays", {"L": (A,)}, {"L": (A,)}, {"L": (A,)}),
    ("arrays", {"L": (A,)}, {"L": (B,)}, {}),
    ("arrays", {"L": (A,)}, {}, {}),
    ("saved", {"T": ((A,), True)}, {"T": ((B,), True)}, {"T": ((A, B), True)}),
    ("saved", {"T": ((A,), True)}, {"T": ((A,), False)}, {"T": ((A,), False)}),
    ("saved", {"T": ((A,), True)}, {}, {"T": ((A,), False)}),
    ("saved", {}, {"T": ((A,), True)}, {"T": ((A,), False)}),
    ("clouded", frozenset({"A"}), frozenset({"B"}), frozenset({"A", "B"})),
    ("positional", (A,), (A,), (A,)),
    ("positional", (A,), (B,), None),
    ("positional", (A,), None, None),
    ("traced", True, False, True),
    ("traced", False, False, False),
    ("allexport", True, False, True),
    ("allexport", False, False, False),
    ("lastpipe", SURELY, frozenset({False}), frozenset({True, False})),
    ("folders", ROOT, THERE, ROOT | THERE),
    ("previous", ROOT, THERE, ROOT | THERE),
    ("stack", (ROOT,), (ROOT,), (ROOT,)),
    ("stack", (ROOT,), (THERE,), None),
    ("stack", (ROOT,), (ROOT, ROOT), None),
    ("stack", (ROOT,), (UNKNOWN,), None),
    ("stack", (UNKNOWN,), (UNKNOWN,), (UNKNOWN,)),
    ("stack", (ROOT,), None, None),
    ("stack", None, (ROOT,), None),
    ("zero", "a", "a", "a"),
    ("zero", "a", "b", None),
    ("zero", "a", None, None),
    ("sourced", "a", "a", "a"),
    ("sourced", "a", "b", None),
    ("errexit", True, True, True),
    ("errexit", True, False, False),
    ("restored", frozenset({ON}), frozenset({None}), frozenset({ON, None})),
    ("failed", True, True, True),
    ("failed", True, False, False),
    ("stopped", True, True, True),
    ("stopped", True, False, False),
]  # fmt: skip


def known(**more: Any) -> State:
    """A state of which also the working directory before is known: what cannot be told equals nothing."""
    return State(**({"previous": ROOT} | more))


@pytest.mark.parametrize(("name", "first", "second", "both"), JOINED)
def test_both_ways_count_where_they_meet(name: str, first: Any, second: Any, both: Any) -> None:
    states = [known(**{name: first}), known(**{name: second})]
    assert join(states) == known(**{name: both})
    assert not join(states).dead


@pytest.mark.parametrize(("name", "first", "second", "both"), JOINED)
def test_a_way_that_comes_nowhere_does_not_count(name: str, first: Any, second: Any, both: Any) -> None:
    here, gone = known(**{name: first}), known(**{name: second}, dead=True)
    assert join([here, gone]) == join([gone, here]) == here
    assert join([gone, gone]) == gone
    assert join([gone]).dead


@pytest.mark.parametrize(("name", "first", "second", "both"), JOINED)
def test_ways_that_meet_are_alive_although_another_one_comes_nowhere(
    name: str, first: Any, second: Any, both: Any
) -> None:
    states = [known(**{name: first}), known(**{name: second}), known(dead=True)]
    assert join(states) == known(**{name: both})


def test_what_is_the_same_on_all_ways_stays_where_something_else_differs() -> None:
    both = (A, B)
    first, second = ({"T": both, "U": (one,)} for one in (A, B))
    assert join([known(environment=first), known(environment=second)]).environment == {"T": both, "U": both}


def test_what_no_way_may_lead_to_is_what_all_of_them_say() -> None:
    assert join([known(traced=True, dead=True), known(dead=True)]) == known(traced=True, dead=True)


@pytest.mark.parametrize(
    ("was", "ways", "after"),
    [
        (OFF, {None}, OFF),
        (ON, {None}, ON),
        (ON, {OFF}, OFF),
        (OFF, {ON}, ON),
        (ON, {None, OFF}, (True, True, False)),
        (OFF, {None, ON}, (True, True, False)),
        (OFF, {(True, False, True)}, (True, False, True)),
        (OFF, {(False, True, False)}, (False, True, False)),
    ],
)
def test_a_function_gives_back_the_options_that_it_declared_its_own(was: Any, ways: Any, after: Any) -> None:
    traced, allexport, errexit = was
    state = State(traced=traced, allexport=allexport, errexit=errexit, restored=frozenset(ways))
    state.give_back()
    assert state.options == after


GROWN: list[dict[str, Any]] = [
    {"environment": {"T": (A, B)}},
    {"environment": {"T": (A, Definition("T", Value.of(Unknown("x")), None, 3))}},
    {"environment": {"T": (A, None)}},
    {"exported": frozenset({"T"})},
    {"clouded": frozenset({"U"})},
    {"lastpipe": frozenset({True, False})},
    {"arrays": {}},
    {"functions": {"f": (F, G)}},
    {"functions": {"f": (F,), "g": (G,)}},
    {"saved": {"T": ((A, B), True)}},
    {"saved": {"T": ((A,), False)}},
    {"traced": True},
    {"allexport": True},
    {"errexit": True},
    {"restored": frozenset({None, OFF})},
    {"dead": True},
    {"previous": ROOT | THERE},
    {"previous": UNKNOWN},
    {"positional": None},
    {"stack": None},
    {"zero": None},
    {"sourced": None},
    {"folders": ROOT | THERE},
    {"folders": UNKNOWN},
]
BEFORE: dict[str, Any] = {
    "environment": {"T": (A,)}, "arrays": {"L": (A,)}, "functions": {"f": (F,)}, "saved": {"T": ((A,), True)},
    "previous": ROOT, "zero": "a", "sourced": "b",
}  # fmt: skip


@pytest.mark.parametrize("more", GROWN, ids=lambda more: next(iter(more)))
@pytest.mark.parametrize("last", [False, True])
def test_a_loop_goes_on_as_long_as_something_grows(more: dict[str, Any], last: bool) -> None:
    after = State(**(BEFORE | more))
    assert widen(State(**BEFORE), after, last=last)
    assert after == State(**(BEFORE | more)) or last


@pytest.mark.parametrize("last", [False, True])
def test_a_loop_ends_where_nothing_grows(last: bool) -> None:
    again = Definition("T", Value.of(Literal("a")), None, 9)
    for more in ({}, {"environment": {"T": (A, again)}}, {"folders": THERE}, {"folders": UNKNOWN}):
        before = BEFORE | {"folders": more.get("folders", ROOT)}
        assert not widen(State(**before), State(**(before | more)), last=last)
    for name in ("T", EVERYTHING):
        clouded = BEFORE | {"clouded": frozenset({name})}
        assert not widen(State(**clouded), State(**(clouded | {"environment": {"T": (A, B)}})), last=last)
    assert not widen(State(folders=UNKNOWN, previous=UNKNOWN), State(folders=Top("y"), previous=Top("z")), last=last)


def test_what_still_grows_in_the_last_rounds_may_be_anything_and_the_rest_stays_known() -> None:
    after = State(**(BEFORE | {"environment": {"T": (A, B), "U": (A,)}, "folders": ROOT | THERE}))
    assert widen(State(**(BEFORE | {"environment": {"T": (A,), "U": (A,)}})), after, last=True)
    assert after.may_change("T")
    assert not after.may_change("U")
    assert isinstance(after.folders, Top)
    assert isinstance(after.previous, frozenset)
    still = State(**(BEFORE | {"traced": True}))
    assert widen(State(**BEFORE), still, last=True)
    assert (still.clouded, still.folders) == (frozenset(), ROOT)


def test_a_variable_is_what_was_assigned_to_it_last() -> None:
    unset = Definition("", Value.of(Input("T", ())), None, -1)
    state = State(environment={"T": (A,)}, unset=unset, arrays={"T": (A,), "L": (B,)}, exported=frozenset({"T"}))
    assert (state.defined("T"), state.defined("U")) == ((A,), (unset,))
    other = state.copy()
    other.assign("T", (B,))
    assert (other.defined("T"), other.arrays) == ((B,), {"L": (B,)})
    assert (state.defined("T"), set(state.arrays)) == ((A,), {"T", "L"})
    empty = state.cleared("env -i")
    assert (empty.environment, empty.exported, empty.functions, empty.arrays) == ({}, frozenset(), {}, {})
    assert [one.value.unknown for one in empty.defined("T") if one] == ["env -i"]
    state.enter(THERE)
    assert (state.folders, state.previous) == (THERE, ROOT)
    state.become(other)
    assert state == other

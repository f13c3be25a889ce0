"""Where a program begins: with nothing around it and nothing known; and what is around what it starts."""

from __future__ import annotations

from migrator.flow.frame import Frame
from migrator.flow.lattice import State
from migrator.ir.paths import ROOT, Top
from migrator.text.source import Span


def test_around_a_program_there_is_nothing() -> None:
    frame = Frame()
    flags = (
        *(frame.conditional, frame.looped, frame.consumed, frame.testing, frame.evaluating, frame.fixed),
        *(frame.unchecked, frame.unordered, frame.asked, frame.fatal, frame.returns, frame.last, frame.hidden),
        *(frame.shown, frame.watched, frame.inside),
    )
    assert flags == (False,) * 16
    assert (frame.calls, frame.branches, frame.active, frame.breaking) == ((), (), (), ())
    assert (frame.holder, frame.around) == (-1, 0)


def test_a_program_begins_in_the_root_and_with_no_option() -> None:
    state = State()
    assert (state.traced, state.allexport, state.errexit) == (False, False, False)
    assert (state.dead, state.failed, state.stopped, state.lastpipe) == (False, False, False, frozenset({False}))
    assert (state.folders, state.stack, state.positional) == (ROOT, (), ())
    assert isinstance(state.previous, Top)
    assert (state.zero, state.sourced, state.unset) == (None, None, None)


def test_what_a_node_starts_and_waits_for_ends_the_step_where_the_node_does() -> None:
    frame = Frame(fatal=True, returns=True, shown=True)
    for state in (State(errexit=True), State()):
        inner = frame.process(state)
        assert (inner.fatal, inner.last, inner.returns, inner.inside, inner.shown) == (
            state.errexit,
            True,
            False,
            True,
            True,
        )
    assert frame.but(last=True).process(State()).fatal
    assert not frame.but(unchecked=True).process(State(errexit=True)).fatal


def test_a_branch_is_one_more_and_something_decides_about_it() -> None:
    outer, inner = ((Span(0, 9), ()), 0), ((Span(2, 5), ()), 1)
    frame = Frame().branch(outer).branch(inner)
    assert (frame.branches, frame.conditional) == ((outer, inner), True)

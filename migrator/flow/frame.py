"""Where a program is while it is followed: control, as opposed to what is known of its data (`lattice.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.flow.events import Branch, CallString
from migrator.flow.lattice import State
from migrator.flow.recorder import AskedTest
from migrator.ir.values import Definition, Value

MAX_DEPTH = 20
"""The most functions and programs that are followed into each other, which bounds the length of call strings."""


class Frame(Struct, frozen=True):
    """What stands around the node that is followed.

    `calls` is the call string. `branches` are the (construct, alternative) pairs around it, `conditional` says that
    something decides whether it runs, `looped` that it may run several times, `consumed` that something else reads its
    output. `active` are the functions and programs that are running, `holder` is the order of the command whose words
    are evaluated (-1: of none), `defining` the assignment whose value is. `testing`: a failing read ends the test, and
    not the program. `evaluating`: text of the program itself is run. `fixed`: literal text stands in quotes of another
    text, and cannot be replaced. `outer` maps the position of an expansion that was made before its text was read to
    the state of then.

    These collect what leaves the node elsewhere than at its end: `asking` the tests in a condition, `returning` and
    `results` the states and values with which the running function returns, `breaking` the states with which each loop
    around is left, of which `around` are not the running function's own, `failing` the states in which the node fails
    that is asked for success. `unchecked`: something around is asked, so that a failing statement ends nothing.
    `unordered`: the node may run at any time of the program. `asked`: what collects in `asking` asks for the success of
    the node itself.

    `fatal`: where the process fails that the node runs in, the step surely does; `returns`: where the running function
    does; `last`: the status of the node is that of the process. `hidden`: tracing does not show its words; `shown`:
    what started the process shows all that it is told. `watched`: what runs around shows the words of
    all that is started. `inside`: the process of the node may end before the program does.
    """

    calls: CallString = ()
    branches: tuple[Branch, ...] = ()
    conditional: bool = False
    looped: bool = False
    consumed: bool = False
    active: tuple[str, ...] = ()
    holder: int = -1
    defining: Definition | None = None
    testing: bool = False
    evaluating: bool = False
    fixed: bool = False
    outer: Mapping[int, State] = field(default_factory=dict)
    asking: list[AskedTest] | None = None
    returning: list[State] | None = None
    results: list[Value] | None = None
    breaking: tuple[list[State], ...] = ()
    around: int = 0
    failing: list[State] | None = None
    unchecked: bool = False
    unordered: bool = False
    asked: bool = False
    fatal: bool = False
    returns: bool = False
    last: bool = False
    hidden: bool = False
    shown: bool = False
    watched: bool = False
    inside: bool = False

    def ends(self, state: State) -> bool:
        """Whether the step surely fails where the node does."""
        return self.fatal and not self.unchecked and (state.errexit or self.last)

    def process(self, state: State) -> Frame:
        """The frame of a process that the node starts and waits for."""
        return replace(self, fatal=self.ends(state), last=True, returns=False, inside=True)

    def but(self, **changes: Any) -> Frame:
        return replace(self, **changes)

    def branch(self, construct: Branch) -> Frame:
        return replace(self, branches=(*self.branches, construct), conditional=True)

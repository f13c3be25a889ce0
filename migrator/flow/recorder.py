"""What a run leaves behind: its events in order, from which the `Flow` is made.

The order of running is a number that grows; its bound, 20,000, is what ends a run that calls and loops do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.flow.events import (
    CallString,
    Command,
    Decision,
    Definitions,
    Flow,
    Output,
    PresenceTest,
    Unread,
    Unseen,
    VariableUse,
)
from migrator.flow.lattice import State
from migrator.flow.library import Placed
from migrator.ir.nodes import ProgramError, Read
from migrator.ir.paths import joined
from migrator.ir.values import Definition, Value
from migrator.text.source import Span

_MOST = 20_000


class PendingTest(Struct):
    """A presence test while what it decides about is still being collected."""

    value: Value
    reads: tuple[Read, ...]
    span: Span
    calls: CallString
    name: Span | None = None
    decisions: list[Decision] = field(default_factory=list)


class AskedTest(Struct, frozen=True):
    """A test among what a node is asked for success for. `present`: the node rather succeeds where the variable is
    there (True), or where it is not (False); None where neither can be told."""

    test: PendingTest
    present: bool | None

    @property
    def negated(self) -> AskedTest:
        return AskedTest(self.test, None if self.present is None else not self.present)

    @property
    def unsure(self) -> AskedTest:
        return AskedTest(self.test, None)


class Recorder:
    """`order` is that of the event that comes next. `departures` counts what leaves a function, a loop or a program,
    `escapes` those among them that do not surely end the step with a failure."""

    def __init__(self) -> None:
        self.order = 0
        self.commands: list[Command] = []
        self.uses: list[VariableUse] = []
        self.tests: list[PendingTest] = []
        self.definitions: list[Definition] = []
        self.unread: list[Unread] = []
        self.unseen: list[Unseen] = []
        self.inputs: list[Value] = []
        self.outputs: list[Output] = []
        self.programs: dict[int, Placed] = {}
        self.called: set[str] = set()
        self.departures = 0
        self.escapes = 0
        self.cleared: list[tuple[int, int]] = []
        self._muted = 0

    @property
    def silent(self) -> bool:
        return self._muted > 0

    @contextmanager
    def muted(self) -> Iterator[None]:
        """What happens meanwhile is tried only, and leaves no events."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1

    def tick(self, span: Span) -> int:
        """The order of the event that comes now. Raises ProgramError where there are too many."""
        now = self.order
        self.order += 1
        if self.order > _MOST:
            raise ProgramError("the script runs too many commands to follow; split it", span.start)
        return now

    def add(self, *events: Command | VariableUse | PendingTest | Definition | Unread | Unseen) -> None:
        if self._muted:
            return
        for event in events:
            match event:
                case Command():
                    self.commands.append(event)
                case VariableUse():
                    self.uses.append(event)
                case PendingTest():
                    self.tests.append(event)
                case Definition():
                    self.definitions.append(event)
                case Unread():
                    self.unread.append(event)
                case Unseen():
                    self.unseen.append(event)

    def departs(self, stops: bool) -> None:
        """Something leaves a function, a loop or a program; `stops`: it surely ends the step with a failure."""
        self.departures += 1
        self.escapes += not stops

    def reads_file(self, path: Value) -> None:
        if not self._muted:
            self.inputs.append(path)

    def starts(self, placed: Placed) -> None:
        if not self._muted:
            self.programs[placed.start] = placed

    def clears(self, since: int) -> None:
        """What ran since then had another environment than the program."""
        self.order += 1  # so that what comes next is told from the last that ran within
        if not self._muted:
            self.cleared.append((since, self.order))

    def writes_files(self, files: tuple[Output, ...], since: int) -> None:
        if self._muted:
            return
        self.outputs += files
        if len(self.commands) > since:
            last = self.commands[-1]
            self.commands[-1] = replace(last, outputs=last.outputs + files)

    @property
    def read_from_outside(self) -> set[str]:
        """The variables that were read while nothing of the program had set them."""
        return {use.read.name for use in self.uses if None in use.definitions}

    def assignments(self) -> dict[str, Definitions]:
        """Every assignment that there was, by variable; None among them where it was read before one."""
        found: dict[str, list[Definition | None]] = {}
        for one in self.definitions:
            if not one.positional:
                found.setdefault(one.name, []).append(one)
        for name in self.read_from_outside & found.keys():
            found[name].append(None)
        return {name: tuple(definitions) for name, definitions in found.items()}

    def any_time(self, state: State, since: State | None = None) -> State:
        """What may hold at some time of the run: each variable with any of its values, those of `since` included."""
        inner = state.copy()
        inner.positional = None
        inner.dead = False
        inner.traced = state.traced or any(one.traced for one in self.commands)
        inner.errexit = False
        inner.folders = joined((state.folders, *(one.folders for one in self.commands)))
        found: dict[str, Definitions] = {}
        for name, assigned in self.assignments().items():
            present = state.environment.get(name, ())
            if since is not None:
                present = (*present, *since.defined(name))
            found[name] = tuple(dict.fromkeys((*assigned, *present)))
        inner.environment = {**state.environment, **found}
        return inner

    def flow(self) -> Flow:
        tests = tuple(
            PresenceTest(test.value, test.reads, test.span, test.calls, tuple(test.decisions), test.name)
            for test in self.tests
        )
        return Flow(
            tuple(self.commands),
            tuple(self.uses),
            tests,
            tuple(self.definitions),
            tuple(self.unread),
            tuple(self.unseen),
            tuple(self.inputs),
            tuple(placed for _, placed in sorted(self.programs.items())),
            tuple(self.outputs),
            tuple(self.cleared),
        )

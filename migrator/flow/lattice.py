"""The lattice of states: what is known at one point of a program, whichever way it came there.

`join` is the least upper bound of what several ways bring. `widen` makes loops end: a variable whose values still grow
after a few rounds may be anything (`clouded`), and so may the working directory (`Top`). What else grows is finite:
which variables are exported or clouded, which functions there are, whether commands are traced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

from migrator.flow.events import Definitions
from migrator.ir.nodes import Define
from migrator.ir.paths import ROOT, Paths, Top, joined
from migrator.ir.values import Definition, Input, Unknown, Value, symbol

Options = tuple[bool, bool, bool]
"""`traced`, `allexport` and `errexit` of a state."""
_T = TypeVar("_T")
EVERYTHING = "*"
"""Among the clouded names: any variable."""


class State(Struct):
    """What one process knows at one point. What it holds is never changed in place, so that `copy` is cheap.

    `unset` is what a variable has that is not in the `environment`: None for what the program was given from outside.
    `saved` is what the local variables of the running function hide, and whether they surely do. `clouded` names what
    something unseen may set at any time. `lastpipe` is whether the last command of a pipe runs in this process, both
    where that cannot be told. `folders` is the working directory, `previous` the one before, and `stack` those that
    were pushed. `zero` is the name that the program was started by, `sourced` the file that is being included, as the
    commands named them; None where that is not known. `dead`: nothing comes here.

    `errexit`: a command that fails surely ends the process. `restored` are the options that the running function gives
    back, one for each way, None for the way on which it gives back none. `failed`: the node before surely failed;
    `stopped`: the step surely ended with a failure here.
    """

    environment: dict[str, Definitions] = field(default_factory=dict)
    unset: Definition | None = None
    exported: frozenset[str] = frozenset()
    functions: dict[str, tuple[Define, ...]] = field(default_factory=dict)
    arrays: dict[str, tuple[Definition, ...]] = field(default_factory=dict)
    saved: dict[str, tuple[Definitions, bool]] = field(default_factory=dict)
    clouded: frozenset[str] = frozenset()
    positional: tuple[Definition, ...] | None = ()
    traced: bool = False
    allexport: bool = False
    lastpipe: frozenset[bool] = frozenset({False})
    folders: Paths = ROOT
    previous: Paths = Top("`cd -` before any other `cd`")
    stack: tuple[Paths, ...] | None = ()
    zero: str | None = None
    sourced: str | None = None
    dead: bool = False
    errexit: bool = False
    restored: frozenset[Options | None] = frozenset({None})
    failed: bool = False
    stopped: bool = False

    @property
    def options(self) -> Options:
        return self.traced, self.allexport, self.errexit

    def give_back(self) -> None:
        """The running function ends: what it declared local of the options is as before."""
        ways = [self.options if one is None else one for one in self.restored]
        self.traced = any(traced for traced, _, _ in ways)
        self.allexport = any(allexport for _, allexport, _ in ways)
        self.errexit = all(errexit for _, _, errexit in ways)

    def copy(self) -> State:
        return replace(self)

    def become(self, other: State) -> None:
        for name in self.__struct_fields__:
            force_setattr(self, name, getattr(other, name))

    def defined(self, name: str) -> Definitions:
        """The assignments that may have given a variable its value; None among them: none did."""
        return self.environment.get(name, (self.unset,))

    def assign(self, name: str, definitions: Definitions) -> None:
        self.environment = {**self.environment, name: definitions}
        if name in self.arrays:
            self.arrays = {key: value for key, value in self.arrays.items() if key != name}

    def may_change(self, name: str) -> bool:
        """Whether something unseen may set the variable at any time."""
        return not self.clouded.isdisjoint((name, EVERYTHING))

    def cleared(self, why: str) -> State:
        """That of a program which is started with another environment."""
        unset = Definition("", Value.of(Unknown(why)), None, -1)
        return replace(self, environment={}, unset=unset, exported=frozenset(), functions={}, arrays={})

    def enter(self, folders: Paths) -> None:
        self.previous, self.folders = self.folders, folders


def join(states: Sequence[State]) -> State:
    """What holds whichever of the states was reached; a dead one was not, unless all are."""
    alive = [state for state in states if not state.dead] or list(states)
    first = alive[0]
    if len(alive) == 1:
        return replace(first, dead=all(state.dead for state in states))
    return State(
        environment=_merged([state.environment for state in alive], (first.unset,)),
        unset=first.unset,
        exported=frozenset().union(*(state.exported for state in alive)),
        functions=_merged([state.functions for state in alive], ()),
        arrays={name: value for name, value in first.arrays.items() if all(s.arrays.get(name) == value for s in alive)},
        saved=_saved(alive),
        clouded=frozenset().union(*(state.clouded for state in alive)),
        positional=first.positional if all(state.positional == first.positional for state in alive) else None,
        traced=any(state.traced for state in alive),
        allexport=any(state.allexport for state in alive),
        lastpipe=frozenset().union(*(state.lastpipe for state in alive)),
        folders=joined(state.folders for state in alive),
        previous=joined(state.previous for state in alive),
        stack=first.stack if all(_same(state.stack, first.stack) for state in alive) else None,
        zero=first.zero if all(state.zero == first.zero for state in alive) else None,
        sourced=first.sourced if all(state.sourced == first.sourced for state in alive) else None,
        dead=all(state.dead for state in states),
        errexit=all(state.errexit for state in alive),
        restored=frozenset().union(*(state.restored for state in alive)),
        failed=all(state.failed for state in alive),
        stopped=all(state.stopped for state in alive),
    )


def widen(before: State, after: State, last: bool) -> bool:
    """Whether another round of a loop brought `after` more than `before`, which it includes. In the `last` rounds what
    still grows without end becomes unknown, so that all that is left to grow is finite."""
    known, values = _known(before), _known(after)
    growing = {name for name, found in values.items() if known.get(name) != found and not before.may_change(name)}
    moving = not _same_paths(before.folders, after.folders)
    if last:
        after.clouded |= growing
        if moving:
            after.folders = Top("a loop that changes the working directory")
    return bool(growing) or moving or _finite(before) != _finite(after)


def _finite(state: State) -> tuple[object, ...]:
    """What else can grow, measured: of two states of which one includes the other, they differ where this does."""
    return (
        *(len(names) for names in (state.exported, state.clouded, state.lastpipe, state.arrays)),
        {name: len(bodies) for name, bodies in state.functions.items()},
        {name: (len(hidden), surely) for name, (hidden, surely) in state.saved.items()},
        (
            state.traced,
            state.allexport,
            state.errexit,
            len(state.restored),
            state.dead,
            isinstance(state.previous, Top) or state.previous,
        ),
        *(value is None for value in (state.positional, state.stack, state.zero, state.sourced)),
    )


def _known(state: State) -> dict[str, frozenset[str | None]]:
    """The values that each variable may have, as symbols; None stands for one that has no symbol."""
    return {
        name: frozenset(
            symbol(row) for one in definitions for row in (one.value.alternatives if one else ((Input(name, ()),),))
        )
        for name, definitions in state.environment.items()
    }


def _merged(rows: Sequence[dict[str, tuple[_T, ...]]], missing: tuple[_T, ...]) -> dict[str, tuple[_T, ...]]:
    first = rows[0]
    if all(row is first for row in rows):
        return first
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _either([row.get(name, missing) for row in rows]) for name in names}


def _either(rows: Sequence[tuple[_T, ...]]) -> tuple[_T, ...]:
    """What stands in any of the rows. Most often they are the same one, and comparing function bodies takes long."""
    first = rows[0]
    if all(row is first for row in rows):
        return first
    return tuple(dict.fromkeys(one for row in rows for one in row))


def _saved(states: Iterable[State]) -> dict[str, tuple[Definitions, bool]]:
    states = list(states)
    return {
        name: (
            tuple(dict.fromkeys(d for state in states if name in state.saved for d in state.saved[name][0])),
            all(name in state.saved and state.saved[name][1] for state in states),
        )
        for name in dict.fromkeys(name for state in states for name in state.saved)
    }


def _same_paths(first: Paths, second: Paths) -> bool:
    if isinstance(first, Top):
        return isinstance(second, Top)
    return first == second


def _same(first: tuple[Paths, ...] | None, second: tuple[Paths, ...] | None) -> bool:
    if first is None or second is None:
        return first is second
    return len(first) == len(second) and all(map(_same_paths, first, second))

"""What a shell knows at one point of a script, and what is known whichever way it came there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.flow.events import (
    Definitions,
)
from migrator.ir.nodes import (
    Function,
    Read,
)
from migrator.ir.values import (
    Definition,
    Input,
    Value,
    symbol,
)
from migrator.text.source import Span

_T = TypeVar("_T")


class State(Struct):
    """What one shell knows at one point. `environment` is replaced, never changed in place.

    `saved` is what the local variables of the running function hide, and whether they surely do. `clouded` names what
    something unseen may set at any time (`*`: everything). `lastpipe` is whether the last command of a pipe runs in
    this shell, both where that cannot be told. `zero` is `$0`, `sourced` the file that is being read, as the commands
    named them; None where that is not known.
    """

    environment: dict[str, Definitions] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    functions: dict[str, tuple[Function, ...]] = field(default_factory=dict)
    arrays: dict[str, tuple[Definition, ...]] = field(default_factory=dict)
    saved: dict[str, tuple[Definitions, bool]] = field(default_factory=dict)
    clouded: frozenset[str] = frozenset()
    positional: tuple[Definition, ...] | None = ()
    traced: bool = False
    allexport: bool = False
    lastpipe: frozenset[bool] = frozenset({False})
    folder: str | None = ""
    zero: str | None = None
    sourced: str | None = None
    dead: bool = False

    def copy(self) -> State:
        return replace(self)

    def known(self) -> dict[str, frozenset[str | None]]:
        """The values that each variable may have, as symbols; None stands for one that has no symbol."""
        return {
            name: frozenset(
                symbol(row) for one in definitions for row in (one.value.alternatives if one else ((Input(name, ()),),))
            )
            for name, definitions in self.environment.items()
        }

    def assign(self, name: str, definitions: Definitions) -> None:
        self.environment = {**self.environment, name: definitions}
        if name in self.arrays:
            self.arrays = {key: value for key, value in self.arrays.items() if key != name}

    def join(self, others: Sequence[State]) -> None:
        """Become what holds whichever of the given states was reached."""
        alive = [state for state in others if not state.dead] or list(others)
        first = alive[0]
        hidden = {name for state in alive for name in state.saved}
        self.saved = {
            name: (
                tuple(dict.fromkeys(d for state in alive if name in state.saved for d in state.saved[name][0])),
                all(name in state.saved and state.saved[name][1] for state in alive),
            )
            for name in hidden
        }
        self.clouded = frozenset[str]().union(*(state.clouded for state in alive))
        names = {name for state in alive for name in state.environment}
        self.environment = {name: _either([state.environment.get(name, (None,)) for state in alive]) for name in names}
        self.exported = frozenset[str]().union(*(state.exported for state in alive))
        defined = {name for state in alive for name in state.functions}
        self.functions = {name: _either([state.functions.get(name, ()) for state in alive]) for name in defined}
        self.arrays = {
            name: value for name, value in first.arrays.items() if all(s.arrays.get(name) == value for s in alive)
        }
        self.positional = first.positional if all(s.positional == first.positional for s in alive) else None
        self.traced = any(state.traced for state in alive)
        self.allexport = any(state.allexport for state in alive)
        self.lastpipe = frozenset[bool]().union(*(state.lastpipe for state in alive))
        self.folder = first.folder if all(state.folder == first.folder for state in alive) else None
        self.dead = all(state.dead for state in others)


def _either(rows: Sequence[tuple[_T, ...]]) -> tuple[_T, ...]:
    """What stands in any of the rows. Most often they are the same one, and comparing function bodies takes long."""
    first = rows[0]
    if all(row is first for row in rows):
        return first
    return tuple(dict.fromkeys(one for row in rows for one in row))


class PendingTest(Struct):
    """A presence test while what it decides about is still being collected."""

    value: Value
    read: Read | None
    name_span: Span
    calls: tuple[int, ...]
    regions: list[Span] = field(default_factory=list)
    everything: bool = False

"""What a shell knows at one point of a script, and what is known whichever way it came there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from migrator.core.text import Span
from migrator.credentials.trace import (
    Argument,
    Definitions,
)
from migrator.credentials.values import (
    Definition,
    Value,
)
from migrator.readers.shell import (
    Function,
    Param,
)


@dataclass(slots=True)
class State:
    """What one shell knows at one point. `environment` is replaced, never changed in place."""

    environment: dict[str, Definitions] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    functions: dict[str, Function] = field(default_factory=dict)
    arrays: dict[str, tuple[Argument, ...]] = field(default_factory=dict)
    positional: tuple[Definition, ...] | None = ()
    xtrace: bool = False
    allexport: bool = False
    folder: str | None = ""
    dead: bool = False

    def copy(self) -> State:
        return replace(self)

    def assign(self, name: str, definitions: Definitions) -> None:
        self.environment = {**self.environment, name: definitions}
        if name in self.arrays:
            self.arrays = {key: value for key, value in self.arrays.items() if key != name}

    def join(self, others: Sequence[State]) -> None:
        """Become what holds whichever of the given states was reached."""
        alive = [state for state in others if not state.dead] or list(others)
        first = alive[0]
        names = {name for state in alive for name in state.environment}
        self.environment = {
            name: tuple(dict.fromkeys(d for state in alive for d in state.environment.get(name, (None,))))
            for name in names
        }
        self.exported = frozenset[str]().union(*(state.exported for state in alive))
        self.functions = {name: body for state in alive for name, body in state.functions.items()}
        self.arrays = {
            name: value for name, value in first.arrays.items() if all(s.arrays.get(name) == value for s in alive)
        }
        self.positional = first.positional if all(s.positional == first.positional for s in alive) else None
        self.xtrace = any(state.xtrace for state in alive)
        self.allexport = any(state.allexport for state in alive)
        self.folder = first.folder if all(state.folder == first.folder for state in alive) else None
        self.dead = all(state.dead for state in others)


@dataclass(slots=True)
class PendingTest:
    """A presence test while what it decides about is still being collected."""

    value: Value
    param: Param | None
    name_span: Span
    context: tuple[int, ...]
    regions: list[Span] = field(default_factory=list)
    everything: bool = False

"""Which stored variables a step still reads when its logins are native."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from migrator.fixes.judged_login import JudgedLogin
from migrator.flow import queries
from migrator.flow.events import Flow, VariableUse
from migrator.ir.values import Literal, Value
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.programs import Programs
from migrator.text.source import Span


class Remaining:
    """What a step still reads of stored variables. `judged` are all logins of it; `named`: to what a name is handed on.

    What the safe changes leave is found once a name, in reads × changes; a login looks through that alone.
    """

    def __init__(self, step: StepFacts, judged: Sequence[JudgedLogin], named: Callable[[str], str]) -> None:
        self._shells = step.shells
        self._named = named
        self._safe = [one for one in judged if one.safe]
        self._left: dict[str, list[_StoredRead]] = {}
        self._runs: dict[tuple[int, Span], list[JudgedLogin]] = {}
        for one in judged:
            self._runs.setdefault(_place(one), []).append(one)

    def of(self, item: JudgedLogin) -> tuple[str, ...]:
        """The stored variables of a login that something reads after the change, and after that of every login whose
        change is safe, or that stands in the same command."""
        return tuple(name for name in item.login.stored if self._named(name) or self._is_read(item, name))

    def _is_read(self, item: JudgedLogin, name: str) -> bool:
        return any(not _is_gone(one, self._runs[_place(item)]) for one in self._kept(name))

    def _kept(self, name: str) -> list[_StoredRead]:
        """What the safe changes leave."""
        if name not in self._left:
            self._left[name] = [one for one in self._reads(name) if not _is_gone(one, self._safe)]
        return self._left[name]

    def _reads(self, name: str) -> Iterator[_StoredRead]:
        for shell in self._shells:
            yield from (_StoredRead(shell, use) for use in queries.readers_of_input(shell.trace, name))


class _StoredRead(Struct, frozen=True):
    shell: Shell
    use: VariableUse


def _place(item: JudgedLogin) -> tuple[int, Span]:
    return item.login.shell.order, item.login.command.span


def _is_gone(read: _StoredRead, changed: Iterable[JudgedLogin]) -> bool:
    """Whether a change stands there, or what runs the file with it is given another value."""
    own, start = read.use.read.span, queries.outermost(*queries.site(read.use))
    for one in changed:
        if one.login.shell is not read.shell:
            continue
        if any(own.contains(span) or span.contains(own) for span in one.spans):
            return True
        if one.bridge and one.bridge.call.start <= start < one.bridge.call.end:
            return True
    return False


def named(step: StepFacts, programs: Programs, name: str) -> str:
    """To what a step names a variable, a task, a program or an indirection, for people; '' for nothing. The log is
    none of them."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    tasks = (task.what for task in step.tasks for _, scalar in task.variables if word.search(scalar.value))
    each = (_by_name(word, shell.trace, programs) for shell in step.shells)
    return next((what for one in (tasks, *each) for what in one), "")


def _by_name(word: re.Pattern[str], trace: Flow, programs: Programs) -> Iterator[str]:
    """`docker run -e NAME`, `for each in NAME`: a program or an indirection is told the variable's name."""

    def told(value: Value) -> bool:
        rows = ((one.text if isinstance(one, Literal) else " " for one in row) for row in value.alternatives)
        return any(word.search("".join(row)) for row in rows)

    for command in trace.commands:
        if not queries.shown(command, programs) and any(told(argument.value) for argument in command.arguments):
            yield f"`{command.name or 'a program'}`"
    yield from (f"what sets {one.name}" for one in trace.definitions if told(one.value))

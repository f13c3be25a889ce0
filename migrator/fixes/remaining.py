"""Which stored variables a step still reads when its logins are native."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from migrator.fixes.judged_login import JudgedLogin
from migrator.flow import queries
from migrator.flow.events import Flow, VariableUse
from migrator.ir.values import Literal, Value
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.programs import Programs


def remaining(
    step: StepFacts, judged: Sequence[JudgedLogin], item: JudgedLogin, named: Callable[[str], str]
) -> tuple[str, ...]:
    """The stored variables of a login that something in the step still reads after the change, and after that of every
    login of the step whose change is safe, or that stands in the same command. `judged` are all of these; `named`: to
    what a name is handed on."""
    place = item.login.shell.order, item.login.command.span
    changed = [one for one in judged if one.safe or (one.login.shell.order, one.login.command.span) == place]

    def gone(shell: Shell, use: VariableUse) -> bool:
        mine = [one for one in changed if one.login.shell is shell]
        start = queries.outermost(*queries.site(use))
        if any(one.bridge and one.bridge.call.start <= start < one.bridge.call.end for one in mine):
            return True
        if item.pipe and shell is item.login.shell:
            spans = item.pipe.removed
        else:
            spans = tuple(point.span for one in mine for point in one.points)
        return any(use.read.span.contains(span) or span.contains(use.read.span) for span in spans)

    def read(name: str) -> bool:
        stored = ((shell, use) for shell in step.shells for use in queries.readers_of_input(shell.trace, name))
        return bool(named(name)) or any(not gone(shell, use) for shell, use in stored)

    return tuple(name for name in item.login.stored if read(name))


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

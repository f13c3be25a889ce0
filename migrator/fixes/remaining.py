"""Which stored variables a step still reads when its logins are native."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from migrator.fixes.judged_login import JudgedLogin
from migrator.flow import queries
from migrator.flow.events import Flow, VariableUse
from migrator.ir.values import symbol
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.programs import Programs


def remaining(
    step: StepFacts, judged: Sequence[JudgedLogin], item: JudgedLogin, named: Callable[[str], bool]
) -> tuple[str, ...]:
    """The stored variables of a login that something in the step still reads after the change, and after that of every
    login of the step whose change is safe, or that stands in the same command. `judged` are all of these; `named`: is a
    variable handed on by its name?"""
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
        return named(name) or any(not gone(shell, use) for shell, use in stored)

    return tuple(name for name in item.login.stored if read(name))


def named(step: StepFacts, programs: Programs, name: str) -> bool:
    """Whether a step names a variable to a task, a program or an indirection; the log is none of them."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(scalar.value) for task in step.tasks for _, scalar in task.variables) or any(
        _by_name(word, name, shell.trace, programs) for shell in step.shells
    )


def _by_name(word: re.Pattern[str], name: str, trace: Flow, programs: Programs) -> bool:
    """`docker run -e NAME`, `for each in NAME`: a program or an indirection is told the variable's name."""
    told = (command for command in trace.commands if not queries.shown(command, programs))
    values = [argument.value for command in told for argument in command.arguments]
    values += [definition.value for definition in trace.definitions]
    texts = {symbol(row) or "" for value in values for row in value.alternatives}
    return any(word.search(text.replace(f"${{{name}}}", "")) for text in texts)

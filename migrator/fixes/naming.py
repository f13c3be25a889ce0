"""Variables that a step hands on by their names."""

from __future__ import annotations

import re

from migrator.flow.events import Flow
from migrator.ir.values import symbol
from migrator.reading.steps import StepFacts


def named(step: StepFacts, name: str) -> bool:
    """Whether a step names a variable to a task, a program or an indirection."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(scalar.value) for task in step.tasks for _, scalar in task.variables) or any(
        _by_name(word, name, shell.trace) for shell in step.shells
    )


def _by_name(word: re.Pattern[str], name: str, trace: Flow) -> bool:
    """`docker run -e NAME`, `for each in NAME`: a program or an indirection is told the variable's name."""
    values = [argument.value for command in trace.commands for argument in command.arguments]
    values += [definition.value for definition in trace.definitions]
    texts = {symbol(row) or "" for value in values for row in value.alternatives}
    return any(word.search(text.replace(f"${{{name}}}", "")) for text in texts)

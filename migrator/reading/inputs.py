"""Which variables have a value before a step begins: those are exported, whatever assigns to them."""

from __future__ import annotations

import re
from collections.abc import Collection

from migrator.flow.queries import inputs
from migrator.ir.paths import Top
from migrator.reading.repository import Reading


class Given:
    """Of a repository. No file of it tells which variables are stored, so that one counts that something reads without
    setting it: a step, a task, or a file that is not among the `followed`."""

    def __init__(self, reading: Reading, followed: Collection[str]) -> None:
        self.facts = reading.facts
        self.files = reading.files
        self.followed = followed
        self.known = {*reading.settings.variables, *(name for fact in self.facts for name, _ in fact.step.variables)}

    def __call__(self, variable: str) -> bool:
        if variable in self.known:
            return True
        word = re.compile(rf"(?<!\w){re.escape(variable)}(?!\w)")
        for fact in self.facts:
            if any(word.search(scalar.value) for task in fact.tasks for _, scalar in task.variables):
                return True
            for shell in fact.shells:
                if variable in inputs(shell.trace) or (not shell.read and word.search(shell.script.text)):
                    return True
        speaking = self.files.speaking_of(variable)
        return isinstance(speaking, Top) or not speaking <= frozenset(self.followed)

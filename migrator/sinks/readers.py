"""Which programs may read a variable that the script exports."""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Value
from migrator.rulebook.records import RuleBook
from migrator.sinks.compose_projects import may_read
from migrator.sinks.images import found_by
from migrator.sinks.invocations import invocation
from migrator.sinks.shown import visible_text
from migrator.sinks.uses import Files, Read

_ALL = ("--env-file", "--env-host")
"""Options that hand on variables without naming them, or by a file."""


class Readers(Struct, frozen=True, eq=False, dict=True):
    """The programs that a script starts; `read` gives the text of a file of the repository."""

    trace: Flow
    book: RuleBook
    read: Read

    @cached_property
    def files(self) -> Files:
        return found_by(self.trace, self.book, self.read)

    def may_read(self, command: Command, variable: str) -> bool:
        """Could a program read an exported variable?"""
        called = invocation(command, self.book)
        if (called is None and command.name not in self.book.programs.private) or self._starts_others(command):
            return True
        name = word_of(variable)
        words = [visible_text(argument.value) for argument in command.arguments]
        if any(name.search(word) or word.startswith(_ALL) for word in words):
            return True
        if called is None:
            return False
        if called.syntax is not None and called.syntax.unreadable:
            return True
        known = (
            [one.compose for one in called.client.commands if one.compose] if called.client.name == "compose" else []
        )
        syntax = called.syntax.compose if called.syntax and called.syntax.compose else next(iter(known), None)
        return syntax is not None and may_read(called, syntax, variable, self.files)

    def _starts_others(self, command: Command) -> bool:
        """Whether a program runs others, which read what they like: it is told to by words of one of its calls, by a
        variable, or by a file that the script writes."""
        told = self.book.programs.starting.get(command.name)
        if told is None:
            return False
        names = (*command.environment, *command.exported, *(name for name, _ in command.overrides))
        return any(map(told.search, names)) or any(map(told.search, self._told(command.name)))

    def _told(self, program: str) -> list[str]:
        commands = self.trace.commands
        values: list[Value] = [output.path for output in self.trace.outputs]
        named = (program, *self.book.programs.writers)
        values += [argument.value for one in commands if one.name in named for argument in one.arguments]
        return [text for value in values if (text := visible_text(value))]


def word_of(variable: str) -> re.Pattern[str]:
    """A variable's name among words that a program is given."""
    return re.compile(rf"(?:\b|^-[A-Za-z]+){re.escape(variable)}\b")

"""Which programs may read a variable that the script exports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.flow.queries import shown
from migrator.ir.values import Value
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Channel
from migrator.sinks.compose_projects import taken
from migrator.sinks.images import found_by
from migrator.sinks.invocations import invocation
from migrator.sinks.shown import visible_text
from migrator.sinks.uses import Files, Read
from migrator.text.patterns import Pattern

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
        if shown(command, self.book.programs):
            return False
        called = invocation(command, self.book)
        unseen = called.syntax and called.syntax.unseen if called else command.name not in self.book.programs.private
        if unseen or self.starts_others(command) or any(self._told(command, self.book.programs.revealing)):
            return True
        name = word_of(variable)
        words = [visible_text(argument.value) for argument in command.arguments]
        if any(name.search(word) or word.startswith(_ALL) for word in words):
            return True
        by_file = self._taken(command)
        return by_file is None or variable in by_file

    def takes(self, command: Command, variable: str) -> bool:
        """Whether a client looks for its credential in a variable of that name."""
        called = invocation(command, self.book)
        slots = called.syntax.slots if called and called.syntax else ()
        return any(slot.channel is Channel.ENVIRONMENT and variable in slot.takes for slot in slots)

    def _taken(self, command: Command) -> frozenset[str] | None:
        """The variables that files take which a command reads; None where that may be any."""
        if command not in self._known:
            called = invocation(command, self.book)
            syntax = called.syntax if called else None
            compose = syntax.compose if syntax else called.client.compose if called else None  # `config`, for one
            unreadable = syntax is not None and bool(syntax.unreadable)
            found = taken(called, compose, self.files) if called and compose else frozenset[str]()
            self._known[command] = None if unreadable else found
        return self._known[command]

    @cached_property
    def _known(self) -> dict[Command, frozenset[str] | None]:
        return {}

    def starts_others(self, command: Command) -> bool:
        """Whether a program runs others, which do what they like: it is told to by words of one of its calls, by a
        variable, or by a file that the script writes."""
        return any(self._told(command, self.book.programs.starting))

    def uses_others(self, command: Command) -> bool:
        """The same of such that may use packages."""
        asking = self.book.programs.asking.get(command.name)
        told = self._told(command, self.book.programs.starting)
        return any(asking is None or not asking.search(one) for one in told)

    def _told(self, command: Command, telling: Mapping[str, Pattern]) -> Iterator[str]:
        if told := telling.get(command.name):
            names = (*command.environment, *command.exported, *(name for name, _ in command.overrides))
            yield from (one for one in (*names, *self._words[command.name]) if told.search(one))

    @cached_property
    def _words(self) -> dict[str, list[str]]:
        """What programs that may start others are told, or read any variable: words of all of their calls, and the
        files that are written."""
        programs = self.book.programs
        shared = [output.path for output in self.trace.outputs]
        words: dict[str, list[Value]] = {name: list(shared) for name in (*programs.starting, *programs.revealing)}
        for command in self.trace.commands:
            values = [argument.value for argument in command.arguments]
            for name in words if command.name in programs.writers else (command.name,):
                if name in words:
                    words[name] += values
        return {name: [text for one in values if (text := visible_text(one))] for name, values in words.items()}


def word_of(variable: str) -> re.Pattern[str]:
    """A variable's name among words that a program is given."""
    return re.compile(rf"(?:\b|^-[A-Za-z]+){re.escape(variable)}\b")

"""Who can see the variables that carry the credential of a shell's logins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.flow.events import Command, VariableUse, among
from migrator.ir.nodes import Read
from migrator.ir.values import Definition, Piece
from migrator.reading.steps import Shell, StepFacts
from migrator.sinks import compose
from migrator.sinks.credentials import Site
from migrator.text.source import Span


class Visibility:
    """Of one shell, whose `logins` are changed together, since they share its variables.

    `covered` are the expansions that serve these logins alone: up to the first assignment that others read, too. Which
    assignments others read depends on that in turn: it is the greatest fixed point, found from all expansions by taking
    away, so that it ends after as many rounds as there are expansions.
    """

    def __init__(self, step: StepFacts, context: Context, shell: Shell, logins: Sequence[PackagesLogin]) -> None:
        self.step = step
        self.context = context
        self.shell = shell
        self.trace = shell.trace
        self.tested = {(test.read.span, test.calls) for test in self.trace.presences if test.read is not None}
        # A pipeline variable is exported from the start, and stays so when the script assigns to it.
        self.stored = {use.read.name for use in self.trace.uses if None in use.definitions}
        self.covered: frozenset[Site] = frozenset[Site]().union(*(login.sites for login in logins))
        self._movable: dict[Span, bool] = {}
        pieces = [piece for login in logins for word in login.words for piece in word.value.pieces]
        while not (own := {site for piece in pieces for site in self._own(piece)}) >= self.covered:
            self.covered &= own
            self._movable = {}

    def _own(self, piece: Piece) -> Iterator[Site]:
        for reference in piece.provenance:
            yield reference.read.span, reference.calls
            if reference.definition is not None and not self.movable(reference.definition):
                return

    def movable(self, definition: Definition) -> bool:
        """May this assignment be changed instead of what uses it?"""
        word = definition.word
        if word is None:
            return False
        if word.span not in self._movable:
            same = [other for other in self.trace.definitions if other.word and other.word.span == word.span]
            self._movable[word.span] = all(self._private(other, word.span) for other in same)
        return self._movable[word.span]

    def _private(self, definition: Definition, span: Span) -> bool:
        """Nothing but these logins, and tests whether it is set, can see the variable that is assigned to."""
        part = self.shell.script.part(span.start)
        if part is not None and part.key in self.context.shared_items:
            return False
        if any(among(definition, use.definitions) and self._foreign(use) for use in self.trace.uses):
            return False
        if definition.positional:
            return True
        name = word_of(definition.name)
        if any(name.search(scalar.value) for task in self.step.tasks for _, scalar in task.variables):
            return False
        return not any(self._reads(command, definition) for command in self.trace.commands)

    def _foreign(self, use: VariableUse) -> bool:
        """Whether an expansion serves something else than these logins and tests of them."""
        return (site := (use.read.span, use.calls)) not in self.covered and site not in self.tested

    def _reads(self, command: Command, definition: Definition) -> bool:
        """Could a program that is run read the variable from its environment?"""
        if command.followed or not among(definition, command.environment.get(definition.name, ())):
            return False
        if definition.name not in command.exported and definition.name not in self.stored:
            return False
        return may_read(command, definition.name, self.context)

    @cached_property
    def foreign(self) -> tuple[Read, ...]:
        """What is read for something else than these logins and tests of them."""
        return tuple(use.read for use in self.trace.uses if self._foreign(use))


def may_read(command: Command, variable: str, context: Context) -> bool:
    """Could a program read an exported variable?"""
    name = word_of(variable)
    client = context.book.by_program(command.name)
    if client is None and command.name not in context.book.programs.private:
        return True
    texts = [argument.value.symbol() or "" for argument in command.arguments]
    bare = [text.replace(f"${{{variable}}}", "") for text in texts]
    if any(name.search(text) or text.startswith("--env-file") for text in bare):
        return True
    if client and (client.name == "compose" or ("compose" in client.subclients and "compose" in texts[:6])):
        return compose.may_read(command, variable, context.file)
    return False


def word_of(variable: str) -> re.Pattern[str]:
    """A variable's name among words that a program is given."""
    return re.compile(rf"(?:\b|^-[A-Za-z]+){re.escape(variable)}\b")

"""Who can see the variables that carry the credential of a shell's logins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Sighting
from migrator.flow import queries
from migrator.flow.events import Command, VariableUse
from migrator.flow.queries import Site
from migrator.ir.nodes import Read
from migrator.ir.values import Definition, Piece
from migrator.reading.steps import Shell, StepFacts
from migrator.sinks.readers import Readers, word_of
from migrator.text.source import Span


class Visibility:
    """Of one shell, whose `logins` are changed together, since they share its variables.

    An assignment in a file with other users stays as it is for them, unless all logins stand in such files: a bridge
    gives them other values. `covered` are the expansions that serve these logins alone: up to the first assignment that
    others read, too. Which assignments others read depends on that in turn: it is the greatest fixed point, found from
    all expansions by taking away, so that it ends after as many rounds as there are expansions.
    """

    def __init__(self, step: StepFacts, context: Context, shell: Shell, logins: Sequence[PackagesLogin]) -> None:
        self.step = step
        self.context = context
        self.shell = shell
        self.trace = shell.trace
        self.readers = Readers(shell.trace, context.book, context.file)
        self.tested = queries.tested(self.trace)
        self.covered: frozenset[Site] = frozenset[Site]().union(*(login.sites for login in logins))
        self.edited = any(not self._other_user(login.command.span) for login in logins)
        self._own_commands = {login.command for login in logins}
        self._taken = {(one.command, name) for one in logins if one.login.by_variables for name in one.login.variables}
        self._told = {(login.command, sink.variable) for login in logins for sink in login.login.sinks}
        self._seers: dict[Span, Sighting | None] = {}
        pieces = [piece for login in logins for word in login.words for piece in word.value.pieces]
        while not (own := {site for piece in pieces for site in self._own(piece)}) >= self.covered:
            self.covered &= own
            self._seers = {}

    def _own(self, piece: Piece) -> Iterator[Site]:
        for reference in piece.provenance:
            yield reference.read.span, reference.calls
            if reference.definition is not None and not self.movable(reference.definition):
                return

    def movable(self, definition: Definition) -> bool:
        """May this assignment be changed instead of what uses it?"""
        return definition.word is not None and self.seer(definition) is None

    def seer(self, definition: Definition) -> Sighting | None:
        """What sees the variable that is assigned to, besides these logins and tests whether it is set; None where
        nothing does, or nothing of the assignment is written."""
        word = definition.word
        if word is None:
            return None
        if word.span not in self._seers:
            found = (
                seer
                for other in queries.written_alike(self.trace, definition)
                for seer in self._seeing(other, word.span)
            )
            self._seers[word.span] = next(found, None)
        return self._seers[word.span]

    def _seeing(self, definition: Definition, span: Span) -> Iterator[Sighting]:
        script, name = self.shell.script, definition.name
        part = script.part(span.start)
        if part is not None and part.key in self.context.shared_items:
            yield Sighting(f"another script has the item that sets {name}", script, span)
        if self.edited and (user := self._other_user(span)):
            yield Sighting(f"the file that sets {name} is there for {user}, too", script, span)
        given = self.context.given(name)
        later = queries.exported_readers(self.trace, definition)
        for use in (*queries.readers(self.trace, definition), *later):
            if self.foreign_use(use):
                yield Sighting(f"something else reads {name}", script, use.read.span)
        if definition.positional:
            return
        word = word_of(name)
        for task in self.step.tasks:
            if any(word.search(scalar.value) for _, scalar in task.variables):
                yield Sighting(f"{task.what} is given {name}")
        for command in queries.unfollowed(self.trace):
            if not queries.exported_to(command, definition, given) or self.takes(command, name):
                continue
            taken = command not in self._own_commands and self.readers.takes(command, name)
            if taken or ((command, name) not in self._told and self.readers.may_read(command, name)):
                yield Sighting(f"`{command.name or 'a program'}` may read {name}", script, command.span)

    def takes(self, command: Command, name: str) -> bool:
        """Whether a command is one of these logins, and takes the variable by its name."""
        return (command, name) in self._taken

    def _other_user(self, span: Span) -> str:
        """Who else uses the file that something stands in, '' where nobody does."""
        part = self.shell.script.part(span.start)
        return self.context.other_user(part.source.path) if part is not None and part.launcher else ""

    def foreign_use(self, use: VariableUse) -> bool:
        """Whether an expansion serves something else than these logins and tests of them."""
        return (site := queries.site(use)) not in self.covered and site not in self.tested

    @cached_property
    def foreign(self) -> tuple[Read, ...]:
        """What is read for something else than these logins and tests of them."""
        return tuple(use.read for use in self.trace.uses if self.foreign_use(use))

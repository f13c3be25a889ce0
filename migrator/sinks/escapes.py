"""Commands that take a credential out of the step, as the rules say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from msgspec import Struct

from migrator.flow.events import Command
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Escape, Role, valued
from migrator.sinks.channels import Sink, sinks
from migrator.sinks.invocations import parse


class Escaped(Struct, frozen=True):
    """A command that is an escape of the rules: sinks of one call whose values leave the step."""

    escape: Escape
    sinks: tuple[Sink, ...]

    def of(self, role: Role) -> list[Sink]:
        return [sink for sink in self.sinks if sink.role is role]


_FOUND: WeakKeyDictionary[Command, tuple[RuleBook, tuple[Escaped, ...]]] = WeakKeyDictionary()
"""As for calls: several questions ask for those of each command."""


def escapes(command: Command, book: RuleBook) -> tuple[Escaped, ...]:
    """The escapes that a command is."""
    known = _FOUND.get(command)
    if known is None or known[0] is not book:
        known = _FOUND[command] = book, tuple(_escapes(command, book))
    return known[1]


def _escapes(command: Command, book: RuleBook) -> Iterator[Escaped]:
    for escape in book.escaping.get(command.name, ()):
        if _in_order(escape.words, command):
            parsed = parse(command.arguments, valued(escape.slots))
            yield Escaped(escape, tuple(sinks(escape.slots, escape.name, command, parsed)))


def _in_order(words: Sequence[str], command: Command) -> bool:
    rest = (argument.value.symbol() for argument in command.arguments)
    return all(any(text == word for text in rest) for word in words)

"""Sinks of a command: where its values end, as the rules' slots say. Each channel is read here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.values import Input, Literal, Unknown, Value, union
from migrator.rulebook.sinks import Action, Channel, Role, Slot
from migrator.sinks.invocations import Invocation, Parsed
from migrator.sinks.values import is_handed, prefix, value_of
from migrator.text.source import Span

_T = TypeVar("_T")
_UNFED = "standard input that nothing in the script feeds"


class Sink(Struct, frozen=True):
    """Where a value ends: what it is (`role`), how it gets there (`channel`), what becomes of it (`action`).

    `client` is the name of the rules' entry. `origin` is the word that holds the value, or the command where no word of
    its own does. `variable` is the one that the program takes it from, '' for another channel.
    """

    action: Action
    role: Role
    channel: Channel
    client: str
    value: Value
    origin: Span
    variable: str = ""


def sinks(slots: Iterable[Slot], client: str, command: Command, parsed: Parsed) -> Iterator[Sink]:
    """What a command is given in the slots, slot by slot; `parsed` are its options and words."""
    for slot in slots:
        if slot.channel is Channel.ENVIRONMENT:
            for name, value in _set(slot, command):
                yield Sink(slot.action, slot.role, slot.channel, client, value, command.span, name)
        for value, origin in _given(slot, command, parsed):
            yield Sink(slot.action, slot.role, slot.channel, client, value, origin or command.span)


def sinks_of(called: Invocation, *actions: Action) -> tuple[Sink, ...]:
    """What a client's call does these with."""
    slots = [slot for slot in called.syntax.slots if slot.action in actions] if called.syntax else []
    return tuple(sinks(slots, called.client.name, called.command, called.parsed))


def _given(slot: Slot, command: Command, parsed: Parsed) -> Iterator[tuple[Value, Span | None]]:
    options = [option for option in parsed.options if option.name in slot.takes]
    match slot.channel:
        case Channel.DASH:
            fed = command.stdin or Value.of(Unknown(_UNFED))
            yield from ((fed, option.origin) for option in options if option.value and option.value.text == "-")
        case Channel.OPTION:
            yield from ((option.value, option.origin) for option in options if option.value is not None)
        case Channel.SWITCH:  # wherever it stands, since not every option before it is known
            switches = (word for word in command.arguments if prefix(word.value).partition("=")[0] in slot.takes)
            yield from ((word.value, word.word.span if word.word else None) for word in switches)
        case Channel.WORD:
            words = command.arguments if slot.takes == ("any",) else which(slot.takes[0], parsed.words)
            yield from ((word.value, word.word.span if word.word else None) for word in words)
        case Channel.STDIN if options or not slot.takes:
            yield command.stdin or Value.of(Unknown(_UNFED)), None
        case Channel.DEFAULT:
            yield Value.of(Literal(slot.takes[0])), None


def _set(slot: Slot, command: Command) -> Iterator[tuple[str, Value]]:
    names = [name for pattern in slot.takes for name in _variables(pattern, command)]
    known = ((name, value) for name in names if (value := value_of(command, name)) is not None)
    found = (
        (name, value if is_handed(command, name) else union((value, Value.of(Input(name, ())))))
        for name, value in known
    )
    yield from islice(found, None if slot.action is Action.LEAVE else 1)


def _variables(name: str, command: Command) -> Iterator[str]:
    """A variable, or all that begin with what stands before a `*`."""
    if not name.endswith("*"):
        yield name
        return
    given = (*command.environment, *(override for override, _ in command.overrides))
    yield from (one for one in dict.fromkeys(given) if one.startswith(name[:-1]))


def which(name: str, words: Sequence[_T]) -> Sequence[_T]:
    """The words of a command that a rule names."""
    match name:
        case "first":
            return words[:1]
        case "last":
            return words[-1:]
        case "rest":
            return words[1:]
        case "all":
            return words
    return ()

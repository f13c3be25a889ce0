"""How a client was called: its options and words, whatever their spelling and order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from msgspec import Struct

from migrator.flow.events import Argument, Command
from migrator.ir.values import Value
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import ClientCommand, RegistryClient
from migrator.sinks.values import prefix, without
from migrator.text.source import Span


class Option(Struct, frozen=True):
    """An option as given; `value` is None for a switch. `name` has its dashes, `origin` is the word with the value."""

    name: str
    value: Value | None
    origin: Span | None = None


class Parsed(Struct, frozen=True):
    options: tuple[Option, ...] = ()
    words: tuple[Argument, ...] = ()

    def values(self, names: frozenset[str]) -> list[Value]:
        return [option.value for option in self.options if option.name in names and option.value is not None]

    def has(self, names: frozenset[str]) -> bool:
        return any(option.name in names for option in self.options)


class Invocation(Struct, frozen=True):
    """A client's call. `options` are its global ones, `rest` is what follows those. `syntax` is what the rules say of
    the sub-command, None for one that they do not know, and `parsed` what that is given."""

    client: RegistryClient
    command: Command
    options: tuple[Option, ...]
    rest: tuple[Argument, ...]
    syntax: ClientCommand | None
    parsed: Parsed

    def calls(self, words: Sequence[str]) -> bool:
        """Whether this is the sub-command that is called."""
        return [argument.text for argument in self.rest[: len(words)]] == list(words)


_Parts = tuple[RegistryClient, tuple[Option, ...], tuple[Argument, ...], ClientCommand | None, Parsed]
_CALLS: WeakKeyDictionary[Command, tuple[RuleBook, _Parts | None]] = WeakKeyDictionary()
"""A dozen questions ask for the call of each command. What is kept does not hold the command, which would never go."""


def invocation(command: Command, book: RuleBook) -> Invocation | None:
    """The call of a client that the rule book knows, sub-clients such as `docker compose` included."""
    known = _CALLS.get(command)
    if known is None or known[0] is not book:
        known = _CALLS[command] = book, _parts(command, book)
    if known[1] is None:
        return None
    client, options, rest, syntax, parsed = known[1]
    return Invocation(client, command, options, rest, syntax, parsed)


def _parts(command: Command, book: RuleBook) -> _Parts | None:
    client = book.by_program(command.name)
    if client is None:
        return None
    options: list[Option] = []
    rest = command.arguments
    while () not in client.syntaxes:  # without sub-commands all options are its own
        parsed = parse(rest, client.options, leading=True)
        options += parsed.options
        rest = parsed.words
        following = client.subclients.get(rest[0].text or "") if rest else None
        if following is None or following not in book.clients:
            break
        client, rest = book.clients[following], rest[1:]
    called = tuple(argument.text or "" for argument in rest[: client.longest])
    for length in range(len(called), -1, -1):
        if syntax := client.syntaxes.get(called[:length]):
            return client, tuple(options), rest, syntax, parse(rest[length:], syntax.valued)
    return client, tuple(options), rest, None, Parsed()


def parse(arguments: Sequence[Argument], valued: frozenset[str], leading: bool = False) -> Parsed:
    """Split arguments into options and words. `valued` are the options that take a value; `leading`: stop at the
    first word. Long and short options with the value in the same or the next word are understood, and clusters."""
    options: list[Option] = []
    words: list[Argument] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        head = prefix(argument.value)
        if head == "--" and argument.text == "--":
            return Parsed(tuple(options), (*words, *rest))
        if not head.startswith("-") or head == "-":
            words.append(argument)
            if leading:
                return Parsed(tuple(options), (*words, *rest))
            continue
        options += _option(argument, head, valued, rest)
    return Parsed(tuple(options), tuple(words))


def _option(argument: Argument, head: str, valued: frozenset[str], rest: list[Argument]) -> Iterator[Option]:
    name, equals, _ = head.partition("=")
    if head.startswith("--") or (name in valued and len(name) > 2):
        if equals:
            yield _given(name, argument, len(name) + 1)
        elif name in valued and argument.text == name and rest:
            yield _given(name, rest.pop(0))
        else:
            yield Option(name, None)
        return
    for index in range(1, len(head)):
        short = f"-{head[index]}"
        if short not in valued:
            yield Option(short, None)
            continue
        if argument.text != head[: index + 1]:
            yield _given(short, argument, index + 1 + (head[index + 1 : index + 2] == "="))
        else:
            yield _given(short, rest.pop(0)) if rest else Option(short, None)
        return


def _given(name: str, argument: Argument, start: int = 0) -> Option:
    """An option whose value is a word, or the end of one from a character on."""
    return Option(name, without(argument.value, start), argument.word.span if argument.word else None)

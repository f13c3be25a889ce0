"""How a client was called: its options and words, whatever their spelling and order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from migrator.flow.events import Argument, Command
from migrator.ir.nodes import Quoting
from migrator.ir.values import Alternative, Literal, Value
from migrator.rulebook.records import Client, RuleBook
from migrator.text.source import Span


class Option(Struct, frozen=True):
    """An option as given; `value` is None for a switch. `name` has its dashes."""

    name: str
    value: Value | None


class Parsed(Struct, frozen=True):
    options: tuple[Option, ...]
    words: tuple[Argument, ...]

    def values(self, names: frozenset[str]) -> list[Value]:
        return [option.value for option in self.options if option.name in names and option.value is not None]

    def has(self, names: frozenset[str]) -> bool:
        return any(option.name in names for option in self.options)


class Invocation(Struct, frozen=True):
    """A client's call: `rest` is what follows its global options. `parents` are the clients it was reached through."""

    client: Client
    command: Command
    options: tuple[Option, ...]
    rest: tuple[Argument, ...]

    def after(self, words: Sequence[str]) -> tuple[Argument, ...] | None:
        """The arguments after the sub-command `words`; None where another sub-command is called."""
        if len(self.rest) < len(words):
            return None
        if any(argument.text != word for argument, word in zip(self.rest, words, strict=False)):
            return None
        return self.rest[len(words) :]


def invocation(command: Command, book: RuleBook) -> Invocation | None:
    """The call of a client that the rule book knows, sub-clients such as `docker compose` included."""
    client = book.by_program(command.name)
    if client is None:
        return None
    options: list[Option] = []
    rest = command.arguments
    while True:
        if client.login and () in client.login.commands:  # without sub-commands all options are the login's
            return Invocation(client, command, tuple(options), rest)
        parsed = parse(rest, client.options, leading=True)
        options += parsed.options
        rest = parsed.words
        following = client.subclients.get(rest[0].text or "") if rest else None
        if following is None or following not in book.clients:
            return Invocation(client, command, tuple(options), rest)
        client, rest = book.clients[following], rest[1:]


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
            yield Option(name, without(argument.value, len(name) + 1))
        elif name in valued and argument.text == name:
            yield Option(name, rest.pop(0).value if rest else None)
        else:
            yield Option(name, None)
        return
    for index in range(1, len(head)):
        short = f"-{head[index]}"
        if short in valued:
            value = without(argument.value, index + 1)
            if head[index + 1 : index + 2] == "=":
                value = without(argument.value, index + 2)
            if argument.text == head[: index + 1]:
                yield Option(short, rest.pop(0).value if rest else None)
            else:
                yield Option(short, value)
            return
        yield Option(short, None)


def prefix(value: Value) -> str:
    """The literal text that every alternative begins with."""
    texts = {_leading(alternative) for alternative in value.alternatives}
    return texts.pop() if len(texts) == 1 else min(texts, key=len) if _common(texts) else ""


def _common(texts: set[str]) -> bool:
    shortest = min(texts, key=len)
    return bool(shortest) and all(text.startswith(shortest) for text in texts)


def _leading(alternative: Alternative) -> str:
    parts: list[str] = []
    for piece in alternative:
        if not isinstance(piece, Literal):
            break
        parts.append(piece.text)
    return "".join(parts)


def without(value: Value, count: int) -> Value:
    """The value without its first `count` literal characters."""
    return Value(tuple(_cut(alternative, count) for alternative in value.alternatives))


def _cut(alternative: Alternative, count: int) -> Alternative:
    row = list(alternative)
    while count and row and isinstance(row[0], Literal):
        first = row.pop(0)
        assert isinstance(first, Literal)
        if len(first.text) > count:
            row.insert(0, _cut_text(first, count))
            count = 0
        else:
            count -= len(first.text)
    return tuple(row)


def _cut_text(text: Literal, count: int) -> Literal:
    rest = text.text[count:]
    exact = text.span is not None and text.span.end - text.span.start == len(text.text)
    if text.span is not None and exact and text.quoting in (Quoting.BARE, Quoting.DOUBLE):
        return replace(text, text=rest, span=Span(text.span.start + count, text.span.end))
    return replace(text, text=rest, span=None, quoting=Quoting.FIXED)

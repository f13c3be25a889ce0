"""Which images the commands of a script push and read, as far as reading can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.flow.events import Command, Flow
from migrator.ir.values import Value, symbol
from migrator.rulebook.records import PackageCommand, RuleBook
from migrator.sinks import unfollowed
from migrator.sinks.composed import Composed
from migrator.sinks.invocations import Invocation, Parsed, invocation, parse
from migrator.sinks.uses import Action, ImageUse, Read
from migrator.sinks.writers import written


def find_images(trace: Flow, book: RuleBook, read: Read, made: bool = False) -> tuple[ImageUse, ...]:
    """Every push and read of the script, in its order; of images that the script itself made only where `made`."""
    changed = written(trace, book)
    finder = _Finder(book, lambda path: None if path in changed else read(path), made)
    for command in trace.commands:
        called = invocation(unfollowed.carried(command, book) or command, book)
        if called:
            finder.call(called)
        else:
            finder.other(command)
    return tuple(finder.uses)


class _Finder(Composed):
    """Knows which sub-commands of the clients concern images."""

    def call(self, called: Invocation) -> None:
        for syntax in called.client.commands:
            for words in sorted(syntax.words, key=len, reverse=True):
                rest = called.after(words)
                if rest is not None:
                    self.command(called, syntax, parse(rest, syntax.options))
                    return
        if not self.made and not any(called.after(words) is not None for words in self.harmless(called)):
            self.named(called.command, called.rest)

    def harmless(self, called: Invocation) -> Iterator[tuple[str, ...]]:
        """Sub-commands that read no package though they may name one: logins, and those about local images."""
        yield from called.client.login.commands if called.client.login else ()
        if pipe := self.book.push_pipe:
            yield from pipe.idle | pipe.local | pipe.removes

    def other(self, command: Command) -> None:
        """A program that is not known reads the images that it is given, as far as anyone can tell."""
        if client := unfollowed.carried_text(command, self.book):
            self.unknown(command, f"what `{command.name}` has `{client}` do is not followed", f"`{command.name}`")
        elif not unfollowed.knows_no_package(command, self.book):
            self.named(command, command.arguments)

    def command(self, called: Invocation, syntax: PackageCommand, parsed: Parsed) -> None:
        command = called.command
        if syntax.unreadable:
            self.unknown(command, f"{syntax.unreadable} is not read", syntax.unreadable)
        if syntax.build:
            self.build(command, syntax.build, parsed)
            return
        if syntax.compose:
            self.compose(called, syntax.compose, parsed)
            return
        words = [word.value for word in parsed.words]
        transport = syntax.transport if syntax.read or len(words) > 1 else ""  # one word alone is where the image goes
        for value in _which(syntax.local, words):
            self.local |= set(filter(None, map(symbol, value.alternatives)))
        for value in [*_which(syntax.read, words), *parsed.values(syntax.read_options)]:
            self.use(Action.READ, value, command, transport, local=syntax.words[0][0] not in ("pull",))
        for value in [*_which(syntax.push, words), *parsed.values(syntax.push_options)]:
            self.use(Action.PUSH, value, command, transport)
        if syntax.read == "first" and not syntax.push:
            self.named(command, parsed.words[1:])  # what the container runs


def _which(which: str, words: Sequence[Value]) -> Sequence[Value]:
    match which:
        case "first":
            return words[:1]
        case "last":
            return words[-1:]
        case "rest":
            return words[1:]
        case "all":
            return words
    return ()

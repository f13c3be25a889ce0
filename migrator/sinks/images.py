"""Which images the commands of a script push and read, as far as reading can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from migrator.flow.events import Argument, Command, Flow
from migrator.ir.paths import GLOB, matching, meet
from migrator.ir.values import symbol
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Channel
from migrator.sinks import unfollowed
from migrator.sinks.bake import bake_images
from migrator.sinks.builds import build_images
from migrator.sinks.channels import sinks_of, which
from migrator.sinks.charts import chart_name
from migrator.sinks.compose import compose_images
from migrator.sinks.invocations import Invocation, invocation
from migrator.sinks.texts import composed, text_of
from migrator.sinks.uses import Files, ImageUse, Read, of_value, unknown
from migrator.sinks.writers import adding, may_write

Listed = Callable[[], Iterable[str]]


def find_images(trace: Flow, book: RuleBook, read: Read, listed: Listed = tuple) -> tuple[ImageUse, ...]:
    """Every push and read of the script, in its order, but for reads of images that the script itself made. `read`
    gives the text of a file of the repository, `listed` are all of them."""
    made: set[str | None] = set()
    found: list[ImageUse] = []
    for use in image_uses(trace, book, read, listed):
        if use.action is Action.NAME:
            made.add(use.reference)
        elif use.action is not Action.READ or use.reference not in made:
            found.append(use)
    return tuple(found)


def image_uses(trace: Flow, book: RuleBook, read: Read, listed: Listed = tuple) -> Iterator[ImageUse]:
    """Every image that the script pushes, reads or names, in its order."""
    files = found_by(trace, book, read, listed)
    uses = (use for command in trace.commands for use in _of_command(command, book, files))
    return (use for use in uses if use.reference != "")


def found_by(trace: Flow, book: RuleBook, read: Read, listed: Listed = tuple) -> Files:
    """The files of the repository as the script finds them."""
    changed, texts = may_write(trace, book), composed(trace, book)

    def made(path: str) -> bool:
        return meet(changed, path) if GLOB.search(path) else bool(matching(changed, [path]))

    def found(path: str) -> str | None:
        if not made(path):
            return read(path)
        return text_of(texts[path], read) if path in texts and read(path) is None else None

    return Files(found, made, listed, book.built_in, adding(trace, book))


def _of_command(command: Command, book: RuleBook, files: Files) -> Iterator[ImageUse]:
    called = invocation(unfollowed.carried(command, book) or command, book)
    if called is None:
        yield from _by_program(command, book)
    elif called.syntax is None:
        if not any(called.calls(words) for words in _harmless(book)):
            yield from _mentioned(called.command, called.rest, book)
    else:
        yield from _by_client(called, book, files)


def _by_client(called: Invocation, book: RuleBook, files: Files) -> Iterator[ImageUse]:
    """What a sub-command that the rules know does with images."""
    syntax, command = called.syntax, called.command
    assert syntax is not None
    if syntax.bake:
        yield from bake_images(called, syntax.bake, files)
    elif syntax.unreadable:
        yield unknown(command, f"{syntax.unreadable} is not read", syntax.unreadable)
    if syntax.build:
        yield from build_images(called, syntax.build, files)
    if syntax.compose:
        yield from compose_images(called, syntax.compose, files)
    reads, pushes = syntax.which(Action.PULL, Action.READ), syntax.which(Action.PUSH)
    transport = syntax.transport if reads or len(called.parsed.words) > 1 else ""  # one word alone is where it goes
    published = called.parsed.has(syntax.publishes)
    for sink in sinks_of(called, Action.NAME):
        if published:
            yield from of_value(Action.PUSH, sink.value, command)
        texts = map(symbol, sink.value.alternatives)
        yield from (ImageUse(sink.action, text, command) for text in texts if text)
    archives = which(syntax.archive, called.parsed.words) if syntax.archive else ()
    chart = chart_name(archives[0].value, files) if archives else ""
    moved = sinks_of(called, Action.PULL, Action.READ, Action.PUSH)
    told = {sink.action for sink in moved if sink.channel is not Channel.ENVIRONMENT}
    for sink in moved:
        if sink.channel is Channel.ENVIRONMENT and sink.action in told:  # an option is stronger
            continue
        marked = transport if sink.channel is Channel.WORD else syntax.transport
        for use in of_value(sink.action, sink.value, command, marked):
            yield replace(use, reference=f"{use.reference.rstrip('/')}/{chart}") if chart and use.reference else use
    if reads == "first" and not pushes:
        yield from _mentioned(command, called.parsed.words[1:], book)  # what the container runs


def _by_program(command: Command, book: RuleBook) -> Iterator[ImageUse]:
    """A program that is not known reads the images that it is given, as far as anyone can tell."""
    if client := unfollowed.carried_text(command, book):
        yield unknown(command, f"what `{command.name}` has `{client}` do is not followed", f"`{command.name}`")
    elif not unfollowed.knows_no_package(command, book):
        yield from _mentioned(command, command.arguments, book)


def _mentioned(command: Command, words: Sequence[Argument], book: RuleBook) -> Iterator[ImageUse]:
    for option, name in unfollowed.named(words, book):
        pushed = option in book.programs.targets
        yield ImageUse(Action.PUSH if pushed else Action.READ, name, command)


def _harmless(book: RuleBook) -> Iterator[tuple[str, ...]]:
    """Sub-commands that read no package though they may name one: those about containers and local images."""
    if pipe := book.push_pipe:
        yield from pipe.idle | pipe.local | pipe.removes

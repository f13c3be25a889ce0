"""What a command does with the local images of the container engine, and whether it needs the registry."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum, auto

from msgspec import Struct

from migrator.fixes.pipe.references import key, may_be, tagged, untagged
from migrator.flow.events import Command
from migrator.flow.runs import idles
from migrator.ir.values import Literal, Value
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import PushPipe, RuleBook
from migrator.rulebook.sinks import Action, BuildSyntax
from migrator.sinks.images import image_uses
from migrator.sinks.invocations import Invocation, Parsed, invocation
from migrator.sinks.uses import Read


class Effect(Enum):
    NOTHING = auto()
    """Neither local images nor the registry."""
    BUILD = auto()
    TAG = auto()
    PUSH = auto()
    LOCAL = auto()
    """Uses the local images that it names; of its targets it makes or removes the names."""
    CHANGES = auto()
    """May give or take any local name."""
    PROGRAM = auto()
    """Anything: a program that nobody knows."""


class Work(Struct, frozen=True):
    """`sources` and `targets` are the keys of the local images that a command reads and names; a key is None where
    the reference cannot be told. `called` is there for the clients that the rules know."""

    command: Command
    shell: int
    kind: Effect
    called: Invocation | None = None
    parsed: Parsed = Parsed()
    build: BuildSyntax | None = None
    sources: tuple[str | None, ...] = ()
    targets: tuple[str | None, ...] = ()

    @property
    def at(self) -> tuple[int, int]:
        return self.shell, self.command.order


class ContainerEngine:
    """The commands of a step, shell after shell, with what each does with local images."""

    def __init__(self, facts: StepFacts, book: RuleBook, pipe: PushPipe, read: Read) -> None:
        self.book = book
        self.pipe = pipe
        self.clients = {program for client in book.clients.values() for program in client.programs}
        self.reads: dict[Command, list[str | None]] = {}
        for shell in facts.shells:
            for use in image_uses(shell.trace, book, read):
                if use.action.reads:
                    self.reads.setdefault(use.command, []).append(use.reference)
        self.works = tuple(
            self.work(command, shell.order) for shell in facts.shells for command in shell.trace.commands
        )

    def work(self, command: Command, shell: int) -> Work:
        called = invocation(command, self.book)
        if called is None:
            begins = command.name == "trap" or command.name in self.book.programs.carriers
            calls = begins and self.called(command, self.clients)
            idle = command.followed or (idles(command, self.book.programs) and not calls)
            return Work(command, shell, Effect.NOTHING if idle else Effect.PROGRAM)
        if command.name not in self.pipe.programs:
            return Work(command, shell, Effect.NOTHING, called)
        syntax, parsed = called.syntax, called.parsed
        if syntax and syntax.does(Action.STORE):
            return Work(command, shell, Effect.NOTHING, called)
        if syntax:
            named = tuple(key(word.value) for word in parsed.words)
            if syntax.build:
                targets = tuple(key(value) for value in parsed.values(syntax.build.tag))
                return Work(command, shell, Effect.BUILD, called, parsed, syntax.build, (), targets)
            if syntax.does(Action.NAME):
                return Work(command, shell, Effect.TAG, called, parsed, None, named[:1], named[1:])
            if syntax.which(Action.PUSH) == "all" and not syntax.transport:
                return Work(command, shell, Effect.PUSH, called, parsed, None, named)
            if syntax.does(Action.PUSH) or syntax.compose or syntax.unreadable:
                return Work(command, shell, Effect.CHANGES, called, parsed, None, (None,))
            taken = named if syntax.does(Action.PULL) else ()
            return Work(command, shell, Effect.LOCAL, called, parsed, None, named, taken)
        begin = self.words(called)
        if _begins(begin, self.pipe.idle):
            return Work(command, shell, Effect.NOTHING, called)
        named = tuple(key(argument.value) for argument in called.rest[1:])
        if _begins(begin, self.pipe.removes):
            return Work(command, shell, Effect.LOCAL, called, Parsed((), called.rest), None, named, named)
        kind = Effect.LOCAL if _begins(begin, self.pipe.local) else Effect.CHANGES
        return Work(command, shell, kind, called, Parsed((), called.rest), None, named)

    def called(self, command: Command, programs: Collection[str]) -> str:
        """One of the programs that the words of another one call, but for a logout; '' for none."""
        text = " ".join(known_text(argument.value) for argument in command.arguments)
        return next((one for one in sorted(programs) if re.search(_call(one), f"{text} ")), "")

    def words(self, called: Invocation) -> tuple[str | None, ...]:
        sub = () if called.client.programs else (called.client.name,)
        return (*sub, *(argument.text for argument in called.rest))

    def asks_registry(self, work: Work) -> list[str | None]:
        """The images that a command looks for in their registry, even where the step has made them."""
        if work.called is None:
            return []
        pulls = any(o.name == "--pull" and not _not_now(o.value) for o in work.parsed.options)
        here = work.kind in (Effect.BUILD, Effect.CHANGES) or _begins(self.words(work.called), self.pipe.local)
        asks = pulls or not here or work.command.name not in self.pipe.programs
        return self.reads.get(work.command, []) if asks else []

    # Who uses a local image

    def users(self, reference: str, since: tuple[int, int]) -> Iterator[Work]:
        """The commands after a place that use the local image of that key, or may."""
        yield from (work for work in self.works if work.at > since and self.uses(work, reference))

    def uses(self, work: Work, reference: str) -> bool:
        match work.kind:
            case Effect.NOTHING:
                return False
            case Effect.PROGRAM | Effect.CHANGES:
                return True
            case Effect.TAG | Effect.PUSH:
                return any(source is None or may_be(source, reference) for source in work.sources)
            case Effect.BUILD:
                return self.builds_on(work, reference)
        listing = not work.sources and work.command.consumed
        names = _names(reference)
        return listing or any(
            source is None
            or may_be(source, reference)
            or (source.startswith("-") and any(name in source for name in names))
            for source in work.sources
        )

    def builds_on(self, work: Work, reference: str) -> bool:
        assert work.build is not None
        for read in self.reads.get(work.command, ()):
            if read is None or may_be(_open(read), reference):
                return True
        given = [option.value for option in work.parsed.options if option.name not in work.build.tag]
        texts = [known_text(value) for value in given if value is not None]
        return any(name in text for text in texts for name in _names(reference))


def _call(program: str) -> str:
    return rf"(?<![\w./-])(?:\S*/)?{re.escape(program)}\s+(?!logout)"


def _names(reference: str) -> set[str]:
    """The beginnings that every spelling of a reference has in common."""
    return {untagged(row).partition("${")[0] or row for row in reference.split("|")}


def _open(read: str) -> str:
    """What is read, as a key: a reference without a tag, or with an empty one, may be one whose tag nobody knows."""
    if read.endswith((":", "@")):
        return f"{read}${{?}}"
    return read if read == tagged(read) else f"{read}:${{?}}"


def known_text(value: Value) -> str:
    """The literal characters of a value, blanks for the rest."""
    return "|".join(
        "".join(piece.text if isinstance(piece, Literal) else " " for piece in row) for row in value.alternatives
    )


def _not_now(value: Value | None) -> bool:
    return value is not None and value.text in ("missing", "never", "false")


def _begins(words: tuple[str | None, ...], commands: Collection[tuple[str, ...]]) -> bool:
    return any(words[: len(command)] == command for command in commands)

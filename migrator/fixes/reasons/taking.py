"""Which commands of a step take the file with the client's logins along, as far as that is known."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from migrator.fixes.context import Context
from migrator.flow.events import Command, Flow
from migrator.flow.runs import begun_by
from migrator.frontends.documents.dockerignore import leaves_out
from migrator.ir.paths import GLOB, only, patterns
from migrator.ir.values import Literal, Unknown, Value
from migrator.rulebook.programs import Programs
from migrator.rulebook.sinks import Role
from migrator.sinks.escapes import escapes
from migrator.sinks.invocations import invocation, parse
from migrator.sinks.keeping import gathered, gathering, told
from migrator.sinks.login_files import LoginFiles
from migrator.text.patterns import regex

_HOME = regex(r"(?<![\w/~])~|\bHOME\b|\.home\(|expanduser|\.docker\b|/(?:auth|config)\.json\b")
"""What names the folder with the login file, in text that is not read."""
_HERE = Value.of(Literal("."))


class Taking(Struct, frozen=True, eq=False, dict=True):
    """What the commands of one program, as it is run, do with the login files of its step. Words are those of every
    value that an argument may have."""

    trace: Flow
    files: LoginFiles
    context: Context

    @property
    def programs(self) -> Programs:
        return self.context.book.programs

    def taken(self) -> Iterator[tuple[str, str]]:
        """Who takes the file, and what becomes of it."""
        for command in self.trace.commands:
            what = self._taken(command) or self._gathered(command) or self._told(command)
            if what:
                yield command.name or "a program", what
        texts = [text for value in self.trace.inputs for text in value.texts]
        if any(self.files.holds(text) or (GLOB.search(text) and self.files.is_above(text)) for text in texts):
            yield "a redirection", "what is read holds the login file"
        if any(_HOME.search(one.text) for one in self.trace.unread if not one.message):
            yield "a command", "its words are known only when it runs, and name the folder of the login file"

    @cached_property
    def _entered(self) -> tuple[str, ...]:
        """The folders with a login file, there or below, that become the working directory."""
        found = [
            text for command in self.trace.commands if command.name in ("cd", "pushd") for text in _folders(command)
        ]
        return tuple(text for text in found if self.files.holds(text) or self.files.is_above(text))

    @cached_property
    def _listing(self) -> tuple[Command, ...]:
        """The commands that tell others the names of files, and may tell that of a login file."""
        return tuple(one for one in self.trace.commands if (one.consumed or one.outputs) and self._lists(one))

    def _lists(self, command: Command) -> bool:
        if command.name not in self.programs.listers or command.followed:
            return False
        words = [one.value for one in command.arguments]
        return any(self._copied(command, value, whole=True) for value in (*words, _HERE))

    def _taken(self, command: Command) -> str:
        """How a command takes the login file along, '' for not; programs that are not known to leave it where it is
        may do so."""
        programs, files = self.programs, self.files
        for escaped in escapes(command, self.context.book):
            values = [sink.value for sink in escaped.of(Role.LOGIN_FILE)]
            named = any(files.named(text) for value in values for text in value.texts)
            if escaped.of(Role.LOGIN) or named or any(self._given(command, value) for value in values):
                return escaped.escape.what
        called = invocation(command, self.context.book)
        if command.followed or (called and called.syntax):
            return ""
        if command.name in programs.keepers:
            return "what is shown holds the login file" if self._shows(command) else ""
        if any(escaped.of(Role.SCRIPT) for escaped in escapes(command, self.context.book)):
            return ""  # its words are about another machine's files
        sources = tuple(_sources(command, programs))
        if called:  # `docker cp`: the last word is where it goes to
            texts = [text for value in sources[:-1] for text in value.texts]
            folders = command.folders
            if any(files.is_in(one, folders) or files.has(one, folders) or files.is_above(one) for one in texts):
                return "what is copied holds the login file"
        elif self._copies(command):
            unpacking = programs.unpacking.get(command.name)
            out = unpacking is not None and unpacking.fullmatch(told(command)) is not None
            if any(self._copied(command, one, whole=not out) for one in (*sources, *self._fed(command))):
                return "what is copied or shown holds the login file"
        elif any(self._given(command, value) for value in sources):
            return f"`{command.name or 'a program'}` gets the login file, and may keep it"
        return ""

    def _shows(self, command: Command) -> bool:
        """Whether a command that leaves the login file where it is shows lines of it."""
        quiet = self.programs.searching.get(command.name)
        if quiet is None or quiet.search(told(command)):
            return False
        return any(self._given(command, argument.value) for argument in command.arguments)

    def _copies(self, command: Command) -> bool:
        """Whether a command copies or shows the files that it is given, or begins another one that may do so; one that
        is not known may."""
        if command.name not in self.programs.carriers:
            return command.name in self.programs.copiers or not command.name
        return any(
            words[0] is None or posixpath.basename(words[0]) not in self.programs.keepers
            for words in begun_by(command.name, [argument.value.symbol() for argument in command.arguments])
            if words
        )

    def _fed(self, command: Command) -> Iterator[Value]:
        """The words that a carrier is fed."""
        if command.name in self.programs.carriers and command.stdin is not None:
            yield from (Value.of(Literal(word)) for text in command.stdin.texts for word in text.split())

    def _copied(self, command: Command, value: Value, *, whole: bool) -> bool:
        """Whether the login file is in what a value names, or may be: then it is made of the place, in a way that is
        not known."""
        known = any(self.files.copied(text, command.folders, self._entered, whole=whole) for text in value.texts)
        return known or any(self.files.may_be_above(one) for one in _unknown_heads(value))

    def _given(self, command: Command, value: Value) -> bool:
        """Whether a value names the login file or its folder, or may be that."""
        known = any(self.files.given(text, command.folders, self._entered) for text in value.texts)
        return known or any(self.files.may_be(one) for one in _unknown_heads(value))

    def _told(self, command: Command) -> str:
        """Whether a command takes the files whose names another one tells it, and the login file may be among these."""
        programs = self.programs
        if not self._listing or command.followed or command in self._listing or command.name in programs.keepers:
            return ""
        what = f"`{command.name}` may take the login file, whose name `{self._listing[0].name}` tells"
        if command.name in programs.copiers and gathering(command, programs):
            return what
        words = command.arguments if command.name else command.arguments[1:]  # behind what it runs
        values = [argument.value for argument in words]
        if command.stdin and command.name in programs.carriers and self._copies(command):
            values.append(command.stdin)
        return what if any(value.unknown for value in values) else ""

    def _gathered(self, command: Command) -> str:
        """Whether a command takes the working directory along, with a login file that nothing surely leaves out."""
        found, files = gathering(command, self.programs), self.files
        if found is None:
            return ""
        folders = gathered(command, found, self.context.files.paths)
        if not files.has(".", folders):
            return ""
        folder = only(folders)
        names = found.ignored if folder is not None else ()
        texts = (self.context.file(posixpath.join(folder or "", name)) for name in names)
        ignored = next((text for text in texts if text is not None), "")
        inside = (posixpath.relpath(path, folder or ".") for path in patterns(files.files) if not GLOB.search(path))
        paths = [path for path in inside if not path.startswith("..")]
        if paths and all(leaves_out(ignored, path, anywhere=True) for path in paths):
            return ""
        return f"`{command.name}` takes all of the folder along, and the login file in there"


def _unknown_heads(value: Value) -> Iterator[Unknown]:
    """What is not known of a value, where that stands first."""
    return (row[0] for row in value.alternatives if row and isinstance(row[0], Unknown))


def _folders(command: Command) -> Iterator[str]:
    """Where `cd` may go to."""
    if not command.arguments:
        yield "~"
    for argument in command.arguments:
        yield from argument.value.texts


def _sources(command: Command, programs: Programs) -> Iterator[Value]:
    """The words of a command but for the files that it writes."""
    arguments = command.arguments
    writer = programs.writers.get(command.name)
    if writer is None:
        yield from (argument.value for argument in arguments)
        return
    parsed = parse(arguments, writer.options)
    words = [word.value for word in parsed.words]
    for argument in arguments:
        text = argument.value.symbol() or ""
        if text.startswith("-") and not text.startswith(tuple(writer.options)):
            yield argument.value
    if writer.words == "last" and len(words) > 1 and not parsed.values(writer.options):
        words.pop()
    if writer.words != "all" or (writer.only and not parsed.has(writer.only)):
        yield from words

"""The files in which clients keep their logins: which one a call uses, what names one, what is written into one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.paths import Paths, Top
from migrator.ir.values import Input, Value
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink, sinks
from migrator.sinks.invocations import Invocation, Parsed
from migrator.sinks.keeping import ROOTED, WrittenFiles, spellings, spelt, takes, within
from migrator.sinks.shown import visible_text
from migrator.sinks.values import value_of
from migrator.text.patterns import regex
from migrator.text.source import Span

_APART = regex(r"[:=,]")
_OPEN = regex(r"[^/]*[*?$\[{]|/*\Z")
"""The rest of a path that leads to a folder: the folder itself, or a pattern for what is in it."""
FILES = ("config.json", "auth.json")
_HOST = regex(r"\w\.[a-z]")
"""Of a registry's name, as far as text shows one."""


def kept(called: Invocation) -> str:
    """Which file keeps the login of a call: two logins with different answers do not overwrite each other.

    '?' for one that cannot be told, the name of the client's variable where it is the one in the home folder.
    """
    where = called.client.login_file
    own = where.variables[0] if where.variables else ""
    parsed = Parsed((*called.options, *called.parsed.options), called.parsed.words)
    moved = next(sinks(where.slots, called.client.name, called.command, parsed), None)
    if moved is not None:
        place = moved.value.symbol()
    elif where.home and (home := value_of(called.command, "HOME")) is not None:
        folder = home.symbol()
        place = f"{folder}/{where.home}" if folder else None
    else:
        return own
    default = where.home and place in (f"~/{where.home}", f"${{HOME}}/{where.home}")
    return own if default else place or "?"


def is_login_file(path: str, book: RuleBook) -> bool:
    return any(pattern.fullmatch(path) for client in book.clients.values() for pattern in client.login_file.paths)


def gives_login_file(command: Command, book: RuleBook) -> bool:
    """Whether words of a command lead to a login file or its folder, as those of a mount do."""
    texts = (part for word in command.arguments for part in _APART.split(word.value.symbol() or "") if "/" in part)
    return any(is_login_file(path, book) for text in texts for path in (text, *(f"{text}/{name}" for name in FILES)))


class WrittenLogin(Struct, frozen=True):
    """A login that is written at `span` into a client's login file, or into a variable that stands for one, and the
    stored variables that it is made of. `surely`: it shows the registry; else nothing of it shows which one it is for,
    but for the text of `files` that it is made of."""

    span: Span
    stored: tuple[str, ...]
    surely: bool
    files: tuple[str, ...]


def written_logins(trace: Flow, book: RuleBook) -> Iterator[WrittenLogin]:
    """The logins that a script writes and that are, or may be, to Packages; but for native ones."""
    for span, content in _written(trace, book):
        names = [piece.name for piece in content.pieces if isinstance(piece, Input)]
        stored = tuple(dict.fromkeys(name for name in names if name not in book.natives))
        text = visible_text(content)
        surely = any(host in text for host in book.hosts)
        perhaps = not _HOST.search(text) and (bool(stored) or bool(content.unknown))
        if (stored or not names) and (surely or perhaps):
            yield WrittenLogin(span, stored, surely, content.files)


def _written(trace: Flow, book: RuleBook) -> Iterator[tuple[Span, Value]]:
    """What becomes the text of a login file, and where."""
    for command in trace.commands:
        yield from ((command.span, sink.value) for sink in written_by_hand(command, book))
    for command, path, content in WrittenFiles.of(trace, book).events:
        writer = book.programs.writers.get(command.name)
        if writer and writer.words == "last" and is_login_file(path, book):
            yield command.span, content
    inline = {name for client in book.clients.values() for name in client.login_file.inline}
    for one in trace.definitions:
        whole = not visible_text(one.value).strip()
        if one.name in inline and one.word is not None and (whole or _marked(one.value, book)):
            yield one.word.span, one.value


def written_by_hand(command: Command, book: RuleBook) -> Iterator[Sink]:
    """What a command writes itself into a login file."""
    written = [(output.path, output.content) for output in command.outputs]
    if command.name == "tee" and command.stdin is not None:
        written += [(argument.value, command.stdin) for argument in command.arguments]
    for path, content in written:
        named = path.symbol() or ""
        known = is_login_file(named, book) or named in _moved(command, book)
        if known or (isinstance(command.folders, Top) and named in FILES and _marked(content, book)):
            yield Sink(Action.STORE, Role.CREDENTIAL, Channel.FILE, command.name, content, command.span)


def _marked(content: Value, book: RuleBook) -> bool:
    return any(word in visible_text(content) for word in book.login_words[1:])


def _moved(command: Command, book: RuleBook) -> set[str]:
    """The login files that variables of the script name, or the folders of those."""
    names = {name for client in book.clients.values() for name in client.login_file.variables}
    given = (value_of(command, name) for name in names)
    places = {text for value in given if value and (text := value.symbol())}
    return places | {f"{place}/{name}" for place in places for name in FILES}


class LoginFiles(Struct, frozen=True):
    """The login files of a step: those that the rules know, and the `places` that its logins were told."""

    book: RuleBook
    places: tuple[str, ...]

    @classmethod
    def of(cls, configs: Iterable[str], book: RuleBook) -> LoginFiles:
        """`configs` are the answers of `kept`; places are relative to the clone directory where they are in there."""
        own = {name for client in book.clients.values() for name in client.login_file.variables}
        told = (config for config in configs if config not in ("", "?", ".", *own))
        places = (spelt(config, book.built_in) for config in told)
        return cls(book, tuple(dict.fromkeys(filter(None, places))))

    def named(self, text: str) -> bool:
        """Whether a word, or what stands behind its last `=`, is such a file."""
        parts = (text, text.rpartition("=")[2])
        return any(
            is_login_file(part, self.book) or within(spelt(part, self.book.built_in), self.places) for part in parts
        )

    def holds(self, text: str) -> bool:
        """Whether what a word names, or a pattern of several, has such a file in it."""
        folders = (pattern for client in self.book.clients.values() for pattern in client.login_file.folders)
        found = (match for pattern in folders if (match := pattern.search(text)))
        return self.named(text) or any(_OPEN.match(text, match.end()) for match in found)

    def packs(self, pattern: str) -> bool:
        """Whether an artifact's pattern or a cache's path takes such a file along."""
        short = spelt(pattern, self.book.built_in)
        return self.holds(pattern) or any(
            within(short, [place]) or takes(short, place) or takes(short, f"{place}/{FILES[0]}")
            for place in self.places
        )

    def given(self, text: str, folders: Paths, entered: Iterable[str]) -> bool:
        """Whether a word names such a file or its folder where a command runs in one of `folders`, or in one of those
        that the script has `entered`."""
        paths = tuple(spellings(text, folders, self.book.built_in))
        if any(within(path, self.places) or (path.startswith(ROOTED) and self.holds(path)) for path in paths):
            return True
        inside = [path for path in paths if isinstance(folders, Top) and not path.startswith(ROOTED)]
        return any(self.holds(posixpath.normpath(posixpath.join(one, path))) for one in entered for path in inside)

"""The files in which clients keep their logins: which one a call uses, what names one, what is written into one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.paths import GLOB, NONE, Paths, Top, below, join, matching, meet, patterns
from migrator.ir.values import Definition, Input, Literal, Piece, Unknown, Value, concat, symbol, union
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink, sinks
from migrator.sinks.invocations import Invocation, Parsed, invocation
from migrator.sinks.keeping import ROOTED, SAVING, WrittenFiles, placed, spellings, spelt, takes, within
from migrator.sinks.shown import visible_text
from migrator.sinks.values import value_of
from migrator.text.patterns import regex
from migrator.text.source import Span

_APART = regex(r"[:=,]")
_OPEN = regex(r"[^/]*[*?$\[{]|/*\Z")
"""The rest of a path that leads to a folder: the folder itself, or a pattern for what is in it."""
FILES = ("config.json", "auth.json")
_HOME_OF_ROOT = "/root"
"""Whose home it is in most images."""
_HOME_OF_SOMEBODY = regex(r"~[\w.-]+")
_HOST = regex(r"\w\.[a-z]")
"""Of a registry's name, as far as text shows one."""


def _slashes(path: str) -> Iterator[int]:
    return (at for at, sign in enumerate(path) if sign == "/")


def kept(called: Invocation) -> str:
    """Which file keeps the login of a call: two logins with different answers do not overwrite each other.

    '?' for one that cannot be told, the name of the client's variable where it is the one in the home folder.
    """
    where = called.client.login_file
    own = where.variables[0] if where.variables else ""
    told = moved(called)
    place = told.symbol() if told else None
    if told is None or (where.home and place in (f"~/{where.home}", f"${{HOME}}/{where.home}")):
        return own
    return place or "?"


def moved(called: Invocation) -> Value | None:
    """Where a call is told to keep its login, a file or a folder; None for where its client does by itself."""
    where = called.client.login_file
    parsed = Parsed((*called.options, *called.parsed.options), called.parsed.words)
    told = next(sinks(where.slots, called.client.name, called.command, parsed), None)
    if told is not None:
        return told.value
    home = value_of(called.command, "HOME") if where.home else None
    return concat([home, Value.of(Literal(f"/{where.home}"))]) if home else None


def is_login_file(path: str, book: RuleBook) -> bool:
    return any(pattern.fullmatch(path) for client in book.clients.values() for pattern in client.login_file.paths)


def gives_login_file(command: Command, book: RuleBook) -> bool:
    """Whether words of a command lead to a login file, or a folder with one, as those of a mount do."""
    words = [_APART.split(word.value.symbol() or "") for word in command.arguments]
    if any(spelt(one, book.built_in) in ("~", _HOME_OF_ROOT) for parts in words for one in parts[:-1]):
        return True
    named = (text for parts in words for text in parts if "/" in text or text.startswith("$"))
    return any(is_login_file(path, book) for text in named for path in (text, *(f"{text}/{name}" for name in FILES)))


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
        if writer and command.name not in SAVING and is_login_file(path, book):
            yield command.span, content
    inline = {name for client in book.clients.values() for name in client.login_file.inline}
    for one in trace.definitions:
        whole = not visible_text(one.value).strip()
        if one.name in inline and one.word is not None and (whole or _marked(one.value, book)):
            yield one.word.span, one.value


def written_by_hand(command: Command, book: RuleBook) -> Iterator[Sink]:
    """What a command writes itself into a login file."""
    written = [(output.path, output.content) for output in command.outputs]
    if command.name in SAVING and command.stdin is not None:
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


def _assigned(piece: Piece) -> list[Definition]:
    """The assignments of the script on the way to where something comes from, the first one last."""
    return [one.definition for one in piece.provenance if one.definition is not None]


class LoginFiles(Struct, frozen=True):
    """The login files of a step: those that the rules know, and the `places` that its logins were told, which are files
    or folders. `inside` are the places in the clone directory, `files` the files there, and `outside` those
    elsewhere, all as `spelt`. `assigned` are the assignments from which places come."""

    book: RuleBook
    places: tuple[str, ...]
    inside: Paths
    files: Paths
    outside: tuple[str, ...]
    assigned: tuple[Definition, ...]

    @classmethod
    def of(cls, logins: Iterable[Command], visited: Paths, book: RuleBook) -> LoginFiles:
        """`logins` are the commands of them, `visited` the folders that the step makes its working directory. Places
        are relative to the clone directory where they are in there."""
        told: dict[str, None] = {}
        outside: dict[str, None] = {}
        assigned: list[Definition] = []
        inside: Paths = NONE
        files: Paths = NONE
        for called in filter(None, (invocation(command, book) for command in logins)):
            where = called.client.login_file
            home = Value.of(Literal(f"~/{where.home}"))
            value = moved(called) or home
            if value_of(called.command, "HOME"):
                value = union((value, home))
            heads = (row[0] for row in value.alternatives if row)
            assigned += [found[-1] for head in heads if (found := _assigned(head))]
            folder = bool(where.home) and not where.home.endswith(FILES)
            for text in (spelt(known, book.built_in) for row in value.alternatives if (known := symbol(row))):
                if kept(called) not in where.variables:
                    told[text] = None
                if text.startswith(ROOTED):
                    outside[f"{text}/{FILES[0]}" if folder else text] = None
            places = placed(value, called.command.folders, visited, book.built_in)
            inside = join(inside, places)
            files = join(files, below(places, FILES[0]) if folder else places)
        return cls(book, tuple(told), inside, files, tuple(outside), tuple(assigned))

    def may_be(self, unknown: Unknown) -> bool:
        """Whether something that is not known may be a place that is not known."""
        names = {name for client in self.book.clients.values() for name in client.login_file.variables}
        found = _assigned(unknown)
        return any(one.name in names for one in found) or any(one is found[-1] for one in self.assigned if found)

    def may_be_above(self, unknown: Unknown) -> bool:
        """Whether something that is not known may be a folder that such a file is in, at any depth."""
        homes = ("HOME" in unknown.names, *(one.name == "HOME" for one in _assigned(unknown)))
        return any(homes) or self.may_be(unknown)

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
        paths = self.outside if short.startswith(ROOTED) else (*patterns(self.inside), *patterns(self.files))
        return self.holds(pattern) or any(
            meet(Top("", (path,)), one) if GLOB.search(path) else takes(short, path)
            for path in paths
            for one in (short, f"{short}/**")
        )

    def given(self, text: str, folders: Paths, entered: Iterable[str]) -> bool:
        """Whether a word names such a file or its folder where a command runs in one of `folders`, or in one of those
        that the script has `entered`."""
        paths = tuple(spellings(text, folders, self.book.built_in))
        if any(self.is_at(path) or (path.startswith(ROOTED) and self.holds(path)) for path in paths):
            return True
        inside = [path for path in paths if isinstance(folders, Top) and not path.startswith("~")]
        return any(self.holds(posixpath.normpath(posixpath.join(one, path))) for one in entered for path in inside)

    def is_in(self, text: str, folders: Paths) -> bool:
        """Whether a word names such a file of the clone directory, or its folder."""
        return any(self.is_at(path) for path in spellings(text, folders, self.book.built_in) if path != ".")

    def is_at(self, path: str) -> bool:
        """Whether a path, as `spelt`, is such a file or its folder, or in there."""
        around = [path[:at] for at in _slashes(path)]
        known = [one for one in patterns(self.inside) if one.replace("*", "").strip("/")]
        return within(path, self.places) or bool(matching(Top("", tuple(known)), [path, *around]))

    def has(self, text: str, folders: Paths) -> bool:
        """Whether a word names a folder of the clone directory that holds such a file, somewhere below."""
        paths = set(spellings(text, folders, self.book.built_in))
        return any(path == "." or one.startswith(f"{path}/") for one in patterns(self.files) for path in paths)

    def is_above(self, path: str) -> bool:
        """Whether a path is a folder outside of the clone directory that holds such a file, somewhere below, or a
        pattern that such a folder or file may match."""
        short = spelt(path, self.book.built_in)
        if short == _HOME_OF_ROOT or _HOME_OF_SOMEBODY.fullmatch(short):
            short = "~"
        known = [one[:at] for one in self.outside for at in (*_slashes(one), None)]
        return short in ("/", *known) or any(fnmatchcase(one, short) for one in known)

    def copied(self, text: str, folders: Paths, entered: tuple[str, ...], *, whole: bool) -> bool:
        """Whether whoever copies what a word names copies such a file; `whole`: folders with all that is below."""
        if self.holds(text) or self.given(text, folders, entered) or self.has(text, folders):
            return True
        paths = set(spellings(text, folders, self.book.built_in)) if whole else set()
        around = entered if isinstance(folders, Top) else ()
        return any(
            self.is_above(posixpath.join(one, path))
            for path in paths
            for one in (*around, "")
            if one or path.startswith(ROOTED)
        )

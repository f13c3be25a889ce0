"""Files by the names that a script and the platform give them: which is which, and what is kept of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.named import named
from migrator.ir.paths import NONE, Paths, Top, joined, only
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value, inputs
from migrator.rulebook.records import BuiltIn, RuleBook
from migrator.sinks.invocations import parse
from migrator.text.patterns import regex

_APART = regex(r"[=,@\s'\"();|<>]")
_MOST = 16
"""The most values that are known of a file."""
ROOTED = ("/", "~", "$")
"""How a path begins that is not relative to the working directory."""


def spelt(path: str, built_in: BuiltIn) -> str:
    """A path in one spelling: relative to the clone directory where it is in there, '' for none."""
    if not path:
        return ""
    path = f"{path}/" if path in (f"${{{built_in.clone}}}", "${PWD}", "${HOME}") else path
    path = path.removeprefix(f"${{{built_in.clone}}}/").removeprefix("${PWD}/").removeprefix("file://")
    path = f"~{path.removeprefix('${HOME}')}" if path.startswith("${HOME}/") else path
    return posixpath.normpath(path or ".")


def spellings(text: str, folders: Paths, built_in: BuiltIn) -> Iterator[str]:
    """The paths that a word may name where a command runs in one of `folders`: the word, and its parts between
    what sets paths apart in options and in code."""
    for part in dict.fromkeys((text, *_APART.split(text))):
        if part.startswith(ROOTED) or isinstance(folders, Top):
            yield spelt(part, built_in)
        elif part:
            yield from (spelt(posixpath.join(folder, part), built_in) for folder in sorted(folders))


def placed(value: Value, folders: Paths, visited: Paths, built_in: BuiltIn) -> Paths:
    """The paths in the clone directory that a value may stand for where a command runs in one of `folders`. The script
    may have been in those `visited`, and a variable that it set there keeps its `$PWD`; home lies elsewhere."""
    return joined(_placed(row, folders, visited, built_in) for row in value.alternatives)


def _placed(row: Alternative, folders: Paths, visited: Paths, built_in: BuiltIn) -> Paths:
    match row:
        case (Input(name="HOME"), *_) | (Unknown(outside=True), *_):
            return NONE
        case (Input(name="PWD"), *rest):
            return named(Value(((Literal("."), *rest),)), visited, built_in.clone)
    return named(Value((row,)), folders, built_in.clone)


def within(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def takes(pattern: str, path: str) -> bool:
    """Whether an artifact's pattern, or a cache's path, takes a file along; both are `spelt`."""
    globs = (pattern, f"{pattern}/*", pattern.removeprefix("**/"))
    return pattern == "." or any(fnmatchcase(path, one) for one in globs)


class WrittenFiles(Struct, frozen=True):
    """The files into which a script writes the values of variables, by their paths as `spelt`; '' is one whose name is
    not known. `events` are the same in the order of running."""

    built_in: BuiltIn
    contents: Mapping[str, tuple[Value, ...]]
    events: tuple[tuple[Command, str, Value], ...]

    @classmethod
    def of(cls, trace: Flow, book: RuleBook) -> WrittenFiles:
        contents: dict[str, tuple[Value, ...]] = {}
        events: list[tuple[Command, str, Value]] = []
        for command in trace.commands:
            for path, content in tuple(_written(command, contents, book)):
                known = contents.get(path, ())
                if len(known) < _MOST and not any(one is content for one in known):
                    contents[path] = (*known, content)
                    events.append((command, path, content))
        return cls(book.built_in, contents, tuple(events))

    def named(self, text: str, folders: Paths) -> Iterator[Value]:
        """What the files hold that a word names."""
        for path in dict.fromkeys(spellings(text, folders, self.built_in)):
            yield from self.contents.get(path, ())

    def read(self, value: Value, folders: Paths) -> Iterator[Value]:
        """What the files hold that a value is read from."""
        for piece in value.pieces:
            if isinstance(piece, Unknown) and piece.path:
                yield from self.named(piece.path, folders)


def _written(
    command: Command, contents: Mapping[str, tuple[Value, ...]], book: RuleBook
) -> Iterator[tuple[str, Value]]:
    built_in = book.built_in
    written = [(output.path, output.content, output.folders) for output in command.outputs]
    if command.name == "tee" and command.stdin is not None:
        written += [(argument.value, command.stdin, command.folders) for argument in command.arguments]
    for path, content, folders in written:
        if inputs([content]):
            yield _place(path, folders, built_in), content
    writer = book.programs.writers.get(command.name)
    if writer is None or writer.words != "last" or not contents:
        return
    words = [word.value for word in parse(command.arguments, writer.options).words]
    for source in words[:-1]:
        for known in set(spellings(source.symbol() or "", command.folders, built_in)) & contents.keys():
            target = _place(words[-1], command.folders, built_in)
            for copy in (target, posixpath.normpath(posixpath.join(target, posixpath.basename(known)))):
                yield from ((copy, content) for content in contents[known])


def _place(path: Value, folders: Paths, built_in: BuiltIn) -> str:
    text = path.symbol() or ""
    folder = only(folders)
    if not text or text.startswith(ROOTED) or not folder:
        return spelt(text, built_in)
    return spelt(posixpath.join(folder, text), built_in)

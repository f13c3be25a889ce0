"""Which files of the repository a script writes: what is committed there is not what it reads afterwards."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from migrator.flow.events import Argument, Command, Flow
from migrator.flow.streams import writes_nothing
from migrator.ir.named import named
from migrator.ir.paths import GLOB, Paths, Top, joined
from migrator.ir.values import Literal, Value, concat
from migrator.rulebook.programs import Writer
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action
from migrator.sinks.invocations import invocation, parse
from migrator.sinks.keeping import told
from migrator.text.patterns import Pattern

_MOVES = (Action.STORE, Action.PUSH, Action.PULL, Action.NAME)
"""What a client does with logins and images, and writes no other file for."""
_RECURSIVE = frozenset({"-r", "-R", "-a", "--recursive", "--archive"})


def written(flow: Flow, book: RuleBook) -> Paths:
    """The files that a script writes, or may write: one whose name is not known at all is not among them."""
    return joined(paths for paths in _written(flow, book) if not _anything(paths))


def may_write(flow: Flow, book: RuleBook) -> Paths:
    """The files that a script writes, or may write."""
    return joined(_written(flow, book))


def adding(flow: Flow, book: RuleBook) -> str:
    """A program of a script that may add files of which its words do not tell; '' where none runs."""
    programs = book.programs
    copying = {name for name, one in programs.writers.items() if one.words == "last"}
    plain = programs.keepers | programs.displays | programs.filters.keys() | programs.lookers | copying
    for command in flow.commands:
        if command.followed or command.name in plain or writes_nothing(command, programs):
            continue
        called = invocation(command, book)
        syntax = called.syntax if called else None
        if syntax is None or not (syntax.build or any(map(syntax.does, _MOVES))):
            return f"`{command.name}`" if command.name else "a program"
    return ""


def unknown_names(flow: Flow, book: RuleBook) -> Iterator[str]:
    """Why names of files that a script writes are not known, not a word of them."""
    for paths in _written(flow, book):
        if _anything(paths):
            yield paths.why if isinstance(paths, Top) else "what a folder holds"


def _anything(paths: Paths) -> bool:
    return any(not path.strip("*/") for path in (paths.patterns if isinstance(paths, Top) else paths) if path)


def _written(flow: Flow, book: RuleBook) -> Iterator[Paths]:
    clone = book.built_in.clone
    for output in flow.outputs:
        yield named(output.path, output.folders, clone)
    yield from by_programs(flow, book)


def by_programs(flow: Flow, book: RuleBook) -> Iterator[Paths]:
    """The files that programs write which are told so by their words."""
    clone = book.built_in.clone
    for command in flow.commands:
        if writer := book.programs.writers.get(command.name):
            for value in _values(command, writer):
                yield named(value, command.folders, clone)
        if _calls(book.programs.restoring, command):
            for value in _restored(command):
                yield named(value, command.folders, clone)
        if _calls(book.programs.patching, command):
            yield Top(f"`{command.name}`, which changes files that its words do not name")


def _calls(known: Mapping[str, Pattern], command: Command) -> bool:
    return command.name in known and known[command.name].fullmatch(told(command)) is not None


def _restored(command: Command) -> Iterator[Value]:
    """The files and folders behind `--` that another version of is put in place of; without one, all words may be."""
    texts = [word.text for word in command.arguments]
    words = command.arguments[texts.index("--") + 1 :] if "--" in texts else command.arguments[1:]
    for word in words:
        yield from (word.value, concat([word.value, Value.of(Literal("/**"))]))


def _values(command: Command, writer: Writer) -> Iterator[Value]:
    parsed = parse(command.arguments, writer.options)
    given = [option.name for option in parsed.options]
    words = [word.value for word in parsed.words]
    if writer.words == "last":
        folders = parsed.values(writer.options)
        targets, sources = (folders, parsed.words) if folders else (words[-1:], parsed.words[:-1])
        yield from targets
        yield from (value for target in targets for value in _inside(target, sources, parsed.has(_RECURSIVE)))
        return
    yield from parsed.values(writer.options)
    if not writer.only or any(name == one or name.startswith(f"{one}.") for name in given for one in writer.only):
        yield from words if writer.words == "all" else ()


def _inside(target: Value, sources: Sequence[Argument], recursive: bool) -> Iterator[Value]:
    """What is written where the target is a folder: each source keeps its name in it, and what a folder holds its own.
    A folder that is not there becomes the copy of the source, the root is there."""
    for word in sources:
        name = _name(word)
        yield concat([target, Value.of(Literal(f"/{name}" if name else "/**"))])
        if name:
            yield concat([target, Value.of(Literal(f"/{name}/**"))])
    if recursive and target.text not in (".", "./"):
        yield concat([target, Value.of(Literal("/**"))])


def _name(word: Argument) -> str:
    """The name of a source, '' where that is not known, or is what a folder holds."""
    name = posixpath.basename((word.text or "").rstrip("/"))
    return "" if name in (".", "..") or GLOB.search(name) else name

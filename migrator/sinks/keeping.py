"""Files by the names that a script and the platform give them: which is which, and what is kept of them."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from migrator.flow.events import Argument, Command, Flow
from migrator.ir.named import named
from migrator.ir.paths import GLOB, NONE, Paths, Top, joined, matching, only
from migrator.ir.paths import within as among
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value, inputs, unknown
from migrator.rulebook.programs import Gathering, Programs, Writer
from migrator.rulebook.records import BuiltIn, RuleBook
from migrator.sinks.invocations import parse
from migrator.text.patterns import regex

_REMOVING = frozenset({"rm", "mv"})
SAVING = frozenset({"tee", "sponge"})
"""What writes its standard input into the files among its words."""
_APART = regex(r"[=,@\s'\"();|<>]")
_MOST = 16
"""The most values of a file that are told apart; what comes after them is one."""
_MOST_FILES = 64
"""The most files of a script that are known by their names; what is in more of them may be in any."""
ROOTED = ("/", "~", "$")
"""How a path begins that is not relative to the working directory."""
_ELSEWHERE = ("/", "~")
"""How one begins that is not in the clone directory."""


def spelt(path: str, built_in: BuiltIn) -> str:
    """A path in one spelling: relative to the clone directory where it is in there, '' for none."""
    if not path:
        return ""
    path = f"{path}/" if path in (f"${{{built_in.clone}}}", "${PWD}", "${HOME}") else path
    path = path.removeprefix(f"${{{built_in.clone}}}/").removeprefix("${PWD}/").removeprefix("file://")
    path = f"~{path.removeprefix('${HOME}')}" if path.startswith("${HOME}/") else path
    return posixpath.normpath(path)


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


def lies_in(place: str, path: str) -> bool:
    """Whether a file lies, or may lie, in what a word names: a folder, or a pattern of files and folders; both are
    `spelt`."""
    if place == ".":
        return not path.startswith((*_ELSEWHERE, "../"))
    return bool(among(frozenset({place}), [path])) if GLOB.search(place) else path.startswith(f"{place}/")


def takes(pattern: str, path: str) -> bool:
    """Whether an artifact's pattern, or a cache's path, takes a file along; both are `spelt`."""
    if path.startswith(_ELSEWHERE) and not pattern.startswith(_ELSEWHERE):
        return False
    globs = (pattern, f"{pattern}/*", pattern.removeprefix("**/"))
    return pattern == "." or any(fnmatchcase(path, one) for one in globs)


class WrittenFiles(Struct, frozen=True):
    """The files into which a script writes the values of variables, by their paths as `spelt`; '' is one whose name is
    not known. `events` are the same in the order of running, `removals` the commands that remove
    files, by their paths."""

    built_in: BuiltIn
    contents: Mapping[str, tuple[Value, ...]]
    events: tuple[tuple[Command, str, Value], ...]
    removals: Mapping[str, tuple[Command, ...]]

    @classmethod
    def of(cls, trace: Flow, book: RuleBook) -> WrittenFiles:
        contents: dict[str, tuple[Value, ...]] = {}
        events: list[tuple[Command, str, Value]] = []
        for command in trace.commands:
            for name, content in tuple(_written(command, contents, book)):
                path = name if name in contents or len(contents) < _MOST_FILES else ""
                known = contents.get(path, ())
                if (held := _with(known, content)) != known:
                    contents[path] = held
                    events.append((command, path, content))
        removals = _removals(trace, book) if events else {}
        return cls(book.built_in, contents, tuple(events), removals)

    def named(self, text: str, folders: Paths) -> Iterator[Value]:
        """What the files hold that a word names."""
        for path in dict.fromkeys(spellings(text, folders, self.built_in)):
            yield from self.contents.get(path, ())
        if text and len(self.contents) >= _MOST_FILES:
            yield from self.contents.get("", ())

    def gone(self, writer: Command, path: str, before: Command | None = None) -> bool:
        """Whether a file that a command writes is surely gone `before` another of the same program, or at its end."""
        last = before.order if before else sys.maxsize
        around = (path[:at] for at in (*(at for at, sign in enumerate(path) if sign == "/"), None))
        return any(
            writer.order < one.order < last and one.branches == writer.branches
            for place in around
            for one in self.removals.get(place, ())
        )

    @property
    def staying(self) -> Iterator[tuple[str, Value]]:
        """The files that nothing surely removes in the end, and what is in them."""
        return ((path, content) for writer, path, content in self.events if not self.gone(writer, path))

    def read(self, value: Value, folders: Paths) -> Iterator[Value]:
        """What the files hold that a value is read from."""
        for piece in value.pieces:
            if isinstance(piece, Unknown) and piece.path:
                yield from self.named(piece.path, folders)


def _with(known: tuple[Value, ...], content: Value) -> tuple[Value, ...]:
    """The values of a file with another one: of many, the last one is made of all the others that have names in them
    which it has not."""
    if any(one is content for one in known):
        return known
    if len(known) < _MOST:
        return (*known, content)
    last = unknown("too many possible values", (known[-1], content))
    same = (inputs([last]), last.files) == (inputs([known[-1]]), known[-1].files)
    return known if same else (*known[:-1], last)


def _removals(trace: Flow, book: RuleBook) -> dict[str, tuple[Command, ...]]:
    """The commands that surely remove the files at paths, or in folders at them."""
    built_in, programs = book.built_in, book.programs
    found: dict[str, dict[Command, None]] = {}
    for command in trace.commands:
        if command.name in _REMOVING and not command.looped and not isinstance(command.folders, Top):
            writer = programs.writers.get(command.name)
            words = _sources(command, writer)[0] if writer else command.arguments
            for path in (
                path for one in words for path in spellings(one.value.symbol() or "", command.folders, built_in)
            ):
                found.setdefault(path, {})[command] = None
    return {path: tuple(commands) for path, commands in found.items()}


def _written(
    command: Command, contents: Mapping[str, tuple[Value, ...]], book: RuleBook
) -> Iterator[tuple[str, Value]]:
    """What a command writes that values of variables are in: its output, what it edits in place, copies and archives
    of files that hold such."""
    built_in, programs = book.built_in, book.programs
    written = [(output.path, output.content, output.folders) for output in command.outputs]
    if command.name in SAVING and command.stdin is not None:
        written += [(argument.value, command.stdin, command.folders) for argument in command.arguments]
    elif _edits(command, programs):
        words = [one.value for one in command.arguments]
        written += [(path, told, command.folders) for told in words for path in words if path is not told]
    for path, content, folders in written:
        if inputs([content]):
            yield _place(path, folders, built_in), content
    writer = programs.writers.get(command.name)
    if contents and writer and writer.words == "last":
        yield from _copied(command, *_sources(command, writer), contents, built_in)
    elif contents and packs(command, programs):
        yield from _packed(command, contents, book)


def _edits(command: Command, programs: Programs) -> bool:
    """Whether a command changes the files among its words as the others say: `sed -i s/a/b/ FILE`."""
    writer = programs.writers.get(command.name)
    return bool(writer and writer.words == "all" and parse(command.arguments, writer.options).has(writer.only))


def _sources(command: Command, writer: Writer) -> tuple[Sequence[Argument], Sequence[Value]]:
    """What a command copies or moves, and where to: its last word, or what an option says."""
    parsed = parse(command.arguments, writer.options)
    folders = parsed.values(writer.options)
    return (parsed.words, folders) if folders else (parsed.words[:-1], [one.value for one in parsed.words[-1:]])


def _copied(
    command: Command,
    words: Sequence[Argument],
    targets: Sequence[Value],
    contents: Mapping[str, tuple[Value, ...]],
    built_in: BuiltIn,
) -> Iterator[tuple[str, Value]]:
    texts = [word.value.symbol() or "" for word in words]
    places = dict.fromkeys(place for text in texts for place in spellings(text, command.folders, built_in))
    for target in [_place(value, command.folders, built_in) for value in targets]:
        for known in [*contents]:
            for source in (source for place in places for source in _copies(place, known)):
                rest = posixpath.relpath(known, source)
                for copy in (posixpath.join(target, rest), posixpath.join(target, posixpath.basename(source), rest)):
                    yield from ((posixpath.normpath(copy), content) for content in contents[known])


def _copies(place: str, known: str) -> Iterable[str]:
    """The file itself, or folders with it, that are copied where a word names a place; both are `spelt`."""
    if not known:
        return ()
    if GLOB.search(place):
        around = (known[:at] for at, sign in enumerate(known) if sign == "/")
        return sorted(matching(frozenset({place}), [known, *around]))
    return [place] if known == place or lies_in(place, known) else ()


def _packed(command: Command, contents: Mapping[str, tuple[Value, ...]], book: RuleBook) -> Iterator[tuple[str, Value]]:
    """What an archive holds: each word that names no such file, nor a folder of one, may be the name of the archive."""
    texts = [argument.value.symbol() for argument in command.arguments]
    places = [
        *dict.fromkeys(place for text in texts if text for place in spellings(text, command.folders, book.built_in))
    ]
    gathers = gathering(command, book.programs) is not None
    held = [path for path in contents if gathers or any(path == one or lies_in(one, path) for one in places)]
    named = [(one.path, one.folders) for one in command.outputs]
    named += [(one.value, command.folders) for one in command.arguments if one.value.symbol() is None]
    places += dict.fromkeys(_place(path, folders, book.built_in) for path, folders in named)
    for archive in places:
        if not archive or (archive not in contents and not any(lies_in(archive, path) for path in held)):
            yield from ((archive, content) for path in held for content in contents[path])


def packs(command: Command, programs: Programs) -> bool:
    """Whether a command makes an archive of files."""
    out = programs.unpacking.get(command.name)
    return command.name in programs.packing and not (out and out.fullmatch(told(command)))


def gathering(command: Command, programs: Programs) -> Gathering | None:
    """What is known of a command that takes along all that is in the folder where it runs; None for any other."""
    found = programs.gathering.get(command.name)
    return found if found and not command.followed and found.words.fullmatch(told(command)) else None


def gathered(command: Command, found: Gathering, paths: Iterable[str]) -> Paths:
    """The folder of which a command takes all along; `paths` are those of the repository, which tell a folder of it
    from that of another clone."""
    folder = only(command.folders)
    anywhere = found.anywhere is not None and found.anywhere.fullmatch(told(command)) is not None
    return frozenset({""}) if anywhere and folder and any(lies_in(folder, path) for path in paths) else command.folders


def told(command: Command) -> str:
    """The words of a command, `?` for those that are not known."""
    return " ".join(one.text or "?" for one in command.arguments)


def _place(path: Value, folders: Paths, built_in: BuiltIn) -> str:
    """'' for what may be any file."""
    text = path.symbol() or ""
    if not text and not placed(path, folders, folders, built_in):
        return _ELSEWHERE[0]
    folder = only(folders)
    if not text or text.startswith(ROOTED) or not folder:
        return spelt(text, built_in)
    return spelt(posixpath.join(folder, text), built_in)

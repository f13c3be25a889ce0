"""The file graph: which files of a repository run, read and name each other. Each such question is asked here.

Nothing is parsed and nothing is run. An answer is a set of paths or `Top`; either may hold patterns, and `matched`
gives the files that are there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fnmatch import filter as matches
from functools import cache, cached_property
from posixpath import normpath
from typing import TYPE_CHECKING

from migrator.flow.filenames import FileName, NamingTexts, Searched, imports, searched
from migrator.flow.naming import Naming
from migrator.flow.runs import CommandFiles, is_option
from migrator.flow.told import ToldFiles
from migrator.ir.named import located, named
from migrator.ir.paths import GLOB, NONE, Paths, Top, below, matching
from migrator.rulebook.programs import Programs, unversioned
from migrator.text.packed import is_script, is_sealed, unpacked
from migrator.text.patterns import regex
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable, View
from migrator.text.wildcards import named_like

if TYPE_CHECKING:
    from migrator.flow.events import Argument, Command

MOST_REACHED = 400
"""The most files that `reached` reads on the way; with more, every file counts as reached."""
_MOST_FILES = 5000
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 256 * 1024
_MOST_LED = 4 * 1024 * 1024
"""The most characters that `led` reads."""
_MOST_WILD = 16
_MOST_FILES_HELD = 20_000
_MOST_BYTES_HELD = 128 * 1024 * 1024
_PLENTY = Top("one of more files than are looked through")
_NAME = regex(r"[\w.-]+")
_PATTERN = regex(r"(?<![\w.*?-])(?=[.*?-]*\w)[\w.-]*[*?][\w.*?-]*")
"""With a word in it: `*` alone stands for many things in a pipelines file. What stands before a slash is a folder."""


class FileGraph:
    """The files of one repository. `text` gives the text of one, None where there is none that can be read. `apart` are
    those that no program runs and that are read in another way: files of pipelines, this tool's configuration."""

    def __init__(
        self, view: View, text: Callable[[str], str | None], programs: Programs, clone: str, apart: Collection[str] = ()
    ) -> None:
        self.view = view
        self.text = text
        self.programs = programs
        self.apart = apart
        self.runs = CommandFiles(programs, clone, text, lambda: self.paths)
        self.starts = ToldFiles(programs, clone)
        self._runs_of = cache(self.runs.of)
        self.may_start = cache(self._may_start)
        self.callers = cache(self._callers)
        self.name = cache(self._name)
        self._searched = cache(self._searchable)
        self.holding = cache(self._holding)
        self.led = cache(self._led)
        self._kept_under = cache(self._may_keep)
        self.naming_of = cache(self._naming_of)
        self.beyond = cache(self._beyond)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return tuple(self.view.paths())

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(path[:at] for path in self.paths for at, sign in enumerate(path) if sign == "/") | {""}

    def _name(self, path: str) -> FileName:
        return FileName(path, self._places, self.programs)

    @cached_property
    def _places(self) -> frozenset[str]:
        """The files, and the folders that hold them."""
        return self._folders.union(self.paths)

    def _searchable(self, path: str) -> Searched:
        texts, _, _ = self._looked
        return searched(texts[path])

    def may_run(self, command: Command, written: Paths = NONE) -> Paths:
        """The files that a command may run, followed or not. `written` are those that may be something else by then
        than what stands there."""
        found = self._runs_of(command)
        if not isinstance(found, Top) and matching(written, found):
            return Top("what the step writes there", tuple(sorted(found)))
        return found

    def told(self, command: Command) -> Iterator[Paths]:
        """The files and folders that the words of a command name, each that is known: only the first where the program
        is known to run none, and not even that where it only shows its words."""
        if command.name in self.programs.displays:
            return
        told = [one for one in command.arguments if one.text and not is_option(one)]
        for one in told[:1] if command.name in self.programs.inert else told:
            yield named(one.value, command.folders, self.runs.clone)

    def elsewhere(self, command: Command) -> Iterator[Paths]:
        """What a path from the root of the machine may be, and a program that is looked for where the script says: both
        may lead into the repository."""
        yield from self.sought(command)
        for text in (command.program, *(one.text or "" for one in command.arguments)):
            if text.startswith("/") and (name := text.rpartition("/")[2]):
                yield Top("a path from the root of the machine", (f"**/{name}",))

    def sought(self, command: Command) -> Iterator[Paths]:
        """A program that is looked for where the script says, and that may lie in the repository."""
        told = command.environment.get("PATH", (None,)) != (None,) or "PATH" in dict(command.overrides)
        if told and command.program and "/" not in command.program:
            yield Top("`PATH`", (f"**/{command.program}",))

    def _may_start(self, command: Command) -> tuple[Paths, ...]:
        """The files that a command which is not followed is told, or reads untold, and so may run."""
        return tuple(self._started(command))

    def _started(self, command: Command) -> Iterator[Paths]:
        yield from self.starts.of(command)
        if command.followed:
            return
        yield from self.sought(command)
        yield from self.installed(command)
        carries = command.name in self.programs.carriers
        if self.naming.runs(command.name) or carries or self._makes_start(command):
            yield from (self.naming.of("", text) for text in self.starts.texts(command, fed=carries))

    def _makes_start(self, command: Command) -> bool:
        """Whether a program that runs nothing else is told, by words of its own, what to run."""
        idle = self.programs.idles(command.name, [one.value.symbol() for one in command.arguments])
        return command.name in self.programs.starting and not idle

    def installed(self, command: Command) -> Iterator[Paths]:
        """The files that say what a program is, where a package of the repository installs one of its name."""
        name = command.program
        if self.is_bare(command):
            word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
            yield frozenset(path for path in self.manifests if word.search(self.text(path) or ""))

    @cached_property
    def manifests(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths if named_like(path, self.programs.manifests))

    def is_bare(self, command: Command) -> bool:
        """Whether a program is found by its name alone, and nothing is known of it."""
        name = command.program
        return bool(name) and "/" not in name and not command.followed and unversioned(name) not in self.programs.known

    def copied(self, commands: Sequence[Command]) -> Iterator[Paths]:
        """The files that the commands may have put where something runs that is not there: by a path, or by the name of
        a program that nobody knows."""
        lacking = frozenset(path for one in commands for path in self.lacks(one))
        bare = frozenset(one.program for one in commands if self.is_bare(one))
        names = bare | {path.rpartition("/")[2] for path in lacking}
        running = {one.name for one in commands}
        starting = [starts for program, starts in self.programs.starting.items() if program in running]
        places = _by_length(normpath(text) for one in commands if self._makes_start(one) for text in _told(one))
        for one in commands if names or starting else ():
            words = [] if one.followed else [word for word in one.arguments if not is_option(word)]
            texts = {text for word in words for text in _texts(word)}
            called = texts | {text.rpartition("/")[2] for text in texts}
            for output in one.outputs:
                name = (output.path.symbol() or "${").rpartition("/")[2]
                if "${" in name or name in names:
                    yield frozenset(output.content.files)
            writer = self.programs.writers.get(one.name)
            copies = writer is not None and writer.words == "last"
            puts = copies or one.name in self.programs.takers
            puts_there = copies and (
                any(starts.search(text) for text in called for starts in starting)
                or any(_is_below(normpath(text), places) for text in called)
            )
            if called & names or ((copies and lacking) or puts_there):
                told = words if puts or one.name not in self.programs.known or self.naming.runs(one.name) else ()
                yield from self.moved(one, told, names)
            elif puts and words:
                yield from (Top("a copy", (f"**/{name}",)) for name in sorted(names))

    def moved(self, command: Command, words: Iterable[Argument], names: Collection[str] = ()) -> Iterator[Paths]:
        """The files that words of a command name, and what is in the folders; of the root those of the `names`."""
        for word in words:
            paths, text = named(word.value, command.folders, self.runs.clone), word.text or ""
            if not paths and command.name == "ln" and text.startswith("../"):  # from where the link is
                paths = Top("a link", (f"**/{text.lstrip('./')}",))
            yield paths
            yield below(paths - {""} if not isinstance(paths, Top) else paths, "**")
            if not isinstance(paths, Top) and "" in paths:
                yield from (Top("a copy", (f"**/{name}",)) for name in sorted(names))

    def lacks(self, command: Command) -> Iterator[str]:
        """The paths that a command runs and that are no files of the repository."""
        if command.followed or command.name in self.programs.inert:
            return
        if self.naming.runs(command.name):
            words = [one.text or "" for one in command.arguments if not is_option(one)]
            paths = [word for at, word in enumerate(words) if "/" in word or (at == 0 and "." in word)]
        else:
            paths = [command.program] if "/" in command.program else []
        for path in paths:
            if not self.matched(located(path, command.folders, self.runs.clone)):
                yield path

    def _led(self, begin: frozenset[str]) -> frozenset[str]:
        """The files `begin`, and those that their texts name, and so on: whatever they run is among these, but for what
        they put together. Each text is searched once, so that it ends; with too many, it is any file."""
        found = set(begin)
        pending = sorted(found)
        size = 0
        for path in pending:
            size += len(self.text(path) or "")
            if len(pending) > MOST_REACHED or size > _MOST_LED:
                return self.naming.paths
            more = self.naming_of(path) - found
            found |= more
            pending += sorted(more)
        return frozenset(found)

    def _naming_of(self, path: str) -> frozenset[str]:
        return self.naming.of(path, self.text(path) or "")

    @cached_property
    def naming(self) -> Naming:
        paths = (path for path in self.paths if path not in self.apart and not self.is_document(path))
        return Naming(paths, self.programs)

    def matched(self, paths: Paths) -> Paths:
        """The files that are there of those, but for documents; Top where they are too many to look through."""
        if isinstance(paths, Top) or any(map(GLOB.search, paths)):
            there = matching(paths, self.paths)
        else:
            there = frozenset(path for path in paths if self.text(path) is not None or self.beyond(path))
        found = frozenset(path for path in there if path not in self.apart and not self.is_document(path))
        return found if len(found) <= _MOST_FILES else _PLENTY

    def _beyond(self, path: str) -> bytes | Top:
        """What a file holds that is there, and whose text is not read, as it is packed, or in no known encoding. Empty
        for any other, and for what is no text; Top where the file is too large, or cannot be read."""
        try:
            data = self.view.read(path) if self.text(path) is None else None
        except Unreadable as error:
            return Top(str(error)) if path in self.paths else b""  # as for a folder
        inside = unpacked(data) if data else None
        return inside or (data if data and b"\0" not in data else b"")

    def sealed(self, path: str, script: bool) -> bool:
        """Whether nobody can tell without a key, or at all, what is in a file that is there; of a `script` only where
        its first line says that it is one."""
        try:
            data = self.view.read(path) or b""
        except Unreadable:
            return False
        return is_sealed(data) and (not script or is_script(data))

    def is_document(self, path: str) -> bool:
        """Whether a file is for people: nothing runs it, nor what it names."""
        return named_like(path, self.programs.documents)

    def is_code(self, path: str) -> bool:
        """Whether no client takes a file for the one in which it keeps its logins."""
        return named_like(path, self.programs.code)

    def is_listing(self, path: str) -> bool:
        """Whether a file lists others for a tool that does nothing with what is in them."""
        return named_like(path, self.programs.listings)

    def is_common(self, path: str) -> bool:
        """Whether programs read a file of this name wherever it lies, and nobody has to name it."""
        return named_like(path, self.programs.common)

    def _callers(self, path: str) -> Paths:
        """The files that name a file, a search in the text of all of them, bounded; Python modules that import it."""
        texts, _, plenty = self._looked
        if plenty:
            return _PLENTY
        name = self.name(path)
        found = self._others.may_name(name) - {path}
        return frozenset(other for other in found if self._names(name, other, texts[other]))

    @cached_property
    def _others(self) -> NamingTexts:
        texts, _, _ = self._looked
        return NamingTexts.of({path: self._searched(path) for path in texts if not self.is_listing(path)})

    def _names(self, name: FileName, other: str, text: str) -> bool:
        prose, folder = self.is_document(other), other.rpartition("/")[0]
        if other.endswith(".py") and imports(text, name.path):
            return True
        return name.stands_in(self._searched(other), folder, prose=prose)

    def speaking_of(self, variable: str) -> Paths:
        """The files in which the name of a variable stands as a word, but for those for people."""
        texts, _, plenty = self._looked
        if plenty:
            return _PLENTY
        word = re.compile(rf"(?<!\w){re.escape(variable)}(?!\w)")
        found = (path for path, text in texts.items() if variable in text and word.search(text))
        return frozenset(path for path in found if not self.is_document(path))

    def kept_in(self, taken: Iterable[Paths]) -> frozenset[str]:
        """The files in which a client that is handed those paths may find its logins: code only if it is named."""
        names = (name for paths in taken for name in (paths.patterns if isinstance(paths, Top) else paths))
        return self._kept_under(frozenset(names))

    def _may_keep(self, names: frozenset[str]) -> frozenset[str]:
        among = self._candidates(set(names))
        every = self.paths if among is None else among
        return frozenset(path for path in every if path in names or not self.is_code(path))

    def _candidates(self, names: set[str]) -> frozenset[str] | None:
        """The files that are among those paths, or may be, or lie in a folder that is; None: any file may be, or it
        takes long to tell."""
        wild = {name for name in names if GLOB.search(name)}
        if len(wild) > _MOST_WILD:
            return None
        names |= matching(frozenset(wild), self._places) if wild else NONE
        if "" in names:
            return None
        found = names.intersection(self.paths)
        return frozenset(found.union(*map(self._below, names)))

    def _below(self, folder: str) -> Sequence[str]:
        first, last = (bisect_left(self.paths, f"{folder}{sign}") for sign in "/0")  # the sign after a slash
        return self.paths[first:last]

    def _holding(self, words: tuple[str, ...], among: frozenset[str] | None = None) -> Mapping[str, str] | Top:
        """The text of each file that a program may read in which one of the `words` stands, whatever their case: for
        programs of which nobody knows what they read; `among` those, or of all. Top where there is more than is looked
        through."""
        found: dict[str, str] = {}
        needle = re.compile(b"|".join(re.escape(word.encode()) for word in words), re.IGNORECASE)
        total = 0
        for count, path in enumerate(self.paths if among is None else sorted(among)):
            if path in self.apart or self.is_document(path):
                continue
            with suppress(Unreadable):
                data = self.view.read(path) or b""
                total += len(data)
                if count >= _MOST_FILES_HELD or total > _MOST_BYTES_HELD:
                    return _PLENTY
                if needle.search(data):
                    found[path] = data.decode(errors="replace")
        return found

    @property
    def unread(self) -> frozenset[str]:
        """Files that may be text, and that are not searched: too large, in no known encoding, not readable."""
        return self._looked[1]

    @cached_property
    def _looked(self) -> tuple[dict[str, str], frozenset[str], bool]:
        """The text of every file that is not apart, and those without any; none of both, and that, where there are too
        many."""
        texts: dict[str, str] = {}
        unread: set[str] = set()
        total = 0
        for count, path in enumerate(self.paths):
            if count >= _MOST_FILES or total > _MOST_BYTES:
                return {}, frozenset(), True
            if path in self.apart:
                continue
            data = b""
            try:
                data = self.view.read(path) or b""
                if len(data) > _LONGEST:
                    unread.add(path)
                    continue
                total += len(data)
                texts[path] = Source.decode(path, data).text
            except (Unreadable, Undecodable):
                if b"\0" not in data:
                    unread.add(path)
        return texts, frozenset(unread), False

    def reached(self, begin: Iterable[str], wanted: Collection[str]) -> frozenset[str]:
        """Those of the `wanted` files or folders that are reached from the texts of the files `begin`, and some more.

        One is reached where a reached text names it, by its name with or without ending, or the longest word of that,
        or names a program that reads it untold, or a folder around it, or has a pattern (`*.sh`) for its name. One
        whose name has no word is reached. Each text is searched once, so that it ends.
        """
        paths = {*self.paths, *wanted}
        names = _by_word(paths)
        last: dict[str, list[str]] = {}
        for path in paths:
            last.setdefault(path.rpartition("/")[2], []).append(path)
        untold = self.programs.untold
        found = {*begin, *names.get("", ())}
        pending = list(found)
        asked: set[str] = set()
        read = 0
        while pending:
            read += 1
            if read > MOST_REACHED:
                return frozenset(wanted)
            text = self.text(pending.pop()) or ""
            patterns, words = set(_PATTERN.findall(text)) - asked, set(_NAME.findall(text)) - asked
            asked |= patterns | words
            led = {path for pattern in patterns for name in matches(last, pattern) for path in last[name]}
            globs: set[str] = set()
            for name in words:
                keys = {name, name.partition(".")[0], name.rpartition(".")[2], *untold.get(name, ())}
                led.update(*(names.get(key.rpartition("/")[2], ()) for key in keys))
                globs.update(key for key in keys if "*" in key)
            led |= matching(frozenset(globs), paths) if globs else NONE
            pending += led - found
            found |= led
        return frozenset(found & set(wanted))


def _told(command: Command) -> Iterator[str]:
    """The words of a command that are no options, with what stands in them behind a `=`."""
    return (text for word in command.arguments if not is_option(word) for text in _texts(word) if text)


def _by_length(paths: Iterable[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for path in paths:
        found.setdefault(len(path), set()).add(path)
    return found


def _is_below(path: str, places: Mapping[int, Collection[str]]) -> bool:
    """Whether a path is one of the places, or lies in one: those that are as long as a folder of it are asked."""
    return any(path[:size] in those for size, those in places.items() if path[size : size + 1] in ("", "/"))


def _texts(word: Argument) -> Iterator[str]:
    """The parts of a word that may name a file."""
    text = word.value.symbol() or ""
    yield from (text, text.rpartition("=")[2])


def _by_word(paths: Iterable[str]) -> dict[str, set[str]]:
    """Files by the longest word of their name, with and without its ending, and of each of their folders'."""
    names: dict[str, set[str]] = {}
    for path in paths:
        *folders, name = path.split("/")
        for key in {name, name.partition(".")[0] or name, *folders}:
            names.setdefault(max(_NAME.findall(key), key=len, default=""), set()).add(path)
    return names

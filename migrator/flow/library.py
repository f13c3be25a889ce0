"""Programs in files that a script runs: each is read once, and its places are numbers that no other text has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable

from msgspec import Struct

from migrator.frontends import programs as called
from migrator.frontends.programs import FileCommand, Fragment, Program, whole
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import ProgramError, Statement
from migrator.prefilter import leads
from migrator.rulebook.programs import Launcher, Programs
from migrator.text.patterns import regex

FIRST = 1 << 20
"""Where the places of files begin: no text of a step is as long."""


NOWHERE = ".."
"""A folder that no word leads back from."""
_WRAPPER = regex(r"gradle-wrapper|maven-wrapper|MavenWrapperMain")
"""https://docs.gradle.org/current/userguide/gradle_wrapper.html, https://maven.apache.org/tools/wrapper/"""


class Placed(Struct, frozen=True, eq=False):
    """A fragment whose characters count from `start`. `statements` are there where it can be read, else `error`."""

    start: int
    fragment: Fragment
    launcher: Launcher
    statements: tuple[Statement, ...] = ()
    error: str = ""


Identity = tuple[str, int, str]
"""Which program in a file it is: the path, where it begins, and its text."""
Once = Callable[[Hashable, Callable[[], bool]], bool]
"""Gives the answer to a question, which is looked for the first time."""


class Shelf:
    """Programs in files with their places. One that is used in each analysis of a repository stays, so that its places
    are the same numbers in all of them."""

    def __init__(self) -> None:
        self.next = FIRST
        self.placed: dict[Identity, Placed] = {}
        self._used: dict[Identity, Placed] = {}
        self._order: list[Placed] = []

    def turn(self) -> None:
        """Another analysis begins. What could not be read is tried again."""
        self.placed = {key: one for key, one in self._used.items() if not one.error}
        self._used = {}
        self._order = sorted(self.placed.values(), key=_start)

    def find(self, fragment: Fragment) -> Placed | None:
        key = _identity(fragment)
        found = self.placed.get(key)
        if found is not None:
            self._used[key] = found
        return found

    def has(self, programs: Iterable[Placed]) -> bool:
        """Whether programs have their places here, and keep them."""
        every = tuple((_identity(one.fragment), one) for one in programs)
        here = all(self.placed.get(key) is one for key, one in every)
        self._used |= every if here else ()
        return here

    def put(self, placed: Placed) -> None:
        """One that has places behind all others."""
        key = _identity(placed.fragment)
        self.placed[key] = self._used[key] = placed
        self._order.append(placed)

    def at(self, offset: int) -> Placed:
        return self._order[bisect_right(self._order, offset, key=_start) - 1]


def _identity(fragment: Fragment) -> Identity:
    return fragment.path, fragment.runs.files[0], fragment.text


def _start(placed: Placed) -> int:
    return placed.start


class Library:
    """The files of one repository that scripts run. `listed` gives the paths of all; a program without any of `words`
    is not followed. `seen` gives the text of files, too, that are not read. `once` keeps what was asked, and `shelf`
    the programs."""

    def __init__(
        self,
        file: Callable[[str], str | None],
        listed: Callable[[], Iterable[str]],
        programs: Programs,
        words: Collection[str],
        clone: str,
        seen: Callable[[str], str | None] | None = None,
        once: Once | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.file = file
        self.seen = seen or file
        self.listed = listed
        self.programs = programs
        self.words = words
        self.clone = clone
        self.known: dict[Hashable, bool] = {}
        self.once = once or self._once
        self.shelf = shelf or Shelf()

    def matters(self, path: str, text: str, functions: Collection[str] = ()) -> bool:
        """Whether what is run of a file, or a file that it names, has a word that matters; so does the name of one of
        the `functions` that it is given."""
        here, words = path.rpartition("/")[0], (*self.words, *sorted(functions))
        key = (path, text, *words[len(self.words) :])
        return self.once(key, lambda: any(word in text for word in words) or self.leads(text, here, words))

    def _once(self, key: Hashable, ask: Callable[[], bool]) -> bool:
        if key not in self.known:
            self.known[key] = ask()
        return self.known[key]

    def leads(self, text: str, here: str = "", words: Collection[str] | None = None) -> bool:
        """Whether text names a file that has a word that matters."""
        return leads.leads(
            text, self.seen, self.words if words is None else words, self.programs.leading, here, clone=self.clone
        )

    def find(self, program: str, words: tuple[str | None, ...], inside: str | None) -> tuple[Program, Launcher] | None:
        """What a command runs in a folder (None: not known which), and who reads it. `program` is as written, with
        `${NAME}` for variables."""
        folder = NOWHERE if inside is None else inside
        launcher = self.programs.launcher(program.rpartition("/")[2])
        if launcher is None:
            path = called.within(folder, program, self.clone) if "/" in program else None
            text = self.file(path) if path else None
            if text is not None and self.is_wrapper(program, text):
                return None
            launcher = self.interpreter(text) if text is not None else None
            if launcher is None:
                return None
            words = (program, *words)
        found = called.read(FileCommand(launcher, program, words, folder, self.file, self.clone))
        return (found, launcher) if found else None

    def is_wrapper(self, program: str, text: str) -> bool:
        """Whether a file is the script that a build tool puts beside a project to start itself, and so what is known of
        the tool holds for it; none that shows a login."""
        known = program.rpartition("/")[2] in self.programs.untold and _WRAPPER.search(text)
        return bool(known) and "login" not in text and not any(word in text for word in self.words if "." in word)

    def included(self, path: str) -> Placed | None:
        """A shell script of the repository that another one reads in."""
        launcher = self.programs.launcher("sh")
        text = self.file(path)
        if launcher is None or text is None or "\r" in text:
            return None
        return self.place(whole(path, text, lower), launcher)

    def interpreter(self, text: str) -> Launcher | None:
        """Who runs a file that is executed: its first line says so; without one, a shell."""
        line = text.partition("\n")[0]
        if not line.startswith("#!"):
            return self.programs.launcher("sh")
        words = [word.rpartition("/")[2] for word in line[2:].split()]
        named = [word for word in words if word != "env" and not word.startswith("-")]
        return self.programs.launcher(named[0]) if named else None

    def place(self, fragment: Fragment, launcher: Launcher) -> Placed:
        """The fragment with its places, read if it can be."""
        if (known := self.shelf.find(fragment)) is not None:
            return known
        start = self.shelf.next
        self.shelf.next += len(fragment.text) + 2
        try:
            statements = fragment.lower(fragment.text, lambda index: start + index)
            found = Placed(start, fragment, launcher, statements)
        except ProgramError as error:
            found = Placed(start, fragment, launcher, (), str(error))
        self.shelf.put(found)
        return found

    def at(self, offset: int) -> Placed:
        return self.shelf.at(offset)


class StepTexts:
    """The text of a step and of the files that it runs, by place."""

    def __init__(self, text: str, library: Library | None) -> None:
        self.text = text
        self.library = library

    def __getitem__(self, key: slice) -> str:
        if self.library is None or key.start < FIRST:
            return self.text[key]
        placed = self.library.at(key.start)
        return placed.fragment.text[key.start - placed.start : key.stop - placed.start]

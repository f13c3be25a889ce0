"""Programs in files that a script runs: each is read once, and its places are numbers that no other text has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable

from msgspec import Struct

from migrator.frontends import programs as called
from migrator.frontends.programs import FileCommand, Fragment, Program, whole
from migrator.frontends.shell.lowering import lower
from migrator.ir.nodes import ProgramError, Statement
from migrator.prefilter import leads
from migrator.rulebook.programs import Launcher, Programs

FIRST = 1 << 20
"""Where the places of files begin: no text of a step is as long."""


_NOWHERE = ".."
"""A folder that no word leads back from."""


class Placed(Struct, frozen=True, eq=False):
    """A fragment whose characters count from `start`. `statements` are there where it can be read, else `error`."""

    start: int
    fragment: Fragment
    launcher: Launcher
    statements: tuple[Statement, ...] = ()
    error: str = ""


class Library:
    """The files of one repository that scripts run. `listed` gives the paths of all; a program without any of `words`
    is not followed. `seen` gives the text of files, too, that are not read."""

    def __init__(
        self,
        file: Callable[[str], str | None],
        listed: Callable[[], Iterable[str]],
        programs: Programs,
        words: Collection[str],
        clone: str,
        seen: Callable[[str], str | None] | None = None,
    ) -> None:
        self.file = file
        self.seen = seen or file
        self.listed = listed
        self.programs = programs
        self.words = words
        self.clone = clone
        self.next = FIRST
        self.placed: dict[tuple[str, int, str], Placed] = {}
        self.starts: list[int] = []
        self.order: list[Placed] = []
        self.known: dict[tuple[str, str], bool] = {}

    def matters(self, path: str, text: str) -> bool:
        """Whether what is run of a file, or a file that it names, has a word that matters."""
        key = (path, text)
        if key not in self.known:
            self.known[key] = any(word in text for word in self.words) or self.leads(text, path.rpartition("/")[0])
        return self.known[key]

    def leads(self, text: str, here: str = "") -> bool:
        """Whether text names a file that has a word that matters."""
        return leads.leads(text, self.seen, self.words, self.programs.leading, here, clone=self.clone)

    def find(self, program: str, words: tuple[str | None, ...], inside: str | None) -> tuple[Program, Launcher] | None:
        """What a command runs in a folder (None: not known which), and who reads it. `program` is as written, with
        `${NAME}` for variables."""
        folder = _NOWHERE if inside is None else inside
        launcher = self.programs.launcher(program.rpartition("/")[2])
        if launcher is None:
            path = called.within(folder, program, self.clone) if "/" in program else None
            text = self.file(path) if path else None
            launcher = self.interpreter(text) if text is not None else None
            if launcher is None:
                return None
            words = (program, *words)
        found = called.read(FileCommand(launcher, program, words, folder, self.file, self.clone))
        return (found, launcher) if found else None

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
        key = (fragment.path, fragment.runs.files[0], fragment.text)
        if key not in self.placed:
            start = self.next
            self.next += len(fragment.text) + 2
            try:
                statements = fragment.lower(fragment.text, lambda index: start + index)
                found = Placed(start, fragment, launcher, statements)
            except ProgramError as error:
                found = Placed(start, fragment, launcher, (), str(error))
            self.placed[key] = found
            self.starts.append(start)
            self.order.append(found)
        return self.placed[key]

    def at(self, offset: int) -> Placed:
        return self.order[bisect_right(self.starts, offset) - 1]


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

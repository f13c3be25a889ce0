"""Programs in files that a script runs: each is read once, and its places are numbers that no other text has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection

from msgspec import Struct

from migrator import frontends as called
from migrator.frontends import Fragment, Program, Request
from migrator.ir.nodes import ShellError, Statement
from migrator.prefilter import leads
from migrator.rulebook.records import Launcher, Programs

FIRST = 1 << 20
"""Where the places of files begin: no text of a step is as long."""


class Placed(Struct, frozen=True, eq=False):
    """A fragment whose characters count from `start`. `statements` are there where it can be read, else `error`."""

    start: int
    fragment: Fragment
    launcher: Launcher
    statements: tuple[Statement, ...] = ()
    error: str = ""


class Library:
    """The files of one repository that scripts run. `words`: a program without any of them is not followed."""

    def __init__(self, file: Callable[[str], str | None], programs: Programs, words: Collection[str]) -> None:
        self.file = file
        self.programs = programs
        self.words = words
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
        return leads.leads(text, self.file, self.words, self.programs.leading, here)

    def find(self, program: str, words: tuple[str | None, ...], folder: str) -> tuple[Program, Launcher] | None:
        """What a command runs, and who reads it. `program` is as written, with `${NAME}` for variables."""
        launcher = self.programs.launcher(program.rpartition("/")[2])
        if launcher is None:
            path = called.within(folder, program) if "/" in program else None
            text = self.file(path) if path else None
            launcher = self.interpreter(text) if text is not None else None
            if launcher is None:
                return None
            words = (program, *words)
        found = called.read(Request(launcher, program, words, folder, self.file))
        return (found, launcher) if found else None

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
                statements = fragment.parse(fragment.text, lambda index: start + index)
                found = Placed(start, fragment, launcher, statements)
            except ShellError as error:
                found = Placed(start, fragment, launcher, (), str(error))
            self.placed[key] = found
            self.starts.append(start)
            self.order.append(found)
        return self.placed[key]

    def at(self, offset: int) -> Placed:
        return self.order[bisect_right(self.starts, offset) - 1]


class Texts:
    """The text of a step and of the files that it runs, by place."""

    def __init__(self, text: str, library: Library | None) -> None:
        self.text = text
        self.library = library

    def __getitem__(self, key: slice) -> str:
        if self.library is None or key.start < FIRST:
            return self.text[key]
        placed = self.library.at(key.start)
        return placed.fragment.text[key.start - placed.start : key.stop - placed.start]

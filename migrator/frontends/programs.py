"""Programs that stand in files of the repository, and what a command runs of them.

A reader is a module beside this one with `read(request)` and `verified(before, after, edits)`; which programs it is
for, and what else they are told, is rule data (`launchers` of `rules/programs.yml`). What it finds is text with a map
to the file, and a way to lower that text to nodes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from msgspec import Struct

from migrator.ir.nodes import Statement
from migrator.ir.paths import normal
from migrator.rulebook.programs import Launcher
from migrator.text.edits import Edit
from migrator.text.scalars import ScalarMap

Place = Callable[[int], int]
Lower = Callable[[str, Place | None], tuple[Statement, ...]]


class Undecided(Exception):
    """What a file says is decided only when its program runs."""


class FileCommand(Struct, frozen=True):
    """A command that may run a file: `words` behind the program, `${NAME}` standing for a variable and None for what is
    not known; `folder` is the working directory, relative to the root like every path. `file` gives a file's text;
    `clone` is the variable that names the folder of the root."""

    launcher: Launcher
    program: str
    words: tuple[str | None, ...]
    folder: str
    file: Callable[[str], str | None]
    clone: str

    def path(self, word: str | None) -> str | None:
        """A word as a path of the repository, '' for its root; None where it is not known or leads out."""
        return within(self.folder, word, self.clone)


class Fragment(Struct, frozen=True):
    """A program in a file. `runs` leads from the characters of `text` to those of the file; `lower` reads the text and
    gives its places through the map that it is handed. `shown`: it is written to the log as it runs, with values in
    it. `ignored`: what comes next runs even if it fails."""

    path: str
    text: str
    runs: ScalarMap
    lower: Lower
    shown: bool = False
    ignored: bool = False


class Program(Struct, frozen=True):
    """What a command runs: fragments one after the other, each in a process of its own, with the working directory
    `folder`; none where it is decided only then what of the file runs. `words` is how many words of the command come
    before those that the program is given. `whole`: it is all that the command runs."""

    path: str
    fragments: tuple[Fragment, ...]
    folder: str
    words: int = 0
    whole: bool = True


def within(folder: str, word: str | None, clone: str) -> str | None:
    """A word as a path of the repository, '' for its root; None where it is not known or leads out."""
    if word is None:
        return None
    root = f"${{{clone}}}"
    if word == root or word.startswith(f"{root}/"):
        joined = word.removeprefix(root).lstrip("/")
    elif not word or "${" in word or word.startswith(("/", "~")):
        return None
    else:
        joined = posixpath.join(folder, word)
    return normal(joined)


def whole(path: str, text: str, lower: Lower) -> Fragment:
    """A file that is one program."""
    return Fragment(path, text, ScalarMap((0,), (0,), (0,), len(text), ""), lower)


class Line(Struct, frozen=True):
    """The words of a launcher's command line: where the files are, which one is named, and the rest. `known`: so are
    all of its words, and each option that names a file is there once. `quiet`: what runs is not shown."""

    folder: str
    file: str | None
    words: tuple[str, ...]
    known: bool = True
    quiet: bool = False


def command_line(request: FileCommand) -> Line | None:
    """The words of a command by the options of its launcher, up to the first that is not known; None where it is not
    known in which folder the files are."""
    launcher, words = request.launcher, list(request.words)
    folder, file = request.folder, None
    quiet = False
    rest: list[str] = []
    while words:
        word = words.pop(0)
        if word is None:
            return Line(folder, file, tuple(rest), known=False)
        if word == "--":
            return Line(folder, file, (*rest, word, *map(str, words)), known=None not in words)
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        option, equals, value = word.partition("=")
        if option in launcher.folders | launcher.named | launcher.options:
            given = value if equals else words.pop(0) if words else None
            if option in launcher.folders:
                inside = within(folder, given, request.clone)
                if inside is None:
                    return None
                folder = inside
            elif option in launcher.named:
                if file is not None:
                    return Line(folder, file, tuple(rest), known=False)
                file = given
        elif spread := _spread(word, launcher):
            words = [*spread, *words]
        elif word not in launcher.switches | launcher.quiet:
            return Line(folder, file, tuple(rest), known=False)
        quiet = quiet or word in launcher.quiet
    return Line(folder, file, tuple(rest), quiet=quiet)


def _spread(word: str, launcher: Launcher) -> list[str]:
    """Short options that are written as one word, as words of their own: `-kCweb`; none where one is not known."""
    if word.startswith("--") or len(word) < 3 or word in launcher.switches | launcher.quiet:
        return []
    found: list[str] = []
    for at in range(1, len(word)):
        found.append(f"-{word[at]}")
        if found[-1] in launcher.folders | launcher.named | launcher.options:
            return found + ([word[at + 1 :]] if word[at + 1 :] else [])
        if found[-1] not in launcher.switches | launcher.quiet:
            return []
    return found


def file_of(request: FileCommand, line: Line) -> tuple[str, str] | None:
    """The path and text of the file that the words name, else of the first that is there of those that the program
    reads without being told."""
    for name in (line.file,) if line.file else request.launcher.files:
        path = posixpath.join(line.folder, name)
        if (text := request.file(path)) is not None:
            return path, text
    return None


def read(request: FileCommand) -> Program | None:
    """What the command runs; None where that is no file of the repository, or it cannot be told which."""
    found: Program | None = import_module(f"migrator.frontends.{request.launcher.reader}").read(request)
    return found


def meant(launcher: Launcher, texts: Mapping[str, str], words: Sequence[str | None]) -> frozenset[str]:
    """Those of the files that a command with these words may run something of, wherever it looks for them."""
    select: Callable[..., frozenset[str]] | None
    select = getattr(import_module(f"migrator.frontends.{launcher.reader}"), "meant", None)
    return select(launcher, texts, words) if select else frozenset(texts)


def verified(reader: str, before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """Whether a file that was read by `reader` says the same after the edits, but for what they change."""
    check: Callable[[str, str, tuple[Edit, ...]], bool] = import_module(f"migrator.frontends.{reader}").verified
    try:
        return check(before, after, edits)
    except ValueError:  # what cannot be read again is not what was meant
        return False

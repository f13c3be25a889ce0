"""Which files a text names, by its words alone: for texts in languages that nobody follows.

A path stands for every file of that name, as the folder that it is meant in is not known. A name without an ending
counts where a path, an import, or a program that runs files stands before it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from migrator.rulebook.programs import Programs
from migrator.text.patterns import regex

_WORD = regex(r"[\w.@+-]+(?:/+[\w.@+-]+)*")
_ASIDE = ("#", "//", "*", "--", "<!--", ";")
"""A line that begins so is a comment in some language: what it says in passing names no program."""
_BRINGS = frozenset(
    {"import", "from", "require", "require_relative", "include", "source", "load", "use", "mod", "extends", "-m", "."}
)
"""What stands before the name of a file that is brought in."""
_ENTRIES = frozenset({"__init__", "__main__", "index", "main", "mod"})
"""Files that stand for the folder that they are in."""
_CALLS = frozenset({"run", "exec", "then", "do", "else", "sudo", "env", "time", "sh", "cmd", "command", "script"})
_QUIETLY = "@+-"
"""What make takes off a line of a recipe before a shell runs it."""
_OPENS = frozenset("\"'`([{;&|-@$!=,:>+%")
_CLOSES = frozenset(("", *" \t\r\"'`,;&|)]}\\"))


class Naming:
    """Of files at `paths`. Those that programs read untold are named by these programs."""

    def __init__(self, paths: Iterable[str], programs: Programs) -> None:
        self.paths = frozenset(paths)
        self.programs = programs
        self.conventional = {name for one in programs.launchers.values() for name in one.files}
        self.names: dict[str, list[str]] = {}
        self.stems: dict[str, list[str]] = {}
        for path in self.paths:
            name = path.rpartition("/")[2]
            self.names.setdefault(name, []).append(path)
            stem = name.partition(".")[0] or name
            self.stems.setdefault(stem, []).append(path)
            if stem in _ENTRIES:
                self.stems.setdefault(posixpath.basename(path.rpartition("/")[0]), []).append(path)
        self.reading = {name: globs for name, globs in programs.untold.items() if name not in programs.inert}

    def of(self, path: str, text: str) -> frozenset[str]:
        found: set[str] = set()
        alike = self.names.get(path.rpartition("/")[2], [])
        for line in text.split("\n"):
            begin = len(line) - len(line.lstrip())
            aside = line.startswith(_ASIDE, begin)
            before = ""
            for match in _WORD.finditer(line):
                word = match[0]
                if match.start() == begin and word not in _BRINGS:
                    word = word.lstrip(_QUIETLY) or word
                name = word.rpartition("/")[2]
                found |= self.named(word, name, before, line[match.end() : match.end() + 1])
                if "/" in word:  # a folder with a file of the same kind, such as what is included
                    found |= {one for one in alike if f"/{one}".rpartition("/")[0].endswith(f"/{name}")}
                if name in self.reading and not aside and _called(line, match.start(), match.end(), before):
                    found.update(self.read(name))
                if before != "import" and (word[0] != "-" or word == "-m"):
                    before = word
        return frozenset(found - {path})

    def named(self, word: str, name: str, before: str, behind: str) -> set[str]:
        """The files that a word may name. `behind` is the character behind it."""
        found: set[str] = set()
        if "." in name.strip(".") and (name not in self.conventional or "/" in word):
            found.update(self.names.get(name, ()))
        if "/" in word or before in _BRINGS or self.runs(before):
            found.update(self.stems.get(name, ()))
            if before in _BRINGS and "/" not in word:
                found.update(self.stems.get(name.rpartition(".")[2], ()))
        elif "." in name and behind == ":":  # the function of a module
            found |= {one for one in self.stems.get(name.rpartition(".")[2], ()) if one.endswith(".py")}
        return found

    def runs(self, word: str) -> bool:
        launcher = self.programs.launcher(word)
        return self.programs.interprets(word) or (launcher is not None and not launcher.files)

    def read(self, program: str) -> Iterator[str]:
        """The files that a program reads untold, in whatever folder."""
        for glob in self.reading[program]:
            name = glob.rpartition("/")[2]
            if "*" not in name:
                yield from self.names.get(name, ())
            else:
                ending, anywhere = name.rpartition("*")[2], f"*/{glob.removeprefix('**/')}"
                yield from (one for one in self.paths if one.endswith(ending) and fnmatchcase(f"/{one}", anywhere))


def _called(line: str, start: int, end: int, before: str) -> bool:
    """Whether a word stands where a program is called, and not within a sentence or an expression."""
    near = line[max(start - 2, 0) : start].rstrip()
    begins = not near or near[-1] in _OPENS or before in _CALLS
    return begins and line[end : end + 1] in _CLOSES

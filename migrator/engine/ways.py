"""Ways to files that are not followed: which of the files that steps run may run with a stored variable elsewhere, too.

A program that is not known may run what it is told, what it reads by a name of its own (`package.json`), and whatever
such a file names: https://docs.npmjs.com/cli/using-npm/scripts runs `prepare` on `npm ci`, for one. So a file counts as
run where any of them names it; a search for names errs towards yes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache, cached_property
from itertools import filterfalse

from migrator.flow.events import Command
from migrator.flow.queries import input_arrives, unfollowed
from migrator.ir.paths import NONE, Top, joined, matching
from migrator.ir.values import Literal, Value
from migrator.reading.callers import Callers
from migrator.reading.steps import Shell
from migrator.text.patterns import regex

Reaches = Callable[[Iterable[str]], frozenset[str]]
_PIECES = regex(r"""[\s"'`;|&()=:]+""")
_TOKEN = regex(r"[\w.-]+")
_SOME = "\0"
"""Stands for what is not known of a word."""
_GLOB = regex(r"[*?\0]|\[[^\]]*(?:\]|\Z)|\{[^}]*(?:\}|\Z)")
_HOOK = "hook"
"""`git config core.hooksPath ci` and `cp ci/* .git/hooks`: from then on git runs files of the repository."""
_STARTS = "BASH_ENV"
"""Each bash that is started reads the file that it names: https://www.gnu.org/software/bash/manual/html_node/Bash-Startup-Files.html"""


class Ways:
    """`shells` are those of all steps, `links` the symbolic links of the repository with the files that they lead to.
    `reaches` tells which of some files the steps may lead to by their names, rather too many than too few. `through`
    are files that calls of the steps read variables by."""

    def __init__(
        self,
        shells: Iterable[Shell],
        callers: Callers,
        links: Mapping[str, str],
        reaches: Reaches,
        through: frozenset[str] = NONE,
    ) -> None:
        self.files = callers.files
        self.programs = programs = callers.files.programs
        self.callers = callers
        self.links = links
        self.reaches = reaches
        self.through = through
        self.inert = programs.private | programs.displays | set(programs.filters)
        self.told = {name for launcher in programs.launchers.values() for name in launcher.files}
        traces = [shell.trace for shell in shells]
        self.commands = [one for trace in traces for one in unfollowed(trace)]
        self.starts = any(one.name == _STARTS for trace in traces for one in trace.definitions)
        self.naming = cache(self._naming)

    def nameless(self, variable: str) -> bool:
        """Whether a function may be called with the stored value that nobody reads: by a command that is not known, or
        by a program that the name of an exported one is given to."""
        return any(self.calls(one) for one in self.commands if input_arrives(one, variable))

    def calls(self, command: Command) -> bool:
        if not command.name or command.name in self.inert:
            return not command.name
        return any(not command.exported.isdisjoint(_TOKEN.findall(text)) for text in _texts(command))

    def open(self, variable: str) -> frozenset[str]:
        """The files, of those that are followed or read, that something may run with the stored value of a variable, in
        a way not followed."""
        files = self.callers.reached | self.through
        seeing = [one for one in self.commands if input_arrives(one, variable)]
        unknown = [one for one in seeing if self.unknown(one)]
        if (
            self.starts
            or isinstance(self.files.callers(""), Top)
            or any(map(self.anything, unknown))
            or (unknown and self.unread_reached)
        ):
            return files
        copying = [one for one in self.commands if one.name in self.programs.copiers]
        told = [*copying, *(one for one in seeing if one.name not in self.programs.lookers)]
        found = {path for path in files if any(self.tells(one, path) for one in told)}
        run = joined(map(self.files.may_run, unknown))
        found |= {path for path in files if matching(run, self.called(path))}
        found |= {path for path in files if any(self.callers.handed(path))}
        if unknown:
            found |= {path for path in files if posixpath.basename(path) in self.told or self.naming(path) - files}
        while more := {path for path in files - found if self.naming(path) & found}:
            found |= more
        return frozenset(found)

    @cached_property
    def unread_reached(self) -> bool:
        unread = [path for path in self.files.unread if not self.files.is_document(path)]
        return not self.reaches(unread).isdisjoint(unread)

    def called(self, path: str) -> Iterator[str]:
        """The paths of a file: its own, and those of links to it."""
        yield path
        yield from (link for link, end in self.links.items() if end == path)

    def _naming(self, path: str) -> frozenset[str]:
        callers = joined(map(self.files.callers, self.called(path)))
        return NONE if isinstance(callers, Top) else frozenset(filterfalse(self.files.is_document, callers))

    def unknown(self, command: Command) -> bool:
        """Whether a command may run programs that nobody named to it, with the variables that it sees."""
        return command.name not in self.inert or any(_HOOK in text for text in _texts(command))

    def anything(self, command: Command) -> bool:
        """Whether a command may run any file of the repository: words that are not known may be options, and a program
        that is not known may run what is put behind it."""
        if self.programs.launcher(command.name):
            return any(argument.text is None for argument in command.arguments)
        carried = self.files.runs.carries(command)
        return any(None in words or self.inert.isdisjoint(map(str, words)) for words in carried)

    def tells(self, command: Command, path: str) -> bool:
        """Whether the words of a command name a file: by its own name or a pattern; by a folder of it where the command
        does something with all that is in there; and a Python module by its name in the program."""
        *folders, name = path.split("/")
        texts = list(_texts(command))
        names = {posixpath.basename(one) for one in self.called(path)}
        if any(one in text for one in names for text in texts):
            return True
        if command.name in self.inert and command.name not in self.programs.copiers:
            return False
        words = {*folders, *([name.removesuffix(".py")] if name.endswith(".py") else [])}
        if words & {token for text in texts for token in _TOKEN.findall(text)}:
            return True
        pieces = (one for text in texts for one in _PIECES.split(text) if one.strip(_SOME))
        patterns = {_GLOB.sub("*", posixpath.basename(one)) for one in pieces}
        return any("*" in one and fnmatchcase(name, one) for one in patterns)


def _texts(command: Command) -> Iterator[str]:
    yield command.program
    values = [argument.value for argument in command.arguments]
    values += [value for _, value in command.overrides]
    for value in [*values, *([command.stdin] if command.stdin else [])]:
        yield from _written(value)


def _written(value: Value) -> Iterator[str]:
    for alternative in value.alternatives:
        yield "".join(piece.text if isinstance(piece, Literal) else _SOME for piece in alternative)

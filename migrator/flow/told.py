"""The files that a command is told, or reads untold, and that it may run: for programs that nobody follows.

Which programs run nothing, and what the others read untold, is rule data. A word that is not known at all names no
file here: what may run is asked apart (`migrator/flow/runs.py`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrator.flow.events import Command
from migrator.ir.named import located
from migrator.ir.paths import Paths, Top, below, join, joined
from migrator.ir.values import Alternative, Input, Literal, Piece
from migrator.rulebook.programs import Programs, unversioned
from migrator.text.patterns import regex

_APART = regex(r"""[\s"'`();|&<>,=:\[\]]+""")
_PIECES = regex(r"""[\s"'`();|&<>]+""")
_SEVERAL = regex(r"\{[^{}]*\}")
"""`ci/{login,push}.sh` is several words to a shell."""
_ANY = "**"
_ADDRESS = regex(r"^file:/*")
"""What makes a path the address of a file."""


class ToldFiles(Struct, frozen=True):
    """`clone` is the variable that names the folder of the root."""

    programs: Programs
    clone: str

    def of(self, command: Command) -> Iterator[Paths]:
        """Paths and patterns, each answer apart. Of a command that is followed only what no follower reads."""
        container = self.programs.contained(command.name, [argument.text for argument in command.arguments])
        yield from self.brought(command)
        texts = [argument.value.symbol() for argument in command.arguments]
        if container is None and (not command.name or self.programs.idles(command.name, texts)):
            return
        yield from self.words(command, container is not None) if not command.followed else ()
        yield from (frozenset({path}) for path in self.fed(command) if path != _ANY)
        bases = joined((command.folders, *self.folders(command)))
        names = (*container, *self.called(command)) if container is not None else self.untold(command)
        for name in names:
            yield in_or_above(bases, name)

    def texts(self, command: Command, fed: bool = False) -> Iterator[str]:
        """The texts that a command is given, each of several words; what it is `fed` may be one word alone."""
        values = [argument.value for argument in command.arguments] + ([command.stdin] if command.stdin else [])
        for value in values:
            for text in map(self.written, value.alternatives):
                if len(text.split(None, 1)) > 1 or (fed and value is command.stdin):
                    yield text

    def fed(self, command: Command) -> Iterator[str]:
        """The files whose text a command is given."""
        values = [argument.value for argument in command.arguments] + ([command.stdin] if command.stdin else [])
        for value in values:
            yield from (_ADDRESS.sub("", path) for path in value.files)

    def words(self, command: Command, elsewhere: bool) -> Iterator[Paths]:
        """The files that the words name, alone or within other text. `elsewhere`: they run in a folder of their own."""
        rows = (row for argument in command.arguments for row in argument.value.alternatives)
        for word in dict.fromkeys(word for row in rows for word in _apart(self.written(row))):
            name = posixpath.basename(word)
            if not name.strip("*.") or not ("." in word or "/" in word) or word.startswith("//"):
                continue
            if word.startswith("-"):
                word = word[2:]
            if elsewhere or word.startswith(_ANY):
                yield Top("a path of another place", (f"**/{name}",))
            else:
                found = located(word, command.folders, self.clone)
                yield found
                if "." not in name and self.programs.interprets(command.name) and not isinstance(found, Top):
                    yield frozenset(f"{path}.*" for path in found)
        yield from self.modules(command)
        yield from self.swept(command)

    def modules(self, command: Command) -> Iterator[Paths]:
        """The files that options name without their ending, and what runs of a folder that is a program."""
        options = self.programs.modules.get(command.name, self.programs.modules.get(unversioned(command.name), ()))
        before = ""
        for text in (argument.text or "" for argument in command.arguments):
            glued = next((one for one in options if text.startswith(one) and text != one), "")
            if before in options or glued:
                name = text.removeprefix(glued).removeprefix("=").rpartition("/")[2]
                module = name.replace(".", "/") if before == "-m" else name.replace("::", "/").partition("=")[0]
                if module:
                    yield Top("a module", (f"**/{module}", f"**/{module}.*", f"**/{module}/__*__.py"))
            elif self.programs.interprets(command.name) and text and not text.startswith("-"):
                yield from below_all(located(text, command.folders, self.clone), ("index.*", "main.*", "package.json"))
            before = text

    def swept(self, command: Command) -> Iterator[Paths]:
        """What is in the folders that a program is told which runs all of it, or finds there what it starts."""
        if command.name in self.programs.sweepers or command.name in self.programs.starting:
            yield from (below(paths, "**") for paths in self.folders(command))

    def brought(self, command: Command) -> Iterator[Paths]:
        """The files that variables name, which the programs may run that see them."""
        own = dict(command.overrides)
        given = [value for name, value in own.items() if name in self.programs.bringing]
        for name in (self.programs.bringing & command.exported) - own.keys():
            given += [one.value for one in command.environment.get(name, ()) if one is not None]
        for word in dict.fromkeys(
            word for one in given for row in one.alternatives for word in _APART.split(self.written(row)) if word
        ):
            short = word[2:] if word.startswith("-") and not word.startswith("--") else word
            found = located(short, command.folders, self.clone)
            yield found
            yield from below_all(found, ("*",))
            if not isinstance(found, Top):
                yield frozenset(f"{path}.*" for path in found)

    def taken(self, command: Command, variables: Iterable[str]) -> Iterator[Paths]:
        """The files and folders that a command's words name, or what it is fed, or one of the `variables` that it sees:
        whatever it does with them, and with what lies in there."""
        values = [argument.value for argument in command.arguments]
        seen = dict(command.overrides)
        for name in variables:
            known = command.environment.get(name, ())
            values += [seen[name]] if name in seen else [one.value for one in known if one is not None]
        for word in dict.fromkeys(
            word for one in values for row in one.alternatives for word in _words(self.written(row))
        ):
            if word.strip("*/") == "" and command.name not in self.programs.copiers:
                continue  # any word that nobody knows would be any file
            if word.startswith(_ANY):
                yield Top("a path that is known in part", (word,))
            else:
                yield located(word, command.folders, self.clone)
        fed = [output.content for output in command.outputs] + ([command.stdin] if command.stdin else [])
        yield from (frozenset(one.files) for one in fed)

    def folders(self, command: Command) -> Iterator[Paths]:
        """The folders that words may name."""
        for argument in command.arguments:
            word = (argument.text or "").rpartition("=")[2]
            if word and not word.startswith("-"):
                yield located(word, command.folders, self.clone)

    def written(self, row: Alternative) -> str:
        """A row as text: `**` stands for what is not known."""
        root = f"${{{self.clone}}}"
        texts = (one.text if isinstance(one, Literal) else root if _is(one, self.clone) else _ANY for one in row)
        return "".join(texts)

    def untold(self, command: Command) -> Iterator[str]:
        """What the program reads untold, and what those do that it may run."""
        untold = self.programs.files_untold
        yield from untold.get(command.name, untold.get(unversioned(command.name), ()))
        yield from self.called(command)
        if command.name not in self.programs.untold and not command.followed:
            yield from (name for wrapper in command.wrappers for name in untold.get(wrapper, ()))

    def called(self, command: Command) -> Iterator[str]:
        """What programs read untold that the words name: the command may run them."""
        launcher = self.programs.launcher(command.name)
        first = next((one.text for one in command.arguments if not (one.text or "").startswith("-")), None)
        hooked = launcher is not None and first in launcher.hooks
        for argument in command.arguments if not command.followed and not hooked else ():
            yield from self.programs.untold.get(posixpath.basename(argument.text or ""), ())


def _words(text: str) -> Iterator[str]:
    yield from (word.removeprefix("@") for word in _apart(text) if word and not word.startswith("-"))


def _apart(text: str) -> Iterator[str]:
    """The words of a text, those that stand for several as patterns, too."""
    yield from _APART.split(text)
    if "{" in text:
        yield from (_SEVERAL.sub("*", one) for one in _PIECES.split(text) if "{" in one and "," in one)


def _is(piece: Piece, name: str) -> bool:
    return isinstance(piece, Input) and piece.name == name


def below_all(folders: Paths, names: Iterable[str]) -> Iterator[Paths]:
    """Each of the names in the folders."""
    return (below(folders, name) for name in names)


def in_or_above(folders: Paths, name: str) -> Paths:
    """A name in one of the folders, or in one around it."""
    found = below(folders, name)
    if isinstance(folders, Top):
        return found
    for folder in folders:
        parts = folder.split("/") if folder else []
        above = frozenset("/".join(parts[:count]) for count in range(len(parts)))
        found = join(found, below(above, name))
    return found

"""What a command runs of a repository's files, by its words alone: paths, patterns, or `Top` with what is known.

A program that is known to run no file is taken at its word, and one that is not known is taken to run none but itself:
which files it is told is evidence, and asked for apart (`FileGraph.told`). A word that is not known is no option, and
holds no `..`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from migrator.frontends.programs import meant
from migrator.ir.named import located, named
from migrator.ir.paths import NONE, Paths, Top, below, join, joined, matching, only
from migrator.ir.values import Alternative, Literal, Value
from migrator.rulebook.programs import Launcher, Programs
from migrator.text.patterns import regex

if TYPE_CHECKING:
    from migrator.flow.events import Argument, Command

_SOURCES = ("source", ".")
_RUNS = ("-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch")
_FINDERS = ("find", "fd", "fdfind")
_SCRIPTS = ("run", "run-script")
"""https://docs.npmjs.com/cli/commands/npm-run"""
_TEXT = regex(r"-[A-Za-z]*c")
_ENTRY = "__main__.py"


class ToldLine(Struct, frozen=True):
    """What the words of a launcher say: where its file is, `told` by an option, and which one; the first word, None for
    one that is not known; and a word that may say otherwise."""

    folders: Paths
    file: Value | None = None
    target: str | None = ""
    unknown: str = ""
    told: bool = False


class CommandFiles(Struct, frozen=True):
    """`text` gives the text of a file of the repository, None where there is none, `listed` the paths of all; `clone`
    is the variable that names the folder of its root."""

    programs: Programs
    clone: str
    text: Callable[[str], str | None]
    listed: Callable[[], Iterable[str]]

    def of(self, command: Command) -> Paths:
        name = command.name
        if not name:
            return Top(command.unknown or "a variable")
        own = located(command.program, command.folders, self.clone) if "/" in command.program else NONE
        launcher = self.programs.launcher(name)
        own = join(own, self.begins(command)) if own or launcher else own
        if launcher and launcher.files:
            return join(own, self.by_convention(command, launcher))
        if launcher or self.programs.interprets(name):
            return join(own, self.told(command, launcher))
        if name in _SOURCES:
            return join(own, joined(named(one.value, command.folders, self.clone) for one in command.arguments[:1]))
        return join(own, self.carried(command))

    def told(self, command: Command, launcher: Launcher | None) -> Paths:
        """The file that a shell or an interpreter is told to run; a word before it may be the value of an option."""
        found: Paths = NONE
        option = ""
        for argument in command.arguments:
            text = argument.text
            if option == "-m":
                module = (text or "").replace(".", "/")
                names = (f"{module}.py", f"{module}/{_ENTRY}")
                return joined(below(command.folders, one) for one in names) if text else Top("a module")
            if launcher and _TEXT.fullmatch(option):  # what text names is a command of its own
                return found if text is not None else Top(f"what `{command.name} {option}` is told")
            if is_option(argument):
                option = text or "-"
                continue
            found = join(found, named(argument.value, command.folders, self.clone))
            found = join(found, self.entered(command, argument))
            sure = not option or (launcher is not None and option in launcher.switches)
            if text and sure and ("." in text or "/" in text or self.there(text, command.folders)):
                return found
            option = ""
        return found

    def entered(self, command: Command, argument: Argument) -> Paths:
        """What runs of a folder that is given to Python."""
        inside = joined(below(one, _ENTRY) for one in [named(argument.value, command.folders, self.clone)])
        return (
            frozenset(path for path in inside if self.text(path) is not None) if not isinstance(inside, Top) else NONE
        )

    def begins(self, command: Command) -> Paths:
        """The files that variables name, which programs run before the one that they are told."""
        seen = dict(command.overrides)
        found: Paths = NONE
        for name in dict.fromkeys(name for one in self.programs.launchers.values() for name in one.startup.values()):
            known = command.environment.get(name, ()) if name in command.exported else ()
            values = [seen[name]] if name in seen else [one.value for one in known if one is not None]
            found = join(found, joined(named(one, command.folders, self.clone) for one in values))
        return found

    def there(self, name: str, folders: Paths) -> bool:
        path = only(below(folders, name))
        return path is not None and self.text(path) is not None

    def by_convention(self, command: Command, launcher: Launcher) -> Paths:
        """The file that the words name, else the first that is there of those that the program reads untold; any of its
        kind where a word is not known, or says that another one is meant."""
        line = self.line(command, launcher)
        if line.target is not None and not line.unknown and not _runs_script(line.target, launcher):
            return NONE
        usual = self.usual(line, launcher)
        if line.unknown and not isinstance(usual, Top):
            there = self.meant(command, launcher, self.listed())
            return Top(f"`{line.unknown}`", tuple(sorted(there))) if there - usual else there
        if line.target not in launcher.hooks:
            return usual
        there = self.meant(command, launcher, matching(usual, self.listed()))
        return Top(usual.why, tuple(sorted(there))) if isinstance(usual, Top) and there else there

    def line(self, command: Command, launcher: Launcher) -> ToldLine:
        found = ToldLine(command.folders)
        arguments = list(command.arguments)
        valued = launcher.folders | launcher.named | launcher.options
        while arguments:
            argument = arguments.pop(0)
            text = argument.text or ""
            if text == "--":
                break
            if text in launcher.elsewhere:
                found = replace(found, unknown=text)
            if not is_option(argument):
                found = replace(found, target=argument.text) if found.target == "" else found
                continue
            option, value = _split(argument.value, launcher)
            if option in valued:
                given = value or (arguments.pop(0).value if arguments else None)
                if given and option in launcher.folders:
                    found = replace(found, folders=named(given, found.folders, self.clone), told=True)
                found = replace(found, file=given) if option in launcher.named else found
            elif option in launcher.elsewhere or (not launcher.elsewhere and option):
                found = replace(found, unknown=option)
        return found

    def usual(self, line: ToldLine, launcher: Launcher) -> Paths:
        """The file that the words name, else the first that is there."""
        if line.file is not None:
            return named(line.file, line.folders, self.clone)
        if isinstance(line.folders, Top):
            return joined(below(line.folders, name) for name in launcher.files)
        found = self.first(line.folders, launcher)
        if found or line.told or not launcher.upward:
            return found
        around = {folder[:at] for folder in line.folders for at, sign in enumerate(folder) if sign == "/"} | {""}
        there = self.first(around, launcher)
        return Top("the folder that it is looked for in", tuple(sorted(there))) if there else NONE

    def first(self, folders: Iterable[str], launcher: Launcher) -> frozenset[str]:
        """In each of the folders the first that is there of the files that a program reads untold."""
        each = ((posixpath.join(folder, name) for name in launcher.files) for folder in folders)
        first = (next((path for path in paths if self.text(path) is not None), None) for paths in each)
        return frozenset(path for path in first if path is not None)

    def meant(self, command: Command, launcher: Launcher, paths: Iterable[str]) -> frozenset[str]:
        """Those of the files that are of the kind that a program reads, and that the words may mean."""
        endings = launcher.endings if launcher.named else ()
        kind = (path for path in paths if path.rpartition("/")[2] in launcher.files or path.endswith(endings))
        texts = {path: text for path in kind if (text := self.text(path)) is not None}
        return meant(launcher, texts, [one.text for one in command.arguments])

    def carried(self, command: Command) -> Paths:
        """What a program runs that puts words behind words of its own, or runs them in another place."""
        return joined(self.begun(command, words) for words in self.carries(command))

    def carries(self, command: Command) -> list[list[str | None]]:
        """The words with which a carrier begins commands, None for one that is not known."""
        if command.name not in self.programs.carriers:
            return []
        words = [argument.text for argument in command.arguments]
        if command.name in _FINDERS:
            return [words[at + 1 :][:1] for at, one in enumerate(words) if one in _RUNS]
        return [[word for word in words if word is None or not word.startswith("-")]]

    def begun(self, command: Command, words: Sequence[str | None]) -> Paths:
        found: Paths = NONE
        for word in words:
            name = posixpath.basename(word or "")
            if word is None or self.programs.launcher(name) or self.programs.interprets(name):
                return Top(f"what `{command.name}` runs")
            if name in self.programs.inert:
                return found
            if "/" in word:
                found = join(found, located(word, command.folders, self.clone))
        return Top(f"what `{command.name}` runs") if words and set(words) == {"{}"} else found


def idles(command: Command, programs: Programs) -> bool:
    """Whether a command runs nothing of the repository, and reads no package; nor does what it begins, of a carrier."""
    words = [argument.value.symbol() for argument in command.arguments]
    if not programs.idles(command.name, words):
        return False
    return command.name not in programs.carriers or all(_idles(one, programs) for one in begun_by(command.name, words))


def begun_by(carrier: str, words: Sequence[str | None]) -> Iterator[Sequence[str | None]]:
    """The words of the commands that a carrier begins: behind `-exec` of find, or `-x` of fd; else from the first that
    is no option, nor a number or a sign that is the value of one."""
    if carrier in _FINDERS:
        yield from (words[at + 1 :] for at, one in enumerate(words) if one in _RUNS)
        return
    for at, word in enumerate(words):
        if word is None or not (word.startswith("-") or word.isdigit() or len(word) == 1 or word == "{}"):
            yield words[at:]
            return


def _idles(words: Sequence[str | None], programs: Programs) -> bool:
    """Whether the words of a command say so; one that begins another is none."""
    name = words[0] if words else None
    if name is None or ("/" in name and not name.startswith("/")):
        return False
    name = posixpath.basename(name)
    return name not in programs.wrappers and name not in programs.carriers and programs.idles(name, words[1:])


def is_option(argument: Argument) -> bool:
    return any(_head(row).startswith("-") for row in argument.value.alternatives)


def _head(row: Alternative) -> str:
    return row[0].text if row and isinstance(row[0], Literal) else ""


def _split(value: Value, launcher: Launcher) -> tuple[str, Value | None]:
    """An option, '' for one that is known and says nothing of files, and the value that is in the same word:
    `--prefix=web`, `-Cweb`, `-kCweb`."""
    row = value.alternatives[0]
    head = _head(row)
    valued = launcher.folders | launcher.named | launcher.options
    silent = launcher.switches | launcher.quiet
    option, equals, rest = head.partition("=")
    if head in silent:
        return "", None
    if not equals and not head.startswith("--") and (len(head) > 2 or len(row) > 1):
        first = next((at for at in range(1, len(head)) if f"-{head[at]}" not in silent), len(head) - 1)
        short, rest = f"-{head[first]}", head[first + 1 :]
        if short in silent:
            return "", None
        if short not in valued:
            return option, None
        option, equals = short, "=" if rest or len(row) > 1 else ""
    if not equals:
        return option, None
    return option, Value(tuple((Literal(rest), *one[1:]) for one in value.alternatives))


def _runs_script(target: str, launcher: Launcher) -> bool:
    """Whether a program that has commands of its own is told to run something of its file."""
    if target in launcher.hooks or (not launcher.short and not launcher.commands):
        return True
    if target in _SCRIPTS:
        return True
    return target in launcher.short if launcher.short else target != "" and target not in launcher.commands

"""What a command takes along of the files that a step has written: with its folder, or as it is told."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from migrator.fixes.context import Context
from migrator.flow.events import Command
from migrator.flow.queries import may_follow
from migrator.frontends.documents.dockerignore import leaves_out
from migrator.ir.paths import GLOB, Paths, only
from migrator.ir.values import Value
from migrator.reading.steps import Shell
from migrator.sinks.keeping import WrittenFiles, gathered, gathering, lies_in, packs, spellings, told


class StepFiles(Struct, frozen=True, eq=False):
    """The files that the `shells` of a step write, and the repository that it runs in."""

    shells: tuple[tuple[Shell, WrittenFiles], ...]
    context: Context

    @classmethod
    def of(cls, shells: Iterable[Shell], context: Context) -> StepFiles:
        return cls(tuple((shell, WrittenFiles.of(shell.trace, context.book)) for shell in shells), context)

    def there(self, shell: Shell, command: Command) -> Iterator[tuple[str, Value]]:
        """The files, with what is in them, that may be there when a command runs: '' is one whose name is not known."""
        for other, files in self.shells:
            same = other is shell
            for writer, path, content in files.events:
                follows = may_follow(writer, command) if same else other.order < shell.order
                if follows and not files.gone(writer, path, command if same else None):
                    yield path, content

    def taken(self, shell: Shell, command: Command) -> Iterator[Value]:
        """What is in the files that a command takes along: those that its words name have gone with them."""
        programs = self.context.book.programs
        known = programs.gathering.get(command.name)
        if known is None or command.followed:
            return
        words = told(command)
        whole = gathering(command, programs)
        folders = gathered(command, whole, self.context.files.paths) if whole else command.folders
        named = known.told is not None and known.told.fullmatch(words) is not None
        changed = known.changed is not None and known.changed.fullmatch(words) is not None
        places = self._places(command, _texts(command)) if named else frozenset[str]()
        if whole:
            places |= {only(folders) or "."}
        ignored = self._ignored(command, folders)
        tracked = frozenset(self.context.files.paths) if changed else frozenset[str]()
        for path, content in self.there(shell, command) if places or changed else ():
            if posixpath.basename(path) in known.never:
                continue
            if path in tracked or (_holds(places, path) and not _leaves_out(ignored, folders, path)):
                yield content

    def below(self, shell: Shell, command: Command, texts: Sequence[str]) -> Iterator[Value]:
        """What is in the files of folders, or of patterns, that words name; one whose name is not known may lie in any
        folder."""
        places, ignored = self._places(command, texts), self._ignored(command, command.folders)
        there = [*self.there(shell, command)] if places else []
        files = (
            {*self.context.files.paths, *(path for path, _ in there)} if any(_untold(path) for path, _ in there) else ()
        )
        folders = [place for place in places if place not in files and not place.startswith("-") and ":" not in place]
        for path, content in there:
            around = any(lies_in(place, path) for place in places) and path not in places
            if folders if _untold(path) else around and not _leaves_out(ignored, command.folders, path):
                yield content

    def packed(self, shell: Shell, command: Command) -> Iterator[Value]:
        """What is in the files of an archive that another program reads at once."""
        if command.consumed and packs(command, self.context.book.programs):
            places = self._places(command, _texts(command))
            yield from (content for path, content in self.there(shell, command) if _holds(places, path))

    def _places(self, command: Command, texts: Sequence[str]) -> frozenset[str]:
        built_in = self.context.book.built_in
        return frozenset(place for text in texts if text for place in spellings(text, command.folders, built_in))

    def _ignored(self, command: Command, folders: Paths) -> str:
        """What the file says that tells a program what to leave out of what it takes along."""
        known, folder = self.context.book.programs.gathering.get(command.name), only(folders)
        names = known.ignored if known and folder is not None else ()
        texts = (self.context.file(posixpath.join(folder or "", name)) for name in names)
        return next((one for one in texts if one is not None), "")


def _untold(path: str) -> bool:
    """Whether it is not known in which folder a file is."""
    return not path or path.startswith("${")


def _leaves_out(text: str, folders: Paths, path: str) -> bool:
    if not text or not path or GLOB.search(path):
        return False
    return leaves_out(text, posixpath.relpath(path, only(folders) or "."), anywhere=True)


def _texts(command: Command) -> list[str]:
    return [argument.value.symbol() or "" for argument in command.arguments]


def _holds(places: Iterable[str], path: str) -> bool:
    """Whether places are a file, or a folder with it, or a pattern."""
    return any(path == place or lies_in(place, path) for place in places)

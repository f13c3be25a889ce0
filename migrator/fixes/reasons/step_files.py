"""What a command takes along of the files that a step has written: with its folder, or as it is told."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from migrator.fixes.context import Context
from migrator.flow.events import Command
from migrator.flow.queries import may_follow
from migrator.frontends.documents.dockerignore import leaves_out
from migrator.ir.paths import GLOB, only
from migrator.ir.values import Value
from migrator.reading.steps import Shell
from migrator.sinks.keeping import WrittenFiles, gathering, lies_in, packs, removed, spellings, told


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
                before = command if same else None
                if follows and not removed(other.trace, writer, path, before, files.built_in):
                    yield path, content

    def taken(self, shell: Shell, command: Command) -> Iterator[Value]:
        """What is in the files that a command takes along: those that its words name have gone with them."""
        programs = self.context.book.programs
        known = programs.gathering.get(command.name)
        if known is None or command.followed:
            return
        words = told(command)
        whole = gathering(command, programs) is not None
        named = known.told is not None and known.told.fullmatch(words) is not None
        changed = known.changed is not None and known.changed.fullmatch(words) is not None
        for path, content in self.there(shell, command) if whole or named or changed else ():
            inside = whole and lies_in(only(command.folders) or ".", path)
            again = changed and path in self.context.files.paths
            if again or ((inside or (named and self.holds(command, path))) and not self._ignored(command, path)):
                yield content

    def below(self, shell: Shell, command: Command, texts: Sequence[str]) -> Iterator[Value]:
        """What is in the files of folders, or of patterns, that words name."""
        places = self._places(command, texts)
        for path, content in self.there(shell, command):
            around = any(lies_in(place, path) for place in places) and path not in places
            if path and around and not self._ignored(command, path):
                yield content

    def packed(self, shell: Shell, command: Command) -> Iterator[Value]:
        """What is in the files of an archive that another program reads at once."""
        if command.consumed and packs(command, self.context.book.programs):
            yield from (content for path, content in self.there(shell, command) if self.holds(command, path))

    def holds(self, command: Command, path: str) -> bool:
        """Whether a word of a command names a file, or a folder with it, or a pattern."""
        texts = [argument.value.symbol() or "" for argument in command.arguments]
        return any(path == place or lies_in(place, path) for place in self._places(command, texts))

    def _places(self, command: Command, texts: Sequence[str]) -> frozenset[str]:
        built_in = self.context.book.built_in
        return frozenset(place for text in texts if text for place in spellings(text, command.folders, built_in))

    def _ignored(self, command: Command, path: str) -> bool:
        """Whether the file that a program has for it surely leaves a file out of what it takes along."""
        known, folder = self.context.book.programs.gathering.get(command.name), only(command.folders)
        texts = (self.context.file(posixpath.join(folder or "", name)) for name in (known.ignored if known else ()))
        text = next((one for one in texts if one is not None), "") if folder is not None else ""
        inside = posixpath.relpath(path or "?", folder or ".")
        return bool(path) and not GLOB.search(path) and leaves_out(text, inside, anywhere=True)

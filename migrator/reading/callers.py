"""Who else uses a file that steps run: people by a README, a Makefile, another build system, a script of its own.

Errs towards another caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from migrator.flow.filenames import FileName, searched
from migrator.ir.paths import Top
from migrator.ir.values import Literal, Value
from migrator.reading.repository import Reading
from migrator.text.haystack import Haystack


class Callers:
    """Of what was read of the repository."""

    def __init__(self, reading: Reading) -> None:
        self.files = reading.files
        self.facts = reading.facts
        self.reached = frozenset(part.source.path for part in reading.called)
        self.people = frozenset(part.source.path for part in reading.called if part.launcher and part.launcher.people)

    def outsider(self, path: str) -> str:
        """Something that uses the file beside the steps, for people; '' where nothing does."""
        seen = {path}
        pending = [path]
        while pending:
            one = pending.pop()
            if one in self.people:
                return f"whoever runs {one}"
            if self.files.is_common(one):
                return "a program that loads it by its name"
            if otherwise := next(self.otherwise(one), ""):
                return otherwise
            callers = self.files.callers(one)
            if isinstance(callers, Top):
                return callers.why
            for other in sorted(callers):
                if other not in self.reached:
                    return other
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return ""

    def otherwise(self, path: str) -> Iterator[str]:
        """Steps that name a file in a way that is not followed: for a server, a container, a task."""
        yield from self.handed(path)
        yield from self._commands.naming(self.files.name(path))

    def handed(self, path: str) -> Iterator[str]:
        """Steps that name a file elsewhere than in the words of a command."""
        return self._others.naming(self.files.name(path))

    @cached_property
    def _commands(self) -> _Texts:
        return _Texts(self._of_commands())

    @cached_property
    def _others(self) -> _Texts:
        return _Texts(self._beside_commands())

    def _of_commands(self) -> Iterator[tuple[str, str, bool]]:
        lookers = self.files.programs.lookers
        for fact in self.facts:
            for shell in fact.shells:
                for command in shell.trace.commands:
                    if not command.followed and command.name not in lookers:
                        words = (command.program or "?", *(_written(one.value) for one in command.arguments))
                        yield f"`{command.name or 'a program'}` of a step", " ".join(words), False

    def _beside_commands(self) -> Iterator[tuple[str, str, bool]]:
        for fact in self.facts:
            for task in fact.tasks:
                yield from ((f"{task.what} of a step", scalar.value, True) for _, scalar in task.variables)
            yield from ((f"{what} of a step", kept, True) for what, kept in fact.step.kept)
            for shell in fact.shells:
                if not shell.read:
                    yield "a step that is not read", shell.script.text, False
                yield from (("a redirection of a step", _written(one), True) for one in shell.trace.inputs)


class _Texts:
    """What steps say, each with who says it and whether its words are taken for names."""

    def __init__(self, said: Iterable[tuple[str, str, bool]]) -> None:
        self._all = [(who, searched(text), taken) for who, text, taken in said]
        self._together = Haystack(text.text for _, text, _ in self._all)
        self._patterns = [number for number, (_, text, _) in enumerate(self._all) if text.patterns]

    def naming(self, name: FileName) -> Iterator[str]:
        """Who names the file."""
        for number in sorted({*self._patterns, *self._together.holding(name.needles)}):
            who, text, taken = self._all[number]
            if name.stands_in(text, "", taken=taken):
                yield who


def _written(value: Value) -> str:
    """The texts that a value may be, with `*` for what is not known of them."""
    rows = ("".join(piece.text if isinstance(piece, Literal) else "*" for piece in row) for row in value.alternatives)
    return " ".join(rows)

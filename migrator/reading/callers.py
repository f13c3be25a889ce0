"""Who else uses a file that steps run: people by a README, a Makefile, another build system, a script of its own.

Errs towards another caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.flow.filenames import searched
from migrator.ir.paths import Top
from migrator.ir.values import Literal, Value
from migrator.reading.repository import Reading


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
        lookers = self.files.programs.lookers
        for fact in self.facts:
            for shell in fact.shells:
                for command in shell.trace.commands:
                    if command.followed or command.name in lookers:
                        continue
                    if self.names(path, (command.program or "?", *(_written(one.value) for one in command.arguments))):
                        yield f"`{command.name or 'a program'}` of a step"

    def handed(self, path: str) -> Iterator[str]:
        """Steps that name a file elsewhere than in the words of a command."""
        for fact in self.facts:
            for task in fact.tasks:
                if any(self.names(path, (scalar.value,), taken=True) for _, scalar in task.variables):
                    yield f"{task.what} of a step"
            for what, kept in fact.step.kept:
                if self.names(path, (kept,), taken=True):
                    yield f"{what} of a step"
            for shell in fact.shells:
                if not shell.read and self.names(path, (shell.script.text,)):
                    yield "a step that is not read"
                if any(self.names(path, (_written(value),), taken=True) for value in shell.trace.inputs):
                    yield "a redirection of a step"

    def names(self, path: str, words: Iterable[str], taken: bool = False) -> bool:
        """Whether words of a step name a file."""
        return self.files.name(path).stands_in(searched(" ".join(words)), "", taken=taken)


def _written(value: Value) -> str:
    """The texts that a value may be, with `*` for what is not known of them."""
    rows = ("".join(piece.text if isinstance(piece, Literal) else "*" for piece in row) for row in value.alternatives)
    return " ".join(rows)

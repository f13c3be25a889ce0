"""Who else uses a file that steps run: people by a README, a Makefile, another build system, a script of its own.

Errs towards another caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.ir.paths import Top
from migrator.reading.repository import Reading

HARMLESS = ("chmod", "chown", "ls", "test", "[", "cd", "pushd", "dirname", "basename", "realpath", "readlink")
"""Programs that do nothing with the content of a file that they are given."""


class Callers:
    """Of what was read of the repository. `harmless` are programs that do nothing with the name of a file."""

    def __init__(self, reading: Reading, harmless: Collection[str]) -> None:
        self.files = reading.files
        self.facts = reading.facts
        self.reached = frozenset(part.source.path for part in reading.called)
        self.people = frozenset(part.source.path for part in reading.called if part.launcher and part.launcher.people)
        self.harmless = harmless

    def outsider(self, path: str) -> str:
        """Something that uses the file beside the steps, for people; '' where nothing does."""
        seen = {path}
        pending = [path]
        while pending:
            one = pending.pop()
            if one in self.people:
                return f"whoever runs {one}"
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
        name = path.rpartition("/")[2]
        for fact in self.facts:
            for shell in fact.shells:
                for command in shell.trace.commands:
                    if command.followed or command.name in self.harmless:
                        continue
                    words = [command.program, *(argument.value.symbol() or "" for argument in command.arguments)]
                    if any(name in word for word in words):
                        yield f"`{command.name or 'a program'}` of a step"

    def handed(self, path: str) -> Iterator[str]:
        """Steps that name a file elsewhere than in the words of a command."""
        name = path.rpartition("/")[2]
        for fact in self.facts:
            for task in fact.tasks:
                if any(name in scalar.value for _, scalar in task.variables):
                    yield f"{task.what} of a step"
            for shell in fact.shells:
                if not shell.read and name in shell.script.text:
                    yield "a step that is not read"
                if any(name in (value.symbol() or "") for value in shell.trace.inputs):
                    yield "a redirection of a step"

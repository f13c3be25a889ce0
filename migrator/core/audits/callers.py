"""Who else names a file that steps run: people by a README, a Makefile, another build system, a script of its own.

It is a search for the file's name in the text of the repository's files, bounded, and errs towards another caller.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from migrator.core.steps import StepFacts
from migrator.core.text import Source, Undecodable
from migrator.core.view import Unreadable, View

_MOST_FILES = 5000
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 256 * 1024
_PLENTY = "one of more files than are looked through"


class Callers:
    """`reached` are the files that steps run, `steps` the pipelines files, `people` the reached ones that people run
    as a matter of course. `harmless` are programs that do nothing with the name of a file."""

    def __init__(
        self,
        view: View,
        reached: Collection[str],
        steps: Collection[str],
        people: Collection[str],
        facts: Sequence[StepFacts],
        harmless: Collection[str],
    ) -> None:
        self.view = view
        self.reached = reached
        self.steps = steps
        self.people = people
        self.facts = facts
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
            for other in self.naming(one):
                if other not in self.reached:
                    return other
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return ""

    def otherwise(self, path: str) -> Iterator[str]:
        """Steps that name a file in a way that is not followed: for a server, a container, a pipe."""
        name = path.rpartition("/")[2]
        for fact in self.facts:
            if any(name in scalar.value for pipe in fact.pipes for _, scalar in pipe.variables):
                yield "a pipe of a step"
            for shell in fact.shells:
                if not shell.read and name in shell.script.text:
                    yield "a step that is not read"
                if any(name in (value.symbol() or "") for value in shell.trace.inputs):
                    yield "a redirection of a step"
                for command in shell.trace.commands:
                    if command.followed or command.name in self.harmless:
                        continue
                    if any(name in (argument.value.symbol() or "") for argument in command.arguments):
                        yield f"`{command.name or 'a program'}` of a step"

    def naming(self, path: str) -> list[str]:
        texts = self.texts
        if texts is None:
            return [_PLENTY]
        name = path.rpartition("/")[2]
        before = r"(?<![\w.-])" if "." in name else r"(?:/|\b(?:bash|sh|source|exec)\s+|(?<![\w.])\.\s+)"
        pattern = re.compile(rf"{before}{re.escape(name)}(?![\w-])")
        return [other for other, text in texts.items() if other != path and name in text and pattern.search(text)]

    @cached_property
    def texts(self) -> dict[str, str] | None:
        """The text of every file but the pipelines files; None where there are too many."""
        found: dict[str, str] = {}
        total = 0
        for count, path in enumerate(self.view.paths()):
            if count >= _MOST_FILES or total > _MOST_BYTES:
                return None
            if path in self.steps:
                continue
            try:
                data = self.view.read(path) or b""
                if len(data) <= _LONGEST:
                    total += len(data)
                    found[path] = Source.decode(path, data).text
            except (Unreadable, Undecodable):
                continue
        return found

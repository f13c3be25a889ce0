"""Which variables have a value before a step begins: those are exported, whatever assigns to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from migrator.flow.queries import inputs
from migrator.ir.paths import Top
from migrator.reading.repository import Reading
from migrator.text.source import Span


class Given:
    """Of a repository. No file of it tells which variables are stored, so that one counts that something reads without
    setting it: a step, a pipelines file outside of its scripts, or a file that is not among the `followed`."""

    def __init__(self, reading: Reading, followed: Collection[str]) -> None:
        self.files = reading.files
        self.followed = frozenset(followed)
        self.traces = [shell.trace for fact in reading.facts for shell in fact.shells]
        self.known = frozenset({*reading.settings.variables, *reading.settings.hosts})
        self.around = list(_around(reading))

    def __call__(self, variable: str) -> bool:
        word = re.compile(rf"(?<!\w){re.escape(variable)}(?!\w)")
        if variable in self.known or any(word.search(text) for text in self.around):
            return True
        if any(variable in inputs(trace) for trace in self.traces):
            return True
        speaking = self.files.speaking_of(variable)
        return isinstance(speaking, Top) or not speaking <= self.followed


def _around(reading: Reading) -> Iterator[str]:
    """The texts of the pipelines files without the scripts that are followed: pipes, services, what cannot be read."""
    spans: dict[str, set[Span]] = {path: set() for path in reading.pipelines}
    for fact in reading.facts:
        for shell in fact.shells:
            for part in shell.script.parts if shell.read else ():
                spans[part.source.path].add(part.span)
    for path, found in reading.pipelines.items():
        at = 0
        for span in sorted(spans[path]):
            yield found.source.text[at : max(at, span.start)]
            at = max(at, span.end)
        yield found.source.text[at:]

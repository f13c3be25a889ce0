"""Who else names a file that steps run: people by a README, a Makefile, another build system, a script of its own.

It is a search for the file's name in the text of the repository's files, bounded, and errs towards another caller.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property

from migrator.core.text import Source, Undecodable
from migrator.core.view import Unreadable, View

_MOST_FILES = 5000
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 256 * 1024
_PLENTY = "one of more files than are looked through"


class Callers:
    """`reached` are the files that steps run, `steps` the pipelines files, `people` the reached ones that people run
    as a matter of course."""

    def __init__(self, view: View, reached: Collection[str], steps: Collection[str], people: Collection[str]) -> None:
        self.view = view
        self.reached = reached
        self.steps = steps
        self.people = people

    def outsider(self, path: str) -> str:
        """Something that uses the file beside the steps, for people; '' where nothing does."""
        seen = {path}
        pending = [path]
        while pending:
            one = pending.pop()
            if one in self.people:
                return f"whoever runs {one}"
            for other in self.naming(one):
                if other not in self.reached:
                    return other
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return ""

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

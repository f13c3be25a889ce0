"""Who else names a file that steps run: people by a README, a Makefile, another build system, a script of its own.

It is a search for the file's name in the text of the repository's files, bounded, and errs towards another caller.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from migrator.reading.repository import Reading
from migrator.text.source import Source, Undecodable
from migrator.text.view import Unreadable

_MOST_FILES = 5000
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 256 * 1024
HARMLESS = ("chmod", "chown", "ls", "test", "[", "cd", "pushd", "dirname", "basename", "realpath", "readlink")
"""Programs that do nothing with the content of a file that they are given."""
_PLENTY = "one of more files than are looked through"


class Callers:
    """Of what was read of the repository. `harmless` are programs that do nothing with the name of a file."""

    def __init__(self, reading: Reading, harmless: Collection[str]) -> None:
        self.view = reading.view
        self.steps = reading.pipelines
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
            for other in self.naming(one):
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

    def naming(self, path: str) -> list[str]:
        texts = self.texts
        if texts is None:
            return [_PLENTY]
        name = path.rpartition("/")[2]
        before = r"(?<![\w.-])" if "." in name else r"(?:/|\b(?:bash|sh|source|exec)\s+|(?<![\w.])\.\s+)"
        pattern = re.compile(rf"{before}{re.escape(name)}(?![\w-])")
        found = [other for other, text in texts.items() if other != path and name in text and pattern.search(text)]
        return found + [other for other in self._importing(path, texts) if other not in found]

    def _importing(self, path: str, texts: Mapping[str, str]) -> Iterator[str]:
        """Python modules that import a Python module: its name, or that of its package, stands in an import."""
        folder, _, name = path.rpartition("/")
        module = folder.rpartition("/")[2] if name == "__init__.py" else name.removesuffix(".py")
        if not name.endswith(".py") or not module:
            return
        pattern = re.compile(
            rf"^[ \t]*(?:from|import)\b[^#\n]*(?:\([^()]*)?(?<!\w){re.escape(module)}(?!\w)", re.MULTILINE
        )
        for other, text in texts.items():
            if other != path and other.endswith(".py") and module in text and pattern.search(text):
                yield other

    @property
    def texts(self) -> dict[str, str] | None:
        """The text of every file but the pipelines files; None where there are too many."""
        return self._looked[0]

    @property
    def unread(self) -> frozenset[str]:
        """Files that may be text, and that are not looked through: too large, in no known encoding, not readable."""
        return self._looked[1]

    @cached_property
    def _looked(self) -> tuple[dict[str, str] | None, frozenset[str]]:
        texts: dict[str, str] = {}
        unread: set[str] = set()
        total = 0
        for count, path in enumerate(self.view.paths()):
            if count >= _MOST_FILES or total > _MOST_BYTES:
                return None, frozenset()
            if path in self.steps:
                continue
            data = b""
            try:
                data = self.view.read(path) or b""
                if len(data) > _LONGEST:
                    unread.add(path)
                    continue
                total += len(data)
                texts[path] = Source.decode(path, data).text
            except (Unreadable, Undecodable):
                if b"\0" not in data:
                    unread.add(path)
        return texts, frozenset(unread)

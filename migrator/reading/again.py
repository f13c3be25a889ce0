"""What was followed of the shells of a repository, kept for its next analysis: whoever types changes one of them.

An answer is taken over only where everything that it rests on is the same: the text, what is known of variables, the
rules, the settings, and each answer of the repository's files.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from msgspec import Struct

from migrator.findings.settings import Settings
from migrator.flow.events import Flow
from migrator.flow.files import FileGraph
from migrator.flow.library import Shelf
from migrator.rulebook.records import RuleBook
from migrator.sinks.logins import Login
from migrator.sinks.uses import ImageUse
from migrator.text.source import Source

Asked = tuple[str, str]
"""A kind of question to the files, and the path that it is about."""
Answers = Mapping[Asked, object]
Text = Callable[[str], str | None]
"""Gives the text of a file."""


class FollowedShell(Struct, frozen=True, eq=False):
    """What came of a shell, and the answers of the repository's files that it rests on."""

    trace: Flow
    logins: tuple[Login, ...]
    images: tuple[ImageUse, ...]
    answers: Answers


class FlowMemo:
    """Of one repository. What an analysis does not use again is gone after it, so it is as large as the repository's
    scripts are. Each answer is used once in an analysis: commands are told apart by what they are, not by what they
    say. `others` stands for all files but those of pipelines: as long as it is the same, none of them has changed; None
    where that is not known."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.others: Hashable = None
        self._graph: tuple[Hashable, FileGraph] | None = None
        self._around: tuple[RuleBook, Settings] | None = None
        self._last: dict[Hashable, list[FollowedShell]] = {}
        self._now: dict[Hashable, list[FollowedShell]] = {}

    def begin(self, book: RuleBook, settings: Settings) -> None:
        """Another analysis, by these rules and settings."""
        if self._around is None or self._around[0] is not book or self._around[1] != settings:
            self.shelf, self._now, self._graph = Shelf(), {}, None
        self.shelf.turn()
        self._last, self._now, self._around = self._now, {}, (book, settings)

    def graph(self, apart: frozenset[str], text: Text, make: Callable[[Text], FileGraph]) -> FileGraph:
        """The graph of the files, which looks at none that is `apart`; one that did is not used again."""
        key = self.others, apart
        if self._graph is not None and self._graph[0] == key:
            return self._graph[1]

        def asked(path: str) -> str | None:
            if path in apart:
                self._graph = None
            return text(path)

        graph = make(asked)
        self._graph = (key, graph) if self.others is not None else None
        return graph

    def take(self, key: Hashable, holds: Callable[[Answers], bool]) -> FollowedShell | None:
        kept = self._last.get(key)
        while kept:
            one = kept.pop()
            if holds(one.answers) and self.shelf.has(one.trace.called):
                self._now.setdefault(key, []).append(one)
                return one
        return None

    def keep(self, key: Hashable, one: FollowedShell) -> None:
        """What could not be read is asked for again."""
        if not any(unread.path for unread in one.trace.unread):
            self._now.setdefault(key, []).append(one)


class AskedFiles:
    """The files of a repository, and what is asked of them."""

    def __init__(
        self,
        source: Callable[[str], Source | None],
        listed: Callable[[], Iterable[str]],
        seen: Callable[[str], str | None],
    ) -> None:
        self._source = source
        self._listed = listed
        self._seen = seen
        self._answers: dict[Asked, object] = {}
        self._known: dict[Hashable, tuple[bool, Answers]] = {}

    def source(self, path: str) -> Source | None:
        found = self._source(path)
        self._answers["text", path] = found and found.text
        return found

    def file(self, path: str) -> str | None:
        found = self.source(path)
        return found.text if found else None

    def seen(self, path: str) -> str | None:
        found = self._answers["seen", path] = self._seen(path)
        return found

    def listed(self) -> Iterable[str]:
        found = self._answers["listed", ""] = self._listed()
        return found

    def once(self, key: Hashable, ask: Callable[[], bool]) -> bool:
        """An answer that rests on files; whoever hears it again rests on the same."""
        if key not in self._known:
            around, self._answers = self._answers, {}
            try:
                self._known[key] = ask(), self._answers
            finally:
                self._answers = around
        found, answers = self._known[key]
        self._answers |= answers
        return found

    def begin(self) -> Answers:
        """What is asked from here on stands in the result."""
        self._answers = {}
        return self._answers

    def hold(self, answers: Answers) -> bool:
        """Whether the files still say so."""
        return all(self._answer(kind, path) == answer for (kind, path), answer in answers.items())

    def _answer(self, kind: str, path: str) -> object:
        if kind == "listed":
            return self._listed()
        if kind == "seen":
            return self._seen(path)
        found = self._source(path)
        return found and found.text

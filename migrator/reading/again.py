"""What was followed of the shells of a repository, kept for its next analysis: whoever types changes one of them.

An answer is taken over only where everything that it rests on is the same: the text, what is known of variables, the
rules, the settings, and each answer of the repository's files. A shell that runs files has places that count on from
those of others, so it is followed again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from msgspec import Struct

from migrator.findings.settings import Settings
from migrator.flow.events import Flow
from migrator.rulebook.records import RuleBook
from migrator.sinks.logins import Login
from migrator.sinks.uses import ImageUse
from migrator.text.source import Source

Asked = tuple[str, str]
"""A kind of question to the files, and the path that it is about."""


class FollowedShell(Struct, frozen=True, eq=False):
    """What came of a shell, and the answers of the repository's files that it rests on."""

    trace: Flow
    logins: tuple[Login, ...]
    images: tuple[ImageUse, ...]
    answers: Mapping[Asked, object]


class FlowMemo:
    """Of one repository. What an analysis does not use again is gone after it, so it is as large as the repository's
    scripts are. Each answer is used once in an analysis: commands are told apart by what they are, not by what they
    say."""

    def __init__(self) -> None:
        self._around: tuple[RuleBook, Settings] | None = None
        self._last: dict[Hashable, list[FollowedShell]] = {}
        self._now: dict[Hashable, list[FollowedShell]] = {}

    def begin(self, book: RuleBook, settings: Settings) -> None:
        """Another analysis, by these rules and settings."""
        around = self._around
        same = around is not None and around[0] is book and around[1] == settings
        self._last = self._now if same else {}
        self._now, self._around = {}, (book, settings)

    def take(self, key: Hashable, holds: Callable[[Mapping[Asked, object]], bool]) -> FollowedShell | None:
        kept = self._last.get(key)
        while kept:
            one = kept.pop()
            if holds(one.answers):
                self.keep(key, one)
                return one
        return None

    def keep(self, key: Hashable, one: FollowedShell) -> None:
        self._now.setdefault(key, []).append(one)


class AskedFiles:
    """The files of a repository, and what was asked of them. `answers` None: nobody wants to know. `ran`: a file was
    found that a shell may run."""

    def __init__(
        self,
        source: Callable[[str], Source | None],
        listed: Callable[[], Iterable[str]],
        seen: Callable[[str], str | None],
    ) -> None:
        self._source = source
        self._listed = listed
        self._seen = seen
        self.answers: dict[Asked, object] | None = None
        self.ran = False

    def source(self, path: str) -> Source | None:
        found = self._source(path)
        if self.answers is not None:
            self.answers["text", path] = found and found.text
        return found

    def run(self, path: str) -> str | None:
        """The text of a file that a shell may run."""
        return self._of_run(self.source(path))

    def seen(self, path: str) -> str | None:
        text = self._seen(path)
        if self.answers is not None:
            self.answers["seen", path] = text
        self.ran = self.ran or text is not None
        return text

    def listed(self) -> Iterable[str]:
        found = self._listed()
        if self.answers is not None:
            self.answers["listed", ""] = found
        return found

    def begin(self) -> dict[Asked, object]:
        """What is asked from here on stands in the result."""
        self.answers, self.ran = {}, False
        return self.answers

    def end(self) -> None:
        self.answers = None

    def hold(self, answers: Mapping[Asked, object]) -> bool:
        """Whether the files still say so."""
        return all(self._answer(kind, path) == answer for (kind, path), answer in answers.items())

    def _answer(self, kind: str, path: str) -> object:
        if kind == "listed":
            return self._listed()
        if kind == "seen":
            return self._seen(path)
        found = self._source(path)
        return found and found.text

    def _of_run(self, found: Source | None) -> str | None:
        self.ran = self.ran or found is not None
        return found.text if found else None

"""What the text of a repository says of packages: evidence of what programs that are not followed may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct

from migrator.flow.files import FileGraph
from migrator.ir.paths import Paths, Top, matching
from migrator.rulebook.records import RuleBook
from migrator.sinks.login_files import FILES
from migrator.sinks.mentions import Mention, mentioned_packages
from migrator.sinks.shown import encoded_texts, keeps_login, names_natives
from migrator.text.source import Position, Source, Span


class NamedPackage(Struct, frozen=True):
    """A package that a file names, and where."""

    path: str
    position: Position
    mention: Mention


class RegistryTexts:
    """The files of a repository in which a registry is named, each searched once. `followed` are those that steps run
    and that are followed: what they read, the flow says, for whoever runs them."""

    def __init__(self, files: FileGraph, book: RuleBook, followed: Collection[str]) -> None:
        self.files = files
        self.book = book
        self.followed = followed
        self._found: dict[str, tuple[NamedPackage, ...]] = {}
        self._kept: dict[frozenset[str], Mapping[str, Span]] = {}

    def evidence(self, runs: Paths, sources: Iterable[Source]) -> Iterator[NamedPackage] | Top:
        """What names the packages that a program which is not followed may read: any text may. `runs` are the files
        that it runs or is told, for all one knows; of those that are followed, the names count that are whole. What is
        packed counts in those, and what is encoded, in the `sources` of the step, too."""
        texts = self.files.holding(self.book.named)
        if isinstance(texts, Top):
            return texts
        again = matching(runs, texts).intersection(self.followed)
        plain = (
            one
            for path, text in texts.items()
            if path not in self.followed or path in again
            for one in self._of(path, text)
            if path not in again or not one.mention.open
        )
        return chain(plain, self._packed(runs), self._encoded(runs, sources))

    def _packed(self, runs: Paths) -> Iterator[NamedPackage]:
        there = self.files.matched(runs)
        for path in sorted(there) if not isinstance(there, Top) else ():
            data = self.files.beyond(path)
            if not isinstance(data, Top) and data:
                mentions = mentioned_packages(data.decode(errors="replace"), self.book)
                yield from (NamedPackage(path, Position(1, 1), one) for one in mentions)

    def _encoded(self, runs: Paths, sources: Iterable[Source]) -> Iterator[NamedPackage]:
        there = self.files.matched(runs)
        paths = sorted(there) if not isinstance(there, Top) else ()
        told = {path: Source(path, text) for path in paths if (text := self.files.text(path))}
        for source in (told | {one.path: one for one in sources}).values():
            for span, text in encoded_texts(source.text):
                at = source.position(span.start)
                yield from (NamedPackage(source.path, at, one) for one in mentioned_packages(text, self.book))

    def kept(self, among: frozenset[str]) -> Mapping[str, Span]:
        """The files among these that hold a login to Packages as clients keep it, and where; but for
        native ones. Where there is more than is looked through, those that are named as clients do."""
        if among not in self._kept:
            texts = self.files.holding(self.book.mentions, among)
            if isinstance(texts, Top):
                named = (path for path in among if path.rpartition("/")[2] in FILES)
                texts = {path: self.files.text(path) or "" for path in named}
            found = {path: keeps_login(text, self.book) for path, text in texts.items() if path not in self.followed}
            native = {path for path in found if names_natives(texts[path], self.book)}
            self._kept[among] = {path: span for path, span in found.items() if span and path not in native}
        return self._kept[among]

    def _of(self, path: str, text: str) -> tuple[NamedPackage, ...]:
        if path not in self._found:
            source = Source(path, text)
            mentions = mentioned_packages(text, self.book)
            self._found[path] = tuple(NamedPackage(path, source.position(one.span.start), one) for one in mentions)
        return self._found[path]

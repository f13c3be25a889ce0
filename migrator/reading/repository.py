"""What the pipelines files of one repository say, and the steps in them, before anything is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial

from msgspec.structs import replace

from migrator.findings.records import Skipped
from migrator.findings.settings import FILE, Settings
from migrator.flow.files import FileGraph
from migrator.platforms.platform import Platform
from migrator.platforms.records import Pipelines, Step
from migrator.prefilter.leads import leads
from migrator.prefilter.needles import ENCODING, LOGIN, mentions, needles
from migrator.reading.again import FlowMemo
from migrator.reading.steps import StepFacts, StepReader
from migrator.rulebook.records import RuleBook
from migrator.sinks.shown import shows_login
from migrator.text.packed import is_sealed, unpacked
from migrator.text.source import Position, Source, Span, Undecodable
from migrator.text.view import Unreadable, View
from migrator.text.yaml import YamlError

MAX_BYTES = 2 * 1024 * 1024


class Reading:
    """The pipelines files at `paths`, those of the repository that they import, and their steps, as far as they can be
    read.

    With `within`, only the steps at or below that place of the files are read, as the repository itself runs them.
    `thorough`: files and scripts that name nothing that matters are read, too. `memo` has what was followed the last
    time. `called` are the programs in files that
    the steps run, `sources` the files that were read, `skipped` those that could not be, and why; `broken` are logins
    in files that are no YAML.
    """

    def __init__(
        self,
        view: View,
        book: RuleBook,
        settings: Settings,
        paths: Sequence[str],
        platform: Platform,
        within: str = "",
        thorough: bool = False,
        memo: FlowMemo | None = None,
    ) -> None:
        workspace = settings.variables.get(book.built_in.workspace, settings.workspace)
        repository = settings.variables.get(book.built_in.repository, settings.repository)
        self.view = view
        self.book = book
        self.settings = replace(settings, workspace=workspace, repository=repository)
        self.platform = platform
        self.within = within
        self.thorough = thorough
        self.source = cache(self._decoded)
        told = any(mention in value for value in settings.variables.values() for mention in book.mentions)
        self.configured = told or bool(settings.hosts)
        self._mentions = mentions(book)
        self._reads_all = self.configured or any(registry.default for registry in book.registries.values())
        self.pipelines: dict[str, Pipelines] = {}
        self.sources: dict[str, Source] = {}
        self.skipped: list[Skipped] = []
        self.broken: list[tuple[Source, Span]] = []
        self._read_all(paths)
        reader = StepReader(book, self.settings, self.source, view.paths, thorough, self.seen, memo)
        self.facts = tuple(self._steps(reader))
        for fact in self.facts:
            self._shell_failures(fact)
        apart = frozenset({*self.pipelines, FILE})
        graph = partial(FileGraph, view, programs=book.programs, clone=book.built_in.clone, apart=apart)
        self.files = memo.graph(apart, self.file, graph) if memo else graph(self.file)
        self.called = tuple(part for fact in self.facts for part in fact.called)
        self.sources |= {part.source.path: part.source for part in self.called}

    def file(self, path: str) -> str | None:
        """The text of a file of the repository; None where it is missing or is no readable text."""
        source = self.source(path)
        return source.text if source else None

    def seen(self, path: str) -> str | None:
        """The same, and what a file shows that is packed, or in no known encoding; of one that cannot be read, as it is
        too large or sealed, the words that it may hold."""
        text = self.file(path)
        try:
            data = text.encode() if text is not None else self.view.read(path)
        except Unreadable:
            return self._anything if path in self.view.paths() else None  # else a folder
        if data and is_sealed(data):
            return self._anything
        if text is not None or not data:
            return text
        return (unpacked(data) or data).decode(errors="replace")

    @property
    def _anything(self) -> str:
        return " ".join((LOGIN.decode(), *self.book.mentions))

    def runs_here(self, step: Step) -> bool:
        """Whether the repository itself runs a step, and not only those that import its pipeline."""
        return step.runs_in(self.within) if self.within else step.here

    def _decoded(self, path: str) -> Source | None:
        try:
            data = self.view.read(path)
            return None if data is None or len(data) > MAX_BYTES else Source.decode(path, data)
        except (Unreadable, Undecodable):
            return None

    def _read_all(self, paths: Sequence[str]) -> None:
        pending = list(dict.fromkeys(paths))
        for path in pending:
            self._read(path)
            found = self.pipelines.get(path)
            for imported in found.imports if found and not self.within else ():  # paths of the exporter
                if imported not in pending and self.file(imported) is not None:
                    pending.append(imported)

    def _steps(self, reader: StepReader) -> Iterator[StepFacts]:
        steps = [
            (found, step)
            for found in self.pipelines.values()
            for step in found.steps
            if not self.within or step.runs_in(self.within)
        ]
        reader.read_ahead(steps)
        for found, step in steps:
            elsewhere = step.elsewhere and not self.within
            yield reader.read(found, step, follow=self.runs_here(step), elsewhere=elsewhere)

    def _read(self, path: str) -> None:
        try:
            data = self.view.read(path)
        except Unreadable as error:
            self._skip(path, None, str(error))
            return
        if data is None:
            self._skip(path, None, "the file no longer exists; run patless again")
            return
        if len(data) > MAX_BYTES:
            self._skip(path, None, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB; split it")
            return
        try:
            source = Source.decode(path, data)
        except Undecodable as error:
            line = data[: error.offset].count(b"\n") + 1
            column = error.offset - (data[: error.offset].rfind(b"\n") + 1) + 1
            self._skip(path, Position(line, column), str(error))
            return
        relevant = self.thorough or self._reads_all or any(mention in data for mention in self._mentions)
        shown = LOGIN in data or ENCODING in data
        if relevant or shown or self._leads(source.text):  # as migrator/entry.py decides
            self._parse(source, relevant)

    def _parse(self, source: Source, relevant: bool) -> None:
        self.sources[source.path] = source
        try:
            found = self.platform.read(source)
        except YamlError as error:
            if relevant:
                self._skip(source.path, source.position(error.offset), str(error))
                if login := shows_login(source.text, self.book):
                    self.broken.append((source, login))
            return
        if found:
            self.pipelines[source.path] = found
            for problem in found.problems if relevant else ():
                self._skip(source.path, source.position(problem.at), problem.message)

    def _leads(self, text: str) -> bool:
        """Whether what the text of a pipelines file names may hold a login."""
        words = [needle.decode() for needle in needles(self.book)]
        return leads(text, self.seen, words, self.book.programs.leading, clone=self.book.built_in.clone)

    def _shell_failures(self, facts: StepFacts) -> None:
        source = facts.pipelines.source
        for shell in facts.shells:
            for one in shell.trace.unread:
                if one.path and shows_login(one.text, self.book):
                    self._skip(one.path, None, one.message)
            if shell.failure and any(mention.decode() in source.text for mention in self._mentions):
                span = shell.script.shown(Span(shell.failure.offset, shell.failure.offset))
                self._skip(source.path, source.position(span.start), str(shell.failure))

    def _skip(self, path: str, position: Position | None, error: str) -> None:
        self.skipped.append(Skipped(path, position, error))

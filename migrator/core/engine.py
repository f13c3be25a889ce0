"""From a repository's files to findings: pure, given a view and a rule book."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from msgspec import Struct, field
from msgspec.structs import replace

from migrator.core import baseline, ignores
from migrator.core.audits import images, leaving, logins, shadowed, unread
from migrator.core.audits.agreement import agreed
from migrator.core.audits.callers import Callers
from migrator.core.audits.context import Context, merge, withhold
from migrator.core.findings import Finding, Ownership, Package, Report, Skipped, Use
from migrator.core.needles import LOGIN, mentions, needles
from migrator.core.rules import RuleBook
from migrator.core.secrets import secrets_of
from migrator.core.selection import chosen
from migrator.core.settings import Settings
from migrator.core.steps import StepFacts, StepReader
from migrator.core.text import Position, Source, Span, Undecodable
from migrator.core.view import Unreadable, View
from migrator.credentials.origin import origin
from migrator.credentials.packages import Name, Picture, name_of
from migrator.credentials.uses import Action
from migrator.leads import leads
from migrator.readers.pipelines import Pipelines, Step, read_pipelines
from migrator.readers.yaml import YamlError, read_yaml

MAX_BYTES = 2 * 1024 * 1024
EXPORTED = "definitions.pipelines"
"""Where a file that says `export: true` keeps the pipelines that other repositories import."""
_HARMLESS = ("chmod", "chown", "ls", "test", "[", "cd", "pushd", "dirname", "basename", "realpath", "readlink")
"""Programs that do nothing with the content of a file that they are given."""


class _Reading(Struct):
    """What has been read so far."""

    pipelines: dict[str, Pipelines] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    broken: list[tuple[Source, Span]] = field(default_factory=list)


def analyse(view: View, pipelines: Sequence[str], book: RuleBook, settings: Settings) -> Report:
    """Read the pipelines files at `pipelines`, and what they lead to, and report on all of them.

    What only other repositories run, because a file exports it, pushes and reads no package here.
    """
    return _Engine(view, book, settings).report(pipelines)


def analyse_shared(view: View, path: str, pipeline: str, book: RuleBook, settings: Settings) -> Report:
    """What the exported `pipeline` of the file at `path` does in the repository that imports it.

    `view` is that repository with the file in it, and `settings` are those of that repository.
    """
    return _Engine(view, book, settings, f"{EXPORTED}.{pipeline}").report([path])


def analyse_run(view: View, path: str, book: RuleBook, settings: Settings) -> Report:
    """What the repository itself runs of the file at `path`, without what only those run that import it."""
    return _Engine(view, book, settings, "pipelines").report([path])


class _Engine:
    def __init__(self, view: View, book: RuleBook, settings: Settings, shared: str = "") -> None:
        workspace = settings.variables.get("BITBUCKET_WORKSPACE", settings.workspace)
        repository = settings.variables.get("BITBUCKET_REPO_SLUG", settings.repository)
        self.view = view
        self.shared = shared
        self.book = book
        self.settings = replace(settings, workspace=workspace, repository=repository)
        self.source = cache(self.decoded)
        self.mentions = mentions(book)
        self.steps = StepReader(book, self.settings, self.source)
        self.configured = any(mention in value for value in settings.variables.values() for mention in book.mentions)
        self.reads_all = self.configured or any(registry.default for registry in book.registries)

    def decoded(self, path: str) -> Source | None:
        """A file of the repository that a pipeline leads to; None where it is missing or is no readable text."""
        try:
            data = self.view.read(path)
            return None if data is None or len(data) > MAX_BYTES else Source.decode(path, data)
        except (Unreadable, Undecodable):
            return None

    def leads(self, text: str) -> bool:
        """Whether what the text of a pipelines file names may hold a login."""
        words = [needle.decode() for needle in needles(self.book)]
        return leads(text, self.file, words, self.book.programs.leading)

    def file(self, path: str) -> str | None:
        source = self.source(path)
        return source.text if source else None

    def report(self, paths: Sequence[str]) -> Report:
        reading = _Reading()
        pending = list(dict.fromkeys(paths))
        for path in pending:
            self.read(path, reading)
            found = reading.pipelines.get(path)
            for imported in found.imports if found and not self.shared else ():  # paths of the exporter
                if imported not in pending and self.file(imported) is not None:
                    pending.append(imported)
        facts = [
            self.steps.read(found, step, follow=self.runs_here(found, step))
            for found in reading.pipelines.values()
            for step in found.steps
            if not self.shared or step.runs_in(self.shared)
        ]
        for fact in facts:
            self.shell_failures(fact, reading)
        context = self.context(facts, reading)
        for fact in facts:
            reading.sources |= {p.source.path: p.source for shell in fact.shells for p in shell.script.called}
        found_in = [(fact, finding) for fact in facts for finding in self.audit(fact, context)]
        findings = [finding for _, finding in found_in]
        findings += [finding for found in reading.pipelines.values() for finding in images.audit(found, context)]
        findings += [unread.unreadable(source, span, "a file", context) for source, span in reading.broken]
        merged = agreed(merge(findings, context), found_in, facts, context)
        selected = chosen(merged, self.settings.select, self.settings.ignore)
        commented = reading.sources if self.settings.comments else {}
        left, ignored = ignores.apply(selected, commented, self.settings.today)
        secrets = secrets_of(facts, reading.sources, reading.pipelines.values(), self.book)
        known = baseline.apply(left, merged, self.settings.baseline, reading.sources, secrets)
        left = tuple(withhold(known.left, merged))
        return Report(
            findings=left,
            skipped=tuple(sorted(set(reading.skipped), key=lambda one: (one.path, one.position or _FIRST, one.error))),
            packages=tuple(self.packages(facts, reading, context.picture)),
            sources=reading.sources,
            secrets=secrets,
            files=len(paths),
            ignored=ignored,
            baselined=known.known,
            stale=known.stale,
            readers={
                part.source.path: part.launcher.reader
                for fact in facts
                for shell in fact.shells
                for part in shell.script.called
                if part.launcher
            },
        )

    # Reading

    def read(self, path: str, reading: _Reading) -> None:
        try:
            data = self.view.read(path)
            if data is None:
                reading.skipped.append(Skipped(path, None, "the file is not there any more; run again"))
                return
        except Unreadable as error:
            reading.skipped.append(Skipped(path, None, str(error)))
            return
        if len(data) > MAX_BYTES:
            message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB; split it"
            reading.skipped.append(Skipped(path, None, message))
            return
        try:
            source = Source.decode(path, data)
        except Undecodable as error:
            line = data[: error.offset].count(b"\n") + 1
            column = error.offset - (data[: error.offset].rfind(b"\n") + 1) + 1
            reading.skipped.append(Skipped(path, Position(line, column), str(error)))
            return
        relevant = self.reads_all or any(mention in data for mention in self.mentions)
        called = not relevant and LOGIN not in data and self.leads(source.text)
        if not (relevant or called or LOGIN in data):  # as migrator/entry.py decides
            return
        reading.sources[path] = source
        try:
            found = read_pipelines(source, read_yaml(source))
        except YamlError as error:
            if not relevant:
                return
            reading.skipped.append(Skipped(path, source.position(error.offset), str(error)))
            if login := unread.shows_login(source.text, self.book):
                reading.broken.append((source, login))
            return
        if found:
            reading.pipelines[path] = found
            for problem in found.problems if relevant else ():
                reading.skipped.append(Skipped(path, source.position(problem.at), problem.message))

    def shell_failures(self, facts: StepFacts, reading: _Reading) -> None:
        source = facts.pipelines.source
        for shell in facts.shells:
            reading.skipped += [
                Skipped(one.path, None, one.message)
                for one in shell.trace.unread
                if one.path and unread.shows_login(one.text, self.book)
            ]
            if shell.failure and any(mention.decode() in source.text for mention in self.mentions):
                span = shell.script.shown(Span(shell.failure.offset, shell.failure.offset))
                reading.skipped.append(Skipped(source.path, source.position(span.start), str(shell.failure)))

    # Judging

    def audit(self, facts: StepFacts, context: Context) -> Iterator[Finding]:
        yield from logins.audit(facts, context)
        yield from shadowed.audit(facts, context)
        yield from leaving.audit(facts, context)
        yield from unread.audit(facts, context)

    def context(self, facts: Sequence[StepFacts], reading: _Reading) -> Context:
        @cache
        def mentioned(fact: StepFacts) -> bool:
            if self.configured or any(mention in fact.pipelines.source.text for mention in self.book.mentions):
                return True
            texts = [text for _, text in self.called(fact)]
            texts += [part.source.text for shell in fact.shells for part in shell.script.called]
            return any(mention in text for text in texts for mention in self.book.mentions)

        natives = self.book.natives
        credentials = {
            name
            for fact in facts
            for login in fact.logins
            if login.registry
            for name in origin(login.password, login.registry.password).stored
            if name not in natives
        }
        parts = [part for fact in facts for shell in fact.shells for part in shell.script.called]
        reached = {part.source.path for part in parts}
        harmless = {*self.book.programs.displays, *_HARMLESS}
        people = {part.source.path for part in parts if part.launcher and part.launcher.people}
        return Context(
            self.book,
            self.settings,
            self.picture(facts),
            mentioned,
            self.file,
            frozenset(_shared_items(facts)),
            _unread_items(facts),
            frozenset(
                part.key
                for fact in facts
                for shell in fact.shells
                if shell.read
                for part in (*shell.script.parts, *shell.script.called)
            ),
            frozenset(credentials),
            lambda fact: tuple(self.called(fact)),
            cache(Callers(self.view, reached, reading.pipelines, people, facts, harmless).outsider),
        )

    def called(self, facts: StepFacts) -> Iterator[tuple[str, str]]:
        """The repository's files that the step's commands name and that are not followed, as path and text."""
        for shell in facts.shells:
            followed = {part.source.path for part in shell.script.called}
            for command in shell.trace.commands:
                if command.followed:
                    continue
                texts = [argument.text or "" for argument in command.arguments]
                words = [text for text in texts if not text.startswith("-")][:1]
                for word in (*words, command.program):
                    if word and command.folder is not None and not word.startswith(("/", "~")):
                        path = posixpath.normpath(posixpath.join(command.folder, word))
                        if path not in followed and (text := self.file(path)):
                            yield path, text

    def runs_here(self, found: Pipelines, step: Step) -> bool:
        """Whether the repository itself runs a step, and not only those that import its pipeline."""
        if self.shared:
            return step.runs_in(self.shared)
        return not found.exports or any(not one.where.startswith(f"{EXPORTED}.") for one in step.occurrences)

    def picture(self, facts: Iterable[StepFacts]) -> Picture:
        names = set()
        for _, name, action in self.uses(facts):
            if action.writes:
                names.add(name.text)
        return Picture(self.settings, frozenset(names))

    def uses(self, facts: Iterable[StepFacts]) -> Iterator[tuple[Use, Name, Action]]:
        for fact in facts:
            for shell in fact.shells:
                for use in shell.images:
                    name = name_of(use.reference, self.book, self.settings) if use.reference else None
                    if isinstance(name, Name):
                        source = shell.script.source_at(use.command.span)
                        at = source.position(shell.script.shown(use.command.span).start)
                        yield Use(source.path, at), name, use.action

    def packages(self, facts: Sequence[StepFacts], reading: _Reading, picture: Picture) -> Iterator[Package]:
        here = [fact for fact in facts if self.runs_here(fact.pipelines, fact.step)]
        uses = list(self.uses(here))
        for found in reading.pipelines.values():
            runs = {step.at for step in found.steps if self.runs_here(found, step)}
            for image in found.images:
                if image.steps and runs.isdisjoint(image.steps):
                    continue
                name = name_of(images.reference(image), self.book, self.settings)
                if isinstance(name, Name):
                    uses.append((Use(found.source.path, found.source.position(image.at)), name, Action.READ))
        by_name: dict[str, list[tuple[Use, Name, Action]]] = {}
        for entry in uses:
            by_name.setdefault(entry[1].text, []).append(entry)
        for _, entries in sorted(by_name.items()):
            name = entries[0][1]
            ownership, why = picture.owner(name)
            pushed = tuple(sorted({use for use, _, action in entries if action.writes}))
            read = tuple(sorted({use for use, _, action in entries if action is Action.READ}))
            if ownership is Ownership.OWN and pushed and not picture.listed(name):
                why = "pushed by this repository, which does not prove that it is linked to it"
            yield Package(name.shown, ownership, why, pushed, read)


def _shared_items(facts: Iterable[StepFacts]) -> Iterator[object]:
    """Script items, and programs in files, that stand in several different scripts."""
    scripts: dict[object, set[tuple[object, ...]]] = {}
    for fact in facts:
        for shell in fact.shells:
            items = tuple(part.key for part in shell.script.parts)
            for item in (*items, *(part.key for part in shell.script.called)):
                scripts.setdefault(item, set()).add(items)
    yield from (item for item, where in scripts.items() if len(where) > 1)


def _unread_items(facts: Iterable[StepFacts]) -> dict[object, str]:
    """Script items of steps that cannot be read, with the reason code."""
    return {
        part.key: "powershell" if fact.windows else "unreadable"
        for fact in facts
        for shell in fact.shells
        if shell.failure or fact.windows
        for part in shell.script.parts
    }


_FIRST = Position(0, 0)

"""From a repository's files to findings: pure, given a view and a rule book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from migrator.engine.agreement import agreed
from migrator.findings import baseline, ignores
from migrator.findings.records import Finding, Ownership, Package, Report, Use
from migrator.findings.selection import chosen
from migrator.findings.settings import Settings
from migrator.fixes.origin import origin
from migrator.reading.callers import HARMLESS, Callers
from migrator.reading.literals import secrets_of
from migrator.reading.repository import EXPORTED, Reading
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action
from migrator.rules import images, leaving, logins, shadowed, unfollowed, unread
from migrator.rules.context import Context, merge, withhold
from migrator.sinks.packages import Name, Picture, name_of
from migrator.text.source import Position
from migrator.text.view import View


def analyse(view: View, pipelines: Sequence[str], book: RuleBook, settings: Settings) -> Report:
    """Read the pipelines files at `pipelines`, and what they lead to, and report on all of them.

    What only other repositories run, because a file exports it, pushes and reads no package here.
    """
    return _Judge(Reading(view, book, settings, pipelines)).report(len(pipelines))


def analyse_shared(view: View, path: str, pipeline: str, book: RuleBook, settings: Settings) -> Report:
    """What the exported `pipeline` of the file at `path` does in the repository that imports it.

    `view` is that repository with the file in it, and `settings` are those of that repository.
    """
    return _Judge(Reading(view, book, settings, [path], f"{EXPORTED}.{pipeline}")).report(1)


def analyse_run(view: View, path: str, book: RuleBook, settings: Settings) -> Report:
    """What the repository itself runs of the file at `path`, without what only those run that import it."""
    return _Judge(Reading(view, book, settings, [path], "pipelines")).report(1)


class _Judge:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.book = reading.book
        self.settings = reading.settings

    def report(self, files: int) -> Report:
        reading = self.reading
        context = self.context()
        found_in = [(fact, finding) for fact in reading.facts for finding in self.audit(fact, context)]
        findings = [finding for _, finding in found_in]
        findings += [finding for found in reading.pipelines.values() for finding in images.audit(found, context)]
        findings += [unread.unreadable(source, span, "a file", context) for source, span in reading.broken]
        merged = agreed(merge(findings, context), found_in, reading.facts, context)
        sources = reading.sources | unfollowed.shown(merged, reading)
        selected = chosen(merged, self.settings.select, self.settings.ignore)
        commented = sources if self.settings.comments else {}
        left, ignored = ignores.apply(selected, commented, self.settings.today)
        secrets = secrets_of(reading.facts, sources, reading.pipelines.values(), self.book)
        known = baseline.apply(left, merged, self.settings.baseline, sources, secrets)
        left = tuple(withhold(known.left, merged))
        return Report(
            findings=left,
            skipped=tuple(sorted(set(reading.skipped), key=lambda one: (one.path, one.position or _FIRST, one.error))),
            packages=tuple(self.packages(context.picture)),
            sources=sources,
            secrets=secrets,
            files=files,
            ignored=ignored,
            baselined=known.known,
            stale=known.stale,
            readers={part.source.path: part.launcher.reader for part in reading.called if part.launcher},
        )

    def audit(self, facts: StepFacts, context: Context) -> Iterator[Finding]:
        yield from logins.audit(facts, context)
        yield from shadowed.audit(facts, context)
        yield from leaving.audit(facts, context)
        yield from unread.audit(facts, context)
        yield from unfollowed.audit(facts, context)

    def context(self) -> Context:
        @cache
        def mentioned(fact: StepFacts) -> bool:
            if self.reading.configured or any(mention in fact.pipelines.source.text for mention in self.book.mentions):
                return True
            texts = [text for _, text in unfollowed.called(fact, self.reading.source)]
            texts += [part.source.text for part in fact.called]
            return any(mention in text for text in texts for mention in self.book.mentions)

        natives = self.book.natives
        credentials = {
            name
            for fact in self.reading.facts
            for login in fact.logins
            if login.registry
            for name in origin(login.password, login.registry.password).stored
            if name not in natives
        }
        return Context(
            self.book,
            self.settings,
            self.picture(),
            mentioned,
            self.reading.source,
            frozenset(_shared_items(self.reading.facts)),
            _unread_items(self.reading.facts),
            frozenset(
                part.key
                for fact in self.reading.facts
                for shell in fact.shells
                if shell.read
                for part in (*shell.script.parts, *shell.script.called)
            ),
            frozenset(part.source.path for part in self.reading.called),
            frozenset(credentials),
            lambda fact: tuple(unfollowed.called(fact, self.reading.source)),
            cache(Callers(self.reading, {*self.book.programs.displays, *HARMLESS}).outsider),
        )

    def picture(self) -> Picture:
        names = set()
        for _, name, action in self.uses(self.reading.facts):
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

    def packages(self, picture: Picture) -> Iterator[Package]:
        here = [fact for fact in self.reading.facts if self.reading.runs_here(fact.pipelines, fact.step)]
        uses = list(self.uses(here))
        for found in self.reading.pipelines.values():
            runs = {step.at for step in found.steps if self.reading.runs_here(found, step)}
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
            read = tuple(sorted({use for use, _, action in entries if action.reads}))
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

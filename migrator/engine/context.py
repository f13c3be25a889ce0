"""The context that rules and fixes are given: what was read of a repository, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from migrator.fixes.judged_command import RuleContext, judged_commands
from migrator.reading import unfollowed
from migrator.reading.callers import Callers
from migrator.reading.evidence import RegistryTexts
from migrator.reading.inputs import Given
from migrator.reading.repository import Reading
from migrator.reading.scripts import ItemKey
from migrator.reading.steps import StepFacts
from migrator.sinks.credentials import origin
from migrator.sinks.packages import Name, PushedPackages, name_of


def context_of(reading: Reading) -> RuleContext:
    book = reading.book

    @cache
    def mentioned(step: StepFacts) -> bool:
        sources = (step.pipelines.source, *(part.source for part in step.called))
        texts = chain((source.text for source in sources), (text for _, text in unfollowed.named(step, reading.files)))
        here = reading.configured or any(mention in text for text in texts for mention in book.mentions)
        return here or bool(reading.files.holding(book.named))

    followed = frozenset(part.source.path for part in reading.called)
    context = RuleContext(
        book=book,
        settings=reading.settings,
        platform=reading.platform,
        pipelines=tuple(reading.pipelines.values()),
        steps=reading.facts,
        broken=tuple(reading.broken),
        picture=PushedPackages(reading.settings, frozenset(_pushed(reading))),
        mentioned=mentioned,
        source=reading.source,
        shared_items=frozenset(_shared_items(reading.facts)),
        unread_items=_unread_items(reading.facts),
        read_items=frozenset(_read_items(reading.facts)),
        followed=followed,
        credentials=frozenset(_credentials(reading)) - book.natives,
        files=reading.files,
        texts=RegistryTexts(reading.files, book, followed),
        outsider=cache(Callers(reading).outsider),
        given=cache(Given(reading, followed)),
        judged=cache(lambda step: judged_commands(step, context)),
    )
    return context


def _pushed(reading: Reading) -> Iterator[str]:
    """The packages that some step pushes."""
    for step in reading.facts:
        for shell in step.shells:
            for use in shell.images:
                name = name_of(use.reference, reading.book, reading.settings) if use.reference else None
                if isinstance(name, Name) and use.action.writes:
                    yield name.text


def _credentials(reading: Reading) -> Iterator[str]:
    """The stored passwords of logins to Packages."""
    for step in reading.facts:
        for login in step.logins:
            if login.registry:
                yield from origin(login.password, login.registry.password).stored


def _shared_items(steps: Iterable[StepFacts]) -> Iterator[ItemKey]:
    """Script items, and programs in files, that stand in several different scripts."""
    scripts: dict[ItemKey, set[tuple[ItemKey, ...]]] = {}
    for step in steps:
        for shell in step.shells:
            items = tuple(part.key for part in shell.script.parts)
            for item in (*items, *(part.key for part in shell.script.called)):
                scripts.setdefault(item, set()).add(items)
    yield from (item for item, where in scripts.items() if len(where) > 1)


def _unread_items(steps: Iterable[StepFacts]) -> dict[ItemKey, str]:
    """Script items of steps that cannot be read, with the reason code."""
    return {
        part.key: "powershell" if step.windows else "unreadable"
        for step in steps
        for shell in step.shells
        if shell.failure or step.windows
        for part in shell.script.parts
    }


def _read_items(steps: Iterable[StepFacts]) -> Iterator[ItemKey]:
    for step in steps:
        for shell in step.shells:
            if shell.read:
                yield from (part.key for part in (*shell.script.parts, *shell.script.called))

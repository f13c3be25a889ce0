"""What rules and fixes may ask about the repository that a step stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, TypeVar

from msgspec import Struct, field

from migrator.findings.records import Reason
from migrator.findings.settings import Settings
from migrator.flow.files import FileGraph
from migrator.platforms.platform import Platform
from migrator.platforms.records import Pipelines
from migrator.reading.evidence import RegistryTexts
from migrator.reading.scripts import ItemKey
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.sinks.packages import PushedPackages
from migrator.text.source import Source, Span

T = TypeVar("T")


class Context(Struct, frozen=True, eq=False):
    """A repository as it was read. `pipelines` are its pipelines files, `steps` all steps of them, `broken` the places
    of logins in files that are no YAML.

    `mentioned` says of a step whether a Packages host is named in its file, in another file of the repository that
    programs may read, or in the configuration. `shared_items` are items of scripts that several different scripts
    share: an assignment in one may mean something else to each. `unread_items` are items that also run in a step that
    cannot be read, with the reason code; `read_items` run in one that can. `credentials` are the stored passwords of
    the repository's logins to Packages. `followed` are the files that some step runs and that are followed, `files` is
    the graph of all.
    `texts` are those in which a registry is named. `outsider` names something beside the steps that uses a file, ''
    where there is nothing. `given` says of a variable whether it may have a value before a step begins. `found` is what
    `once` keeps.
    """

    book: RuleBook
    settings: Settings
    platform: Platform
    pipelines: tuple[Pipelines, ...]
    steps: tuple[StepFacts, ...]
    broken: tuple[tuple[Source, Span], ...]
    picture: PushedPackages
    mentioned: Callable[[StepFacts], bool]
    source: Callable[[str], Source | None]
    shared_items: frozenset[ItemKey]
    unread_items: Mapping[ItemKey, str]
    read_items: frozenset[ItemKey]
    followed: frozenset[str]
    credentials: frozenset[str]
    files: FileGraph
    texts: RegistryTexts
    outsider: Callable[[str], str]
    given: Callable[[str], bool]
    found: dict[tuple[object, StepFacts], tuple[Any, ...]] = field(default_factory=dict)

    def file(self, path: str) -> str | None:
        """The text of a file of the repository; None where it is missing or is no readable text."""
        source = self.source(path)
        return source.text if source else None

    def other_user(self, path: str) -> str:
        """Who else uses a file, so that it stays as it is; '' where nobody does, or that is to count for nothing."""
        if self.settings.called == "in-place":
            return ""
        return "--style bridge" if self.settings.called == "bridge" else self.outsider(path)

    def reason(self, code: str, detail: str, subject: str = "") -> Reason:
        return Reason(code, self.book.reasons[code].verdict, detail, subject)


def once(find: Callable[[StepFacts, Context], Iterable[T]]) -> Callable[[StepFacts, Context], tuple[T, ...]]:
    """What is found of a step of the context, looked for once, however many ask."""

    @wraps(find)
    def found(step: StepFacts, context: Context) -> tuple[T, ...]:
        key = (find, step)
        if key not in context.found:
            context.found[key] = tuple(find(step, context))
        return context.found[key]

    return found

"""Places that name a stored variable where every step that comes there has set it to something else before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from migrator.core.audits.callers import Callers
from migrator.core.reading import Reading
from migrator.core.rules import Programs, RuleBook
from migrator.core.settings import Settings
from migrator.core.steps import Shell
from migrator.core.text import Span
from migrator.core.view import View
from migrator.credentials.trace import Command

Reaches = Callable[[Iterable[str]], frozenset[str]]


class Place(Struct, frozen=True):
    """A name on a line of a file, from 1."""

    path: str
    line: int
    name: str


def overwritten(
    view: View,
    pipelines: Sequence[str],
    names: Collection[str],
    book: RuleBook,
    settings: Settings,
    reaches: Reaches,
) -> Mapping[Place, int]:
    """How often each of the `names` stands in a place where its stored value never arrives.

    A place counts where it is followed in every step that leads there. `reaches` tells which of some files the steps
    may lead to in any way, those that are not followed included: rather too many than too few. Nothing counts where a
    pipelines file, or a script that is followed, cannot be read, or where a step runs what is known only then.
    """
    own = {name: value for name, value in settings.variables.items() if name not in names}
    reading = Reading(view, book, replace(settings, variables=own), pipelines, thorough=True)
    shells = [shell for fact in reading.facts for shell in fact.shells]
    if reading.skipped or reading.broken or any(_unknown(shell, book.programs) for shell in shells):
        return {}
    found: dict[Place, set[Span]] = {}
    stored: set[Place] = set()
    for shell in shells:
        for place, span, arrives in _places(shell, names):
            found.setdefault(place, set()).add(span)
            if arrives:
                stored.add(place)
    scripts = {place.path for place in found} - reading.pipelines.keys()
    callers = Callers(reading, (), reaches(path for path in view.paths() if path not in reading.pipelines))
    open_ways = {path for path in scripts if _open_way(path, callers)}
    return {place: len(spans) for place, spans in found.items() if place not in stored and place.path not in open_ways}


def _unknown(shell: Shell, programs: Programs) -> bool:
    trace = shell.trace
    return not shell.read or bool(trace.unread) or any(_open(command, programs) for command in trace.commands)


def _open(command: Command, programs: Programs) -> bool:
    """Whether a command may run any file of the repository."""
    if command.followed:
        return False
    told = all(argument.text is not None for argument in command.arguments)
    return not command.name or (programs.launcher(command.name) is not None and not told)


def _places(shell: Shell, names: Collection[str]) -> Iterator[tuple[Place, Span, bool]]:
    """Where a shell names them, and whether the stored value is what it may find there."""
    for use in shell.trace.uses:
        if use.param.name in names:
            yield *_place(shell, use.param.name, use.param.name_span), None in use.definitions
    for definition in shell.trace.definitions:
        if definition.name in names and definition.word is not None and not definition.positional:
            yield *_place(shell, definition.name, definition.word.span), False


def _place(shell: Shell, name: str, span: Span) -> tuple[Place, Span]:
    source, shown = shell.script.source_at(span), shell.script.shown(span)
    return Place(source.path, source.position(shown.start).line, name), shown


def _open_way(path: str, callers: Callers) -> bool:
    """Whether something beside what is followed may run a script: a step in another way, a file that steps lead to."""
    if callers.texts is None or callers.unread or any(callers.otherwise(path)):
        return True
    return not callers.reached.issuperset(callers.naming(path))

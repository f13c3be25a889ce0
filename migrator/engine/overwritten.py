"""Places that name a stored variable where every step that comes there has set it to something else before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from migrator.engine.committed import committed_names
from migrator.engine.ways import Reaches, Ways
from migrator.findings.settings import Settings
from migrator.flow.queries import input_arrives, may_be_given
from migrator.platforms.platform import Platform
from migrator.reading.callers import Callers
from migrator.reading.repository import Reading
from migrator.reading.steps import Shell
from migrator.rulebook.records import RuleBook
from migrator.sinks.logins import Login
from migrator.sinks.maven import MAVEN, read_by
from migrator.text.source import Span
from migrator.text.view import View


class NamedLine(Struct, frozen=True):
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
    platform: Platform,
    links: Mapping[str, str],
    reaches: Reaches,
) -> Mapping[NamedLine, int]:
    """How often each of the `names` stands in a place where its stored value never arrives.

    A place counts where it is followed in every step that leads there, and nothing else may run the file with the
    stored value: `links` and `reaches` as in Ways. Nothing counts where a pipelines file, or a script that is
    followed, cannot be read.
    """
    own = {name: value for name, value in settings.variables.items() if name not in names}
    hosts = {name: value for name, value in settings.hosts.items() if name not in names}
    reading = Reading(view, book, replace(settings, variables=own, hosts=hosts), pipelines, platform, thorough=True)
    shells = [shell for fact in reading.facts for shell in fact.shells]
    if reading.skipped or reading.broken or any(not shell.read or shell.trace.unread for shell in shells):
        return {}
    logins = [one for shell in shells for one in shell.logins]
    by_file = {
        (one.client, path, name)
        for one in logins
        for path in _through(one)
        for name in one.variables.intersection(names)
    }
    found: dict[NamedLine, set[Span]] = {}
    stored: set[NamedLine] = set()
    for shell in shells:
        bound = (*_bound(shell, by_file, links, reading), *_untold(shell, names, links, book))
        for place, span, arrives in (*_places(shell, names, links), *bound):
            found.setdefault(place, set()).add(span)
            if arrives:
                stored.add(place)
    for one in committed_names(reading, names):
        path = links.get(one.source.path, one.source.path)
        place = NamedLine(path, one.source.position(one.span.start).line, one.name)
        found.setdefault(place, set()).add(one.span)
        if one.arrives:
            stored.add(place)
    through = frozenset(links.get(path, path) for _, path, _ in by_file)
    ways = Ways(shells, Callers(reading), links, reaches, through)
    files = {place.name: _files(ways, place.name, links) for place in found if place not in stored}
    return {
        place: len(spans)
        for place, spans in found.items()
        if place not in stored and (open_ := files[place.name]) is not None and place.path not in open_
    }


def _files(ways: Ways, name: str, links: Mapping[str, str]) -> Collection[str] | None:
    """The files in which the stored value may arrive in another way; None where it may in a step, too."""
    return None if ways.nameless(name) else {links.get(path, path) for path in ways.open(name)}


def _places(shell: Shell, names: Collection[str], links: Mapping[str, str]) -> Iterator[tuple[NamedLine, Span, bool]]:
    """Where a shell names them, and whether the stored value is what it may find there."""
    spans = [(use.read.name, use.read.name_span, may_be_given(use)) for use in shell.trace.uses]
    spans += [(one.name, one.word.span, False) for one in shell.trace.definitions if one.word and not one.positional]
    for name, span, arrives in spans:
        part = shell.script.part(span.start) if name in names else None
        if part is None:
            continue
        source, shown = part.source, shell.script.shown(span)
        if arrives or (part.runs is not None and _written(source.text, shown, name)):
            path = links.get(source.path, source.path)
            yield NamedLine(path, source.position(shown.start).line, name), shown, arrives


def _bound(
    shell: Shell, by_file: Collection[tuple[str, str, str]], links: Mapping[str, str], reading: Reading
) -> Iterator[tuple[NamedLine, Span, bool]]:
    """The same of the files through which clients take variables, client by client: each of its calls may read them,
    but for those that surely read others."""
    for name, path, variable in by_file:
        client, source = reading.book.package_clients[name], reading.source(path)
        calls = [one for one in shell.trace.commands if one.name in client.programs]
        arrives = [
            input_arrives(one, variable)
            for one in calls
            if name != MAVEN or (read := read_by(shell.trace, one, reading.book, reading.file)) is None or path in read
        ]
        for match in re.finditer(rf"(?<!\w){re.escape(variable)}(?!\w)", source.text if source and arrives else ""):
            assert source is not None
            line = source.position(match.start()).line
            yield NamedLine(links.get(path, path), line, variable), Span(*match.span()), any(arrives)


def _untold(
    shell: Shell, names: Collection[str], links: Mapping[str, str], book: RuleBook
) -> Iterator[tuple[NamedLine, Span, bool]]:
    """The same of variables that a client takes without being told: each of its calls counts as a place that names
    them."""
    for login in shell.logins:
        client = book.package_clients.get(login.client)
        for name in login.variables.intersection(names) if client else ():
            assert client is not None
            if not any(fnmatchcase(name, pattern) for pattern in client.variables):
                continue
            for command in shell.trace.commands:
                if command.name in client.programs:
                    source, shown = shell.script.source_at(command.span), shell.script.shown(command.span)
                    line = source.position(shown.start).line
                    path = links.get(source.path, source.path)
                    yield NamedLine(path, line, name), shown, input_arrives(command, name)


def _through(login: Login) -> tuple[str, ...]:
    return login.bound.files if login.bound and not login.bound.refused else ()


def _written(text: str, span: Span, name: str) -> bool:
    """Whether the name itself, or what is assigned to it, is what stands there."""
    return (
        text[span.start : span.end] == name
        or text.startswith(f"{name}=", span.start)
        or text.endswith(f"{name}=", 0, span.start)
    )

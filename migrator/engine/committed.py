"""Names of stored variables in settings that the repository has for a package client, and whether the stored value
arrives there: a call may be given another in front."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct

from migrator.flow.events import Command
from migrator.flow.queries import input_arrives
from migrator.flow.runs import idles
from migrator.reading.repository import Reading
from migrator.reading.steps import Shell
from migrator.sinks.npm_variables import is_quiet
from migrator.text.source import Source, Span


class CommittedName(Struct, frozen=True):
    """A place of a settings file that names a variable. `arrives`: a step may read the stored value there."""

    source: Source
    span: Span
    name: str
    arrives: bool


def committed_names(reading: Reading, names: Collection[str]) -> Iterator[CommittedName]:
    """Those in files of which all calls that take a credential from there are known."""
    shells = [shell for fact in reading.facts for shell in fact.shells]
    bound = {one.npm.place for shell in shells for one in shell.logins if one.npm and one.sinks and one.npm.place}
    for source in filter(None, map(reading.source, sorted(bound))):
        for name in names:
            places = [Span(*one.span()) for one in re.finditer(rf"\$\{{{re.escape(name)}\b", source.text)]
            arrives = bool(places) and any(_arrives(shell, name, reading) for shell in shells)
            yield from (CommittedName(source, place, name, arrives) for place in places)


def _arrives(shell: Shell, name: str, reading: Reading) -> bool:
    """Whether something that may read such a file, or start what does, finds the stored value."""
    programs = reading.book.programs
    return any(
        input_arrives(one, name) and not idles(one, programs)
        for one in shell.trace.commands
        if not one.followed or (_is_client(one, reading) and not is_quiet(one))
    )


def _is_client(command: Command, reading: Reading) -> bool:
    return any(command.name in one.programs for one in reading.book.package_clients.values())

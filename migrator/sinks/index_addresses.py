"""The addresses of indexes with names, as a client finds them: in files of the repository, variables, options, and its
own settings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

from migrator.flow.events import Command
from migrator.ir.values import Value
from migrator.rulebook.indexes import IndexClient
from migrator.sinks.invocations import parse
from migrator.sinks.packages import canonical, without_scheme
from migrator.sinks.uses import Files
from migrator.sinks.values import value_of
from migrator.text.patterns import regex
from migrator.text.toml import ConfigurationError, Toml

_OTHER = regex(r"[^A-Z0-9]")
_NAMED = regex(r"([\w.-]{1,100})=(\S+)")

Addresses = dict[str, set[str]]
"""`host/path` by the names of indexes, as variables have them; '' for an address that is not known."""


def spelt_in_variables(name: str) -> str:
    return _OTHER.sub("_", name.upper())


def host(address: str) -> str:
    return address.partition("/")[0]


def known_addresses(calls: Iterable[Command], client: IndexClient, files: Files) -> Addresses:
    """Those that the calls of a client may find, whatever of them counts; `files` has those that the script may have
    written, too."""
    found: Addresses = {}
    for name, url in _all(tuple(calls), client, files):
        found.setdefault(spelt_in_variables(name), set()).add(_address(url))
    return found


def _all(calls: tuple[Command, ...], client: IndexClient, files: Files) -> Iterator[tuple[str, str]]:
    for path in sorted(files.listed()):
        if posixpath.basename(path) in client.files:
            yield from _committed(path, client.files[posixpath.basename(path)], files)
    for command in calls:
        for value in parse(command.arguments, client.options).values(client.options):
            yield from _named(value)
        for value in filter(None, (value_of(command, one) for one in client.variables)):
            yield from _named(value)
        before, _, after = client.address.partition("{}")
        for variable in command.environment if client.address else ():
            if variable.startswith(before) and variable.endswith(after):
                yield variable[len(before) : len(variable) - len(after)], _text(value_of(command, variable))
        if client.settings:
            yield from ((name, _text(value)) for name, value in set_with(command, client, client.settings.address))


def set_with(command: Command, client: IndexClient, key: str) -> Iterator[tuple[str, Value]]:
    """The names that settings whose keys begin so are set for, and the first value of each."""
    words = [one.value for one in parse(command.arguments, frozenset()).words]
    if client.settings and command.name in client.programs and len(words) > 2:
        text = words[1].symbol() or ""
        if words[0].text == client.settings.command and text.startswith(key):
            yield text.removeprefix(key), words[2]


def _committed(path: str, keys: str, files: Files) -> Iterator[tuple[str, str]]:
    """The indexes in the tables of a file. Of one that the script may have written, no address is known."""
    text = files.read(path)
    try:
        part: Any = Toml(path, (text or "").encode()).table
    except ConfigurationError:
        return
    for key in keys.split("."):
        part = part.get(key) if isinstance(part, dict) else None
    if isinstance(part, dict):
        part = [{"name": name, **one} for name, one in part.items() if isinstance(one, dict)]
    for one in part if isinstance(part, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("url"), str):
            yield one["name"], "" if files.made(path) else one["url"]


def _named(value: Value) -> Iterator[tuple[str, str]]:
    """The pairs of a text `NAME=URL NAME=URL`; what is not known of it may be the address of any name in it."""
    for row in value.alternatives:
        text = _text(Value((row,)))
        yield from ((match[1], match[2]) for match in _NAMED.finditer(text))


def _text(value: Value | None) -> str:
    return (value.symbol() or "") if value else ""


def _address(url: str) -> str:
    """'' for one that is not known, or with a credential of its own, which clients prefer."""
    text = without_scheme(url.strip())
    name, _, path = text.partition("/")
    if "$" in name or "@" in name or not name:
        return ""
    return f"{canonical(name)}/{path.rstrip('/')}".rstrip("/")

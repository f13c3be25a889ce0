"""The addresses of indexes with names, as a client finds them: in files of the repository, variables, options, and its
own settings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from migrator.flow.events import Argument, Command
from migrator.ir.values import Value
from migrator.rulebook.indexes import IndexClient
from migrator.rulebook.records import RuleBook
from migrator.sinks.invocations import invocation, parse
from migrator.sinks.packages import canonical, without_scheme
from migrator.sinks.uses import Files
from migrator.sinks.values import value_of
from migrator.text.patterns import regex

_OTHER = regex(r"[^A-Z0-9]")
_NAMED = regex(r"([\w.-]{1,100})=(\S+)")

Addresses = dict[str, set[str]]
"""`host/path` by the names of indexes, as variables have them; '' for an address that is not known."""


def spelt_in_variables(name: str) -> str:
    return _OTHER.sub("_", name.upper())


def host(address: str) -> str:
    return address.partition("/")[0]


def known_addresses(calls: Iterable[Command], client: IndexClient, book: RuleBook, files: Files) -> Addresses:
    """Those that the calls of a client may find, whatever of them counts; `files` has those that the script may have
    written, too. One that can't be read may have another for any name."""
    found: Addresses = {}
    for name, url in (*_of_files(client, files), *_of_calls(calls, client, book)):
        found.setdefault(spelt_in_variables(name), set()).add(_address(url))
    if any(_table(path, files) is None for path in _paths(client, files)):
        for addresses in found.values():
            addresses.add("")
    return found


def _of_files(client: IndexClient, files: Files) -> Iterator[tuple[str, str]]:
    yield from ((name, tables.get("url", "")) for name, tables in _tables(client, files))


def publishing_addresses(name: str, key: str, client: IndexClient, files: Files) -> set[str]:
    """The addresses at a key of the tables of an index, '' for one that is not known."""
    found = {_address(table.get(key, "")) for one, table in _tables(client, files) if one == name}
    unread = any(_table(path, files) is None for path in _paths(client, files))
    return found | {""} if unread or not found else found


def _paths(client: IndexClient, files: Files) -> list[str]:
    return sorted(one for one in files.listed() if posixpath.basename(one) in client.files)


def _tables(client: IndexClient, files: Files) -> Iterator[tuple[str, Mapping[str, str]]]:
    for path in _paths(client, files):
        yield from _committed(path, client.files[posixpath.basename(path)], files)


def _of_calls(calls: Iterable[Command], client: IndexClient, book: RuleBook) -> Iterator[tuple[str, str]]:
    for command in calls:
        for value in parse(command.arguments, client.options).values(client.options):
            yield from _named(value)
        for value in filter(None, (value_of(command, one) for one in client.variables)):
            yield from _named(value)
        before, _, after = client.address.partition("{}")
        names = (*command.environment, *(name for name, _ in command.overrides)) if client.address else ()
        for variable in names:
            if variable.startswith(before) and variable.endswith(after):
                yield variable[len(before) : len(variable) - len(after)], _text(value_of(command, variable))
        if client.settings:
            found = set_with(command, client, client.settings.address, book)
            yield from ((one.name, _text(one.values[0])) for one in found)


class IndexSetting(Struct, frozen=True):
    """What a command sets for the index of a name."""

    name: str
    values: tuple[Value, ...]


def set_with(command: Command, client: IndexClient, key: str, book: RuleBook) -> Iterator[IndexSetting]:
    """The settings whose keys begin so."""
    words = [one.value for one in parse(behind_options(command, book), frozenset()).words]
    if client.settings and command.name in client.programs and len(words) > 2:
        text = words[1].symbol() or ""
        if words[0].text == client.settings.command and text.startswith(key):
            yield IndexSetting(text.removeprefix(key), tuple(words[2:]))


def behind_options(command: Command, book: RuleBook) -> tuple[Argument, ...]:
    """The words of a call from the sub-command on."""
    called = invocation(command, book)
    return called.rest if called else command.arguments


def _committed(path: str, keys: str, files: Files) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The indexes in the tables of a file, with the texts in each. Of one that the script may have written, no address
    is known."""
    part: Any = _table(path, files)
    for key in keys.split("."):
        part = part.get(key) if isinstance(part, dict) else None
    if isinstance(part, dict):
        part = [{"name": name, **one} for name, one in part.items() if isinstance(one, dict)]
    for one in part if isinstance(part, list) else ():
        texts = {key: value for key, value in one.items() if isinstance(value, str)} if isinstance(one, dict) else {}
        if "name" in texts and "url" in texts:
            yield texts["name"], {} if files.made(path) else texts


def _table(path: str, files: Files) -> Mapping[str, object] | None:
    """What a file says; None where it can't be read."""
    from migrator.text.toml import ConfigurationError, Toml

    text = files.read(path)
    try:
        return None if text is None else Toml(path, text.encode()).table
    except ConfigurationError:
        return None


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

"""Credentials that a client finds by the name of an index: in variables of its calls, and in its own settings.

https://docs.astral.sh/uv/concepts/indexes/#providing-credentials-directly,
https://python-poetry.org/docs/repositories/#configuring-credentials
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.records import PackageType
from migrator.flow.events import Command, Flow
from migrator.ir.values import Input, Unknown, Value
from migrator.rulebook.indexes import IndexClient
from migrator.rulebook.records import Registry, RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink
from migrator.sinks.elsewhere import elsewhere
from migrator.sinks.images import Listed, found_by
from migrator.sinks.index_addresses import (
    Addresses,
    behind_options,
    host,
    known_addresses,
    publishing_addresses,
    set_with,
    spelt_in_variables,
)
from migrator.sinks.invocations import Parsed, parse
from migrator.sinks.logins import Login
from migrator.sinks.uses import ImageUse, Read
from migrator.sinks.values import is_handed, value_of

_HALVES = (Role.USERNAME, Role.PASSWORD)
_NOWHERE = "nothing that is written here"
_UNNAMED = "an index whose name is not known"
_BY_ITSELF = "{}, which adds a user name to the token"


def find_index_logins(flow: Flow, book: RuleBook, read: Read, listed: Listed) -> Iterator[Login]:
    """`read` gives the text of a file of the repository, `listed` are all of them."""
    for name, client in book.indexes.items():
        calls = tuple(one for one in flow.commands if not one.followed and runs(one, client))
        if calls and client.username:
            files = replace(found_by(flow, book, read, listed), read=read)
            addresses = known_addresses(calls, client, book, files)
            yield from _Indexes(name, client, book, calls, addresses, _elsewhere(flow, name, client, book)).logins()


def index_uploads(flow: Flow, book: RuleBook, read: Read, listed: Listed) -> Iterator[ImageUse]:
    """Where calls publish that name an index: `uv publish --index NAME`."""
    publishing = [(one, one.publishing) for one in book.indexes.values() if one.publishing]
    for client, told in publishing:
        for command in flow.commands:
            if command.followed or command.name not in client.programs:
                continue
            if word(command, client, book) != told.command:
                continue
            given = parse(command.arguments, told.option).values(told.option)
            given += [value for name in told.variables if (value := value_of(command, name)) is not None]
            if given:
                files = replace(found_by(flow, book, read, listed), read=read)
                name = given[0].text or ""
                for address in sorted(publishing_addresses(name, told.key, client, files)):
                    what = f"the address of the index {name}".rstrip()
                    yield ImageUse(Action.PUSH, address or None, command, f"it goes to {what}", what)


def own_calls(logins: Iterable[Login], book: RuleBook) -> set[Command]:
    """The commands of logins, but for those that only run within a client: what such a one is given is its own."""
    found: set[Command] = set()
    for one in logins:
        client = book.indexes.get(one.client)
        if client is None or one.command.name in client.programs:
            found |= {one.command, *one.writers}
    return found


def runs(command: Command, client: IndexClient) -> bool:
    """Whether a command is the client, or what the client runs."""
    return command.name in client.programs or not client.programs.isdisjoint(command.wrappers)


def word(command: Command, client: IndexClient, book: RuleBook) -> str | None:
    """The sub-command that a call of the client is; None where it is not known. Other commands only run within it."""
    if command.name not in client.programs:
        return "run"
    rest = behind_options(command, book)
    return rest[0].text if rest else ""


class _Indexes(Struct, frozen=True):
    """What one client finds in one script. `elsewhere` is where else it may find the credential for an index, as the
    script shows it, and for any at ''."""

    name: str
    client: IndexClient
    book: RuleBook
    calls: tuple[Command, ...]
    addresses: Addresses
    elsewhere: Mapping[str, str]

    def logins(self) -> Iterator[Login]:
        for command in self.calls:
            yield from self._settings(command)
            for index, parsed in self._used(command):
                yield from self._call(command, index, parsed)

    # Settings

    def _settings(self, command: Command) -> Iterator[Login]:
        """`poetry config http-basic.NAME USER PASSWORD`"""
        settings = self.client.settings
        for one in set_with(command, self.client, settings.pair, self.book) if settings else ():
            username, *others = one.values
            password = others[0] if len(others) == 1 else Value.of(Unknown(_NOWHERE))
            yield from self._login(command, spelt_in_variables(one.name), username, password, (), None)
        for one in set_with(command, self.client, settings.token, self.book) if settings else ():
            username = Value.of(Unknown(_BY_ITSELF.format(self.name)))
            yield from self._login(command, spelt_in_variables(one.name), username, one.values[0], (), None)

    # Variables

    def _used(self, command: Command) -> Iterator[tuple[str, Parsed]]:
        """The indexes whose credentials a call uses, and its options."""
        called, uploads = word(command, self.client, self.book), self.client.uploads
        nothing = Parsed()
        if uploads and called == uploads.command:
            valued = uploads.name | uploads.username | uploads.password | uploads.options
            parsed = parse(command.arguments, valued)
            names = parsed.values(uploads.name)
            text = names[-1].text if names else ""
            if text:
                yield spelt_in_variables(text), parsed
            elif text is None:
                given = parsed.has(uploads.username | uploads.password)
                yield from ((index, parsed) for index in ([""] if given else self._all(command)))
        elif called != "" and called not in self.client.idle:
            yield from ((index, nothing) for index in self._all(command))

    def _all(self, command: Command) -> list[str]:
        return sorted(self.addresses.keys() | self._set(command))

    def _set(self, command: Command) -> set[str]:
        """The names of indexes in the variables that the script sets for a call."""
        found: set[str] = set()
        for pattern in self._patterns:
            before, _, after = pattern.partition("{}")
            for one in (*command.environment, *(name for name, _ in command.overrides)):
                if one.startswith(before) and one.endswith(after) and is_handed(command, one):
                    found.add(one[len(before) : len(one) - len(after)])
        return found - {""}

    @property
    def _patterns(self) -> tuple[str, ...]:
        return self.client.username, self.client.password

    def _call(self, command: Command, index: str, parsed: Parsed) -> Iterator[Login]:
        uploads = self.client.uploads
        options = (uploads.username, uploads.password) if uploads else (frozenset[str](), frozenset[str]())
        sinks: list[Sink] = []
        pairs = zip(_HALVES, self._patterns, options, strict=True)
        missing: list[tuple[Role, str]] = []
        for role, pattern, spellings in pairs:
            variable = pattern.format(index)
            given = [(one.value, one.origin) for one in parsed.options if one.name in spellings and one.value]
            value = value_of(command, variable) if is_handed(command, variable) else None
            if given:
                told, origin = given[-1]
                sinks.append(Sink(Action.USE, role, Channel.OPTION, self.name, told, origin or command.span))
            elif value is not None:
                sinks.append(Sink(Action.USE, role, Channel.ENVIRONMENT, self.name, value, command.span, variable))
            else:
                missing.append((role, variable))
        token = self.client.token.format(index)
        if is_handed(command, token) and (value := value_of(command, token)) is not None:
            yield from self._login(command, index, Value.of(Unknown(_BY_ITSELF.format(self.name))), value, (), ())
            return
        elsewhere = self.elsewhere.get(index) or self.elsewhere[""]
        if not sinks and (elsewhere or not any(map(self._registry, self.addresses.get(index, ())))):
            return
        for role, variable in missing:
            why = elsewhere or ("" if index else _UNNAMED)
            value = Value.of(Unknown(why) if why else Input(variable, ()))
            sinks.append(Sink(Action.USE, role, Channel.ENVIRONMENT, self.name, value, command.span, variable))
        username, password = (next(one.value for one in sinks if one.role is role) for role in _HALVES)
        places = sorted(self.addresses.get(index, ())) if parsed.options else ()
        pushed = tuple(ImageUse(Action.PUSH, one, command) for one in places if one)
        yield from self._login(command, index, username, password, tuple(sinks), pushed)

    # Both

    def _login(
        self,
        command: Command,
        index: str,
        username: Value,
        password: Value,
        sinks: tuple[Sink, ...],
        alone: tuple[ImageUse, ...] | None,
    ) -> Iterator[Login]:
        """The login for an index of Packages; of one that only may be, its registry is not known."""
        found = self.addresses.get(index, {""})
        perhaps = next(filter(None, map(self._registry, sorted(found))), None)
        hosts = {host(one) for one in found}
        if perhaps is None and "" not in hosts:
            return
        certain = perhaps is not None and len(hosts) == 1
        place = hosts.pop() if certain else ""
        subject = "" if certain else f"the address of the index {index}".rstrip()
        registry = perhaps if certain else None
        config = f"{self.name} {index}" if alone is None else f"{self.name} {index} {command.order}"
        rule = self.client.rule
        yield Login(
            *(command, self.name, rule, sinks, place, registry, subject, None if certain else perhaps),
            *(username, password, config, alone),
        )

    def _registry(self, address: str) -> Registry | None:
        found = self.book.registry(host(address))
        return found if found and found.type is PackageType.PYTHON else None


def _elsewhere(flow: Flow, name: str, client: IndexClient, book: RuleBook) -> dict[str, str]:
    settings = client.settings
    found = {
        spelt_in_variables(one.name): f"the settings of {name}"
        for command in flow.commands
        for key in ((settings.pair, settings.token) if settings else ())
        for one in set_with(command, client, key, book)
    }
    return found | {"": elsewhere(flow, name, book)}

"""Pairs for Packages that yarn, from version 2 on, is given: `npmAuthIdent` is a user name and a token with a colon
between.

A script writes it into a `.yarnrc.yml`, or sets variables: `YARN_NPM_AUTH_IDENT`, or those that the file names, which
yarn asks for in each of its calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.flow.queries import outermost
from migrator.ir.values import Encoded, Input, Literal, Unknown, Value, union
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.calls import split_at_colon
from migrator.sinks.channels import Sink
from migrator.sinks.logins import Binding, Login
from migrator.sinks.npm import opened, surely
from migrator.sinks.npmrc import NpmPair, is_npm_host
from migrator.sinks.values import is_handed, value_of
from migrator.sinks.yarnrc import (
    IDENT,
    PUBLISHING,
    SERVER,
    YARN,
    YarnSetting,
    YarnSettings,
    address_of,
    yarn_settings,
)
from migrator.text.patterns import regex

VARIABLE = "YARN_NPM_AUTH_IDENT"
REGISTRY = "YARN_NPM_REGISTRY_SERVER"
_NAME = r"\$\{([A-Za-z_][A-Za-z0-9_]{0,200})(?::?-)?\}"
_NAMED = regex(rf"{_NAME}(?::{_NAME})?")
"""Variables that yarn puts in place of their names: https://yarnpkg.com/configuration/yarnrc"""


class _Ident(Struct, frozen=True):
    """What yarn finds in variables: one that holds all, or one for each half. `by` is the command that tells it so,
    None where a file of the repository does, or their name alone."""

    address: str
    place: str
    names: tuple[str, ...]
    by: Command | None = None


def find_yarn_logins(flow: Flow, book: RuleBook, file: Callable[[str], str | None]) -> Iterator[Login]:
    """The pairs of which all is known, and that go to Packages only. `file` gives the text of a file."""
    if YARN not in book.package_clients:
        return
    found = yarn_settings(flow, book, file)
    calls = [one for one in flow.commands if one.name == YARN]
    idents = [(one, address) for one in found.known if one.name == IDENT if (address := _goes_to(one.of, found, calls))]
    idents = [(one, address) for one, address in idents if is_npm_host(_host(address), book)]
    for setting, address in idents:
        if setting.command and not _names(setting) and (login := _written(setting, address, found, book)):
            yield login
    named = [_Ident(address, one.place, names, one.command) for one, address in idents if (names := _names(one))]
    elsewhere = [one for one in found.known if one not in [setting for setting, _ in idents]]
    if any(name in (one.value.text or "") for ident in named for name in ident.names for one in elsewhere):
        return  # another registry is given them, too
    own = any(one.name == IDENT and one.of for one in found.known)
    if not own and (address := _goes_to("", found, calls)) and is_npm_host(_host(address), book):
        named += [_Ident(address, "", (VARIABLE,))] if any(_value(one, VARIABLE) for one in calls) else []
    if len({one.names for one in named}) == 1:
        yield from _named(named, calls, book)


def _goes_to(of: str, found: YarnSettings, calls: Sequence[Command]) -> str:
    """The only registry that yarn sends to what is set for a scope, a registry, or all that have none of their own; ''
    where there are several, or one that is not known."""
    if of.startswith("//"):
        return of
    publishes = any(word.text == "publish" for one in calls for word in one.arguments)
    scopes = {one.of for one in found.known if one.of.startswith("@")} if not of else {of}
    servers = {_server(found, calls, ("", SERVER))} if not of else set()
    for scope in scopes:
        servers.add(_server(found, calls, (scope, SERVER), ("", SERVER)))
    if publishes:
        for scope in scopes or {""}:
            servers.add(_server(found, calls, (scope, PUBLISHING), ("", PUBLISHING), ("", SERVER)))
    return servers.pop() if len(servers) == 1 else ""


def _server(found: YarnSettings, calls: Sequence[Command], *names: tuple[str, str]) -> str:
    """The registry that the first of these settings names that is there; '' where nobody knows which."""
    for of, name in names:
        given = found.of(of, name)
        if any(one.command and not surely(one.command) for one in given):
            return ""
        values = [one.value for one in given]
        if (of, name) == ("", SERVER):
            told = [one for call in calls if (one := _value(call, REGISTRY))]
            if told:
                values = told if len(told) == len(calls) else []
        if values:
            addresses = {address_of(one) for one in values}
            return addresses.pop() if len(addresses) == 1 else ""
    return ""


def _names(setting: YarnSetting) -> tuple[str, ...]:
    """The variables that yarn puts in their places."""
    match = _NAMED.fullmatch(setting.value.text or "")
    return tuple(one for one in match.groups() if one) if match else ()


def _written(setting: YarnSetting, address: str, found: YarnSettings, book: RuleBook) -> Login | None:
    """What a command that surely runs writes, once."""
    command = setting.command
    assert command is not None
    alike = [one for one in found.of(setting.of, IDENT) if one.command and one.place == setting.place]
    halves = _halves(setting.value)
    if halves is None or len(alike) > 1 or not setting.place or not surely(command):
        return None
    return _login(command, book, halves, NpmPair(address, setting.place, (command,), _encoded(setting.value)))


def _named(idents: Sequence[_Ident], calls: Sequence[Command], book: RuleBook) -> Iterator[Login]:
    """The calls that are given what has the same names in all places. What one starts inherits it from that."""
    ident, by = idents[0], tuple(one.by for one in idents if one.by)
    starts = {one.span.start for one in calls if not one.calls}
    for command in calls:
        if command.calls and outermost(command.span, command.calls) in starts:
            continue
        values = [_value(command, name) or Value.of(Input(name, ())) for name in ident.names]
        split = _halves(values[0]) if len(values) == 1 else None
        halves = (values[0], values[1]) if len(values) == 2 else split or (values[0], values[0])
        sinks = tuple(
            Sink(Action.USE, role, Channel.ENVIRONMENT, YARN, value, command.span, name)
            for role, value, name in zip((Role.USERNAME, Role.PASSWORD), halves, ident.names * 2, strict=False)
        )
        encoded = _encoded(values[0]) if len(values) == 1 else ()
        pair = NpmPair(ident.address, ident.place, (command, *by), encoded)
        yield _login(command, book, halves, pair, sinks, _bindings(ident, book, whole=not split))


def _bindings(ident: _Ident, book: RuleBook, whole: bool) -> tuple[Binding, ...]:
    registry = book.registry(_host(ident.address))
    if registry is None or len(ident.names) == 2:
        return ()
    return (Binding(ident.names[0], f'"${registry.username}:${registry.password}"', whole),)


def _login(
    command: Command,
    book: RuleBook,
    halves: tuple[Value, Value],
    pair: NpmPair,
    sinks: tuple[Sink, ...] = (),
    bindings: tuple[Binding, ...] = (),
) -> Login:
    host = _host(pair.address)
    rule, config = book.package_clients[YARN].rule, f"{YARN} {pair.address} {pair.place}"
    registry = book.registry(host)
    return Login(command, YARN, rule, sinks, host, registry, "", None, *halves, config, (), pair, bindings)


def _halves(value: Value) -> tuple[Value, Value] | None:
    """A user name and a token with a colon between, as it is or in base64; None for anything else."""
    match value.alternatives:
        case ((Unknown(encoded=Encoded() as encoded) as piece,),):
            rows = opened(piece, encoded).alternatives
        case rows:
            pass
    if not all(any(isinstance(one, Literal) and ":" in one.text for one in row) for row in rows):
        return None
    names, passwords = zip(*map(split_at_colon, rows), strict=True)
    return union(names), union(passwords)


def _encoded(value: Value) -> tuple[Encoded, ...]:
    return tuple(one.encoded for one in value.pieces if isinstance(one, Unknown) and one.encoded)


def _value(command: Command, name: str) -> Value | None:
    """What the script hands a call in a variable; None where it sets none."""
    return value_of(command, name) if is_handed(command, name) else None


def _host(address: str) -> str:
    return address.removeprefix("//").partition("/")[0]

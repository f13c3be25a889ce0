"""Pairs for Packages that npm takes from variables: those that the `.npmrc` of the repository names, which stays as it
is, and `npm_config_//HOST/:_auth`, which a call is given for itself.

https://docs.npmjs.com/cli/configuring-npm/npmrc
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.flow.queries import outermost
from migrator.ir.paths import only
from migrator.ir.values import Encoded, Input, Value
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink
from migrator.sinks.logins import Binding, Login
from migrator.sinks.npm import NPM, PAIR, Halves, encoded_in, halves_of, opened
from migrator.sinks.npmrc import CREDENTIALS, FILE, NpmPair, addressed, is_npm_host
from migrator.sinks.values import is_handed, value_of
from migrator.text.patterns import regex

_CALLS = frozenset({NPM, "npx"})
_QUIET = frozenset(
    (
        *("run", "run-script", "test", "t", "start", "stop", "restart", "config", "c", "set", "get", "version"),
        *("pkg", "bin", "prefix", "root", "help", "-v", "--version"),
    )
)
"""Commands that ask no registry by themselves."""
_MOVED = frozenset(["--prefix", "-C", "--userconfig", "--globalconfig", "-g", "--global"])
_NAME = regex(r"[\"']?\$\{([A-Za-z_]\w{0,200})\??\}[\"']?")
_VARIABLE = regex(r"npm_config_(//.{1,400})", 2)


class _Named(Struct, frozen=True):
    """What a file takes from variables for one address: `names` by the keys of npm."""

    address: str
    path: str
    names: Mapping[str, str]


def find_npm_variables(flow: Flow, book: RuleBook, file: Callable[[str], str | None]) -> Iterator[Login]:
    """The pairs of which all is known. `file` gives the text of a file of the repository."""
    if NPM not in book.package_clients:
        return
    calls = [one for one in flow.commands if one.name in _CALLS]
    for command in calls:
        yield from _told(command, book)
    if any(one.name in book.package_clients[NPM].programs - _CALLS for one in flow.commands):
        return  # which may read other files, or read them in another way
    asking = {outermost(one.span, one.calls) for one in calls if not is_quiet(one)}
    for command in calls:
        if command.calls and outermost(command.span, command.calls) in {one.span.start for one in calls}:
            continue  # it inherits what the outer one is given
        named = _named(command, book, file) if command.span.start in asking or command.calls else None
        if named:
            yield _bound(command, named, book)


def is_quiet(command: Command) -> bool:
    """Whether a call of npm asks no registry by itself."""
    return command.name == NPM and any(one.text in _QUIET for one in command.arguments[:1])


def _named(command: Command, book: RuleBook, file: Callable[[str], str | None]) -> _Named | None:
    """The variables that hold all of a pair, and are named for nothing else."""
    folder = only(command.folders)
    if folder is None or any((one.text or "-C").partition("=")[0] in _MOVED for one in command.arguments):
        return None
    while folder and file(posixpath.join(folder, "package.json")) is None:
        folder = posixpath.dirname(folder)
    path = posixpath.join(folder, FILE)
    given: dict[str, dict[str, str]] = {}
    for address, name, value in addressed(file(path) or ""):
        if name in CREDENTIALS and is_npm_host(address.removeprefix("//").partition("/")[0], book):
            given.setdefault(address, {})[name] = value
    found = [_Named(address, path, names) for address, keys in given.items() if (names := _names(keys))]
    if len(found) != 1 or _elsewhere(file(path) or "", found[0]):
        return None
    return found[0]


def _names(keys: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of a whole pair; none of anything else."""
    wanted = PAIR if keys.keys() >= PAIR else {"_auth"} if "_auth" in keys else set()
    matches = {key: match for key in wanted if (match := _NAME.fullmatch(keys[key]))}
    return {key: match[1] for key, match in matches.items()} if len(matches) == len(wanted) else {}


def _elsewhere(text: str, named: _Named) -> bool:
    """Whether a line for something else names one of the variables, too."""
    keys = {f"{named.address}:{key}" for key in named.names}
    lines = (line.partition("=") for line in text.splitlines())
    names = [f"${{{one}" for one in named.names.values()]
    return any(key.strip() not in keys and any(one in key + value for one in names) for key, _, value in lines)


def _bound(command: Command, named: _Named, book: RuleBook) -> Login:
    host = named.address.removeprefix("//").partition("/")[0]
    registry = book.registry(host)
    assert registry is not None
    values = {key: _value(command, name) or Value.of(Input(name, ())) for key, name in named.names.items()}
    known = halves_of(values)
    token = f'"${registry.password}"'
    if "_auth" in named.names:
        name = named.names["_auth"]
        halves = known or Halves(values["_auth"], values["_auth"], None)
        roles = {Role.USERNAME: name, Role.PASSWORD: name}
        expression = f'"$(printf %s:%s "${registry.username}" {token} | base64 -w 0)"'
    else:
        name = named.names["_password"]
        inner = encoded_in(values["_password"])
        halves = Halves(values["username"], opened(*inner) if inner else values["_password"], inner and inner[1])
        roles = {Role.USERNAME: named.names["username"], Role.PASSWORD: name}
        expression = f'"$(printf %s {token} | base64 -w 0)"'
    sinks = tuple(
        Sink(Action.USE, role, Channel.ENVIRONMENT, NPM, value, command.span, roles[role])
        for role, value in ((Role.USERNAME, halves.username), (Role.PASSWORD, halves.password))
    )
    whole = halves.encoded is None
    return _login(command, named.address, named.path, halves, book, sinks, (Binding(name, expression, whole),))


def _told(command: Command, book: RuleBook) -> Iterator[Login]:
    """What the words in front of a call give it, encoded there."""
    found: dict[str, dict[str, Value]] = {}
    for name, value in command.overrides:
        match = _VARIABLE.fullmatch(name)
        for address, key, _ in addressed(f"{match[1]}=") if match else ():
            if key in CREDENTIALS and is_npm_host(address.removeprefix("//").partition("/")[0], book):
                found.setdefault(address, {})[key] = value
    for address, values in found.items():
        if halves := halves_of(values):
            yield _login(command, address, "", halves, book)


def _login(
    command: Command,
    address: str,
    path: str,
    halves: Halves,
    book: RuleBook,
    sinks: Sequence[Sink] = (),
    bindings: tuple[Binding, ...] = (),
) -> Login:
    host = address.removeprefix("//").partition("/")[0]
    encoded: tuple[Encoded, ...] = (halves.encoded,) if halves.encoded else ()
    return Login(
        command,
        NPM,
        book.package_clients[NPM].rule,
        tuple(sinks),
        host,
        book.registry(host),
        "",
        None,
        halves.username,
        halves.password,
        f"{NPM} {address} {path}",
        (),
        NpmPair(address, path, (command,), encoded),
        bindings,
    )


def _value(command: Command, name: str) -> Value | None:
    return value_of(command, name) if is_handed(command, name) else None

"""Logins among the commands of a script: who logs in, where, and with what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value
from migrator.rulebook.records import LoginSyntax, Registry, RuleBook
from migrator.sinks.invocations import Invocation, Option, invocation, parse

_OTHER = "another registry"
_SCHEMES = ("https://", "http://", "oci://", "docker://")


class Login(Struct, frozen=True, eq=False):
    """One run of a login command.

    `registry` is the Packages registry that it certainly logs in to; where that is None, `host_unknown` says that the
    host is not certain, `host_subject` what it comes from, and `perhaps` a registry that it may be. `config` tells
    apart the files that keep logins.
    """

    command: Command
    client: str
    rule: str
    registry: Registry | None
    host: str
    host_unknown: bool
    host_subject: str
    username: Value
    password: Value
    config: str
    piped: bool
    perhaps: Registry | None = None


def find_logins(trace: Flow, book: RuleBook) -> Iterator[Login]:
    """Every login of the script, those to other registries too."""
    for command in trace.commands:
        called = invocation(command, book)
        if called and called.client.login:
            syntax = called.client.login
            for words in syntax.commands:
                rest = called.after(words)
                if rest is not None:
                    parsed = parse(rest, syntax.valued)
                    yield _login(called, syntax, parsed.options, [word.value for word in parsed.words], book)
                    break


def _login(
    called: Invocation, syntax: LoginSyntax, options: tuple[Option, ...], words: list[Value], book: RuleBook
) -> Login:
    def given(names: frozenset[str]) -> list[Value]:
        return [option.value for option in options if option.name in names and option.value is not None]

    nothing = Value.of(Unknown("nothing that is written here"))
    usernames, passwords = given(syntax.username), given(syntax.password)
    piped = any(option.name in syntax.stdin for option in options)
    password = passwords[-1] if passwords else nothing
    if piped:
        password = called.command.stdin or Value.of(Unknown("standard input that nothing in the script feeds"))
        if passwords:
            password = Value.of(Unknown("two places at once"))
    hosts = given(syntax.host) or words
    host, unknown, subject = "", False, ""
    if len(hosts) > 1:
        unknown, subject = True, "the words of the login"
    elif hosts:
        host, unknown, subject = _host(hosts[0], book)
    elif syntax.registry:
        host = syntax.registry
    default = next((registry for registry in book.registries if registry.default), None)
    registry = None if unknown else book.registry(host) if host else default
    return Login(
        called.command,
        called.client.name,
        called.client.rule,
        registry,
        host or (next(iter(sorted(default.hosts))) if default and registry else ""),
        unknown,
        subject,
        usernames[-1] if usernames else nothing,
        password,
        login_file(called, options),
        piped,
        _perhaps(hosts[0], book) if len(hosts) == 1 and unknown else None,
    )


def _host(value: Value, book: RuleBook) -> tuple[str, bool, str]:
    """The host that a server word names, whether that is uncertain, and what it comes from then."""
    hosts = {host_of(alternative) for alternative in value.alternatives}
    known = [host for host in hosts if host is not None]
    if len(known) == len(hosts) and (len(hosts) == 1 or not any(book.registry(host) for host in known)):
        return known[0], False, ""
    if not any(_may_be_packages(alternative, book) for alternative in value.alternatives):
        return _OTHER, False, ""
    return "", True, subject_of(value)


def _perhaps(value: Value, book: RuleBook) -> Registry | None:
    hosts = (host_of(alternative) for alternative in value.alternatives)
    return next((registry for host in hosts if host and (registry := book.registry(host))), None)


def _may_be_packages(alternative: Alternative, book: RuleBook) -> bool:
    """Could the host be one of Packages, whatever the parts are that are not known?

    `$ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com` cannot.
    """
    pattern = ""
    for piece in alternative:
        if not isinstance(piece, Literal):
            pattern += ".*"
            continue
        text = piece.text if pattern else _without_scheme(piece.text)
        before, slash, _ = text.partition("/")
        pattern += re.escape(before.lower())
        if slash:
            break
    hosts = [host for registry in book.registries for host in registry.hosts]
    return any(re.fullmatch(pattern, host) for host in hosts)


def _without_scheme(text: str) -> str:
    return next((text.removeprefix(scheme) for scheme in _SCHEMES if text.startswith(scheme)), text)


def host_of(alternative: Alternative) -> str | None:
    """The host before the first slash, scheme and default port left out; None where it is not literal."""
    text = ""
    complete = True
    for piece in alternative:
        if not isinstance(piece, Literal):
            complete = False
            break
        text += piece.text
    host, slash, _ = _without_scheme(text.strip()).partition("/")
    if not slash and not complete:
        return None
    return host.lower().removesuffix(":443")


def subject_of(value: Value) -> str:
    """What a value that is not certain comes from, for people."""
    for piece in value.pieces:
        if isinstance(piece, Input):
            return piece.name
    for piece in value.pieces:
        for reference in piece.provenance:
            if reference.read.name:
                return reference.read.name
    unknown = next((piece.why for piece in value.pieces if isinstance(piece, Unknown)), "")
    return unknown or "a variable"


def login_file(called: Invocation, options: tuple[Option, ...] = ()) -> str:
    """Which file keeps the login of a call: two logins with different answers do not overwrite each other."""
    client = called.client
    for option in (*called.options, *options):
        if option.name in client.config_options and option.value is not None:
            return option.value.symbol() or "?"
    for name in client.config_variables:
        value = value_of(called.command, name)
        if value is not None:
            return value.symbol() or "?"
    return client.config_variables[0] if client.config_variables else ""


def value_of(command: Command, name: str) -> Value | None:
    """A variable that the script sets, as a command sees it; None where the script does not set it."""
    for override, value in reversed(command.overrides):
        if override == name:
            return value
    definitions = command.environment.get(name, (None,))
    if None in definitions:
        return None
    values = [definition.value for definition in definitions if definition is not None]
    return Value(tuple(row for value in values for row in value.alternatives))

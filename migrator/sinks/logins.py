"""Logins among the commands of a script: who logs in, where, and with what."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Unknown, Value
from migrator.rulebook.records import Registry, RuleBook
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.sinks.channels import Sink, sinks_of
from migrator.sinks.hosts import host
from migrator.sinks.invocations import Invocation, invocation
from migrator.sinks.login_files import kept


class Login(Struct, frozen=True, eq=False):
    """One run of a login command: sinks of one call that stores what it is given.

    `registry` is the Packages registry that it certainly logs in to; where that is None, `host_unknown` says that the
    host is not certain, `host_subject` what it comes from, and `perhaps` a registry that it may be. `config` tells
    apart the files that keep logins.
    """

    command: Command
    client: str
    rule: str
    sinks: tuple[Sink, ...]
    registry: Registry | None
    host: str
    host_unknown: bool
    host_subject: str
    username: Value
    password: Value
    config: str
    perhaps: Registry | None = None


def find_logins(trace: Flow, book: RuleBook) -> Iterator[Login]:
    """Every login of the script, those to other registries too."""
    for command in trace.commands:
        called = invocation(command, book)
        if called and called.syntax and called.syntax.does(Action.STORE):
            yield _login(called, book)


def _login(called: Invocation, book: RuleBook) -> Login:
    given = sinks_of(called, Action.STORE)
    there = host([sink.value for sink in _strongest(given, Role.HOST)], book)
    passwords = [sink for sink in given if sink.role is Role.PASSWORD]
    twice = len({sink.channel is Channel.STDIN for sink in passwords}) > 1
    return Login(
        called.command,
        called.client.name,
        called.client.rule,
        given,
        there.registry,
        there.name,
        there.unknown,
        there.subject,
        _last(given, Role.USERNAME),
        Value.of(Unknown("two places at once")) if twice else _last(given, Role.PASSWORD),
        kept(called),
        there.perhaps,
    )


def _strongest(given: tuple[Sink, ...], role: Role) -> list[Sink]:
    """What the first channel gives that gives anything, in the order of the rules."""
    found = [sink for sink in given if sink.role is role]
    return [sink for sink in found if sink.channel is found[0].channel]


def _last(given: tuple[Sink, ...], role: Role) -> Value:
    """The last option of several counts."""
    found = _strongest(given, role)
    return found[-1].value if found else Value.of(Unknown("nothing that is written here"))

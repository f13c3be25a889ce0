"""Calls that are made with a credential of their own, without a login: `skopeo copy --dest-creds "$USER:$TOKEN"`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Input, Value
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Action
from migrator.sinks.channels import sinks_of
from migrator.sinks.invocations import invocation, parse
from migrator.sinks.unfollowed import named


class AuthenticatedCall(Struct, frozen=True):
    """A call that names a package of `host`, made with stored variables, which are in what it is `given`."""

    command: Command
    host: str
    stored: tuple[str, ...]
    given: tuple[Value, ...] = ()


def authenticated_calls(flow: Flow, book: RuleBook) -> Iterator[AuthenticatedCall]:
    """The calls of programs that are given a credential for Packages other than the native ones."""
    for command in flow.commands:
        given = tuple(_credentials(command, book))
        pieces = [piece for value in given for piece in value.pieces]
        names = dict.fromkeys(piece.name for piece in pieces if isinstance(piece, Input))
        stored = tuple(name for name in names if name not in book.natives)
        image = next((image for _, image in named(command.arguments, book)), "")
        if image and pieces and (stored or not names):
            yield AuthenticatedCall(command, image.partition("/")[0], stored, given)


def _credentials(command: Command, book: RuleBook) -> Iterator[Value]:
    """What a client's call is told for itself alone, or another program in options that are known to take it."""
    if called := invocation(command, book):
        yield from (sink.value for sink in sinks_of(called, Action.USE))
    elif not command.followed:
        options = book.programs.credentials
        yield from (one for one in parse(command.arguments, options).values(options))

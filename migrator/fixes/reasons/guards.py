"""Tests whether a stored credential is set, and what they decide about."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from migrator.fixes.login import PackagesLogin
from migrator.flow.events import Command, Flow, PresenceTest, among
from migrator.ir.values import Input
from migrator.rulebook.records import RuleBook
from migrator.sinks.credentials import Site
from migrator.text.source import Span

_HARMLESS = {":", "true", "[", "test"}


class Guards(Struct, frozen=True):
    """`presences` are the tests on a login's variables; `wider` names variables whose test decides about more."""

    presences: tuple[PresenceTest, ...]
    wider: tuple[str, ...]


def guards(login: PackagesLogin, book: RuleBook, together: Collection[int], covered: Collection[Site]) -> Guards:
    """The guards of a login. `together` are the orders of the commands that are rewritten with it, `covered` is what
    these expand."""
    trace, sites = login.shell.trace, login.sites
    names = {piece.name for word in login.words for piece in word.value.pieces if isinstance(piece, Input)}
    names -= book.natives
    feeding = {use.command for use in trace.uses if (use.read.span, use.calls) in covered}
    tests: list[PresenceTest] = []
    wider: dict[str, None] = {}
    for presence in trace.presences:
        tested = [piece.name for piece in presence.value.pieces if isinstance(piece, Input) and piece.name in names]
        if not tested or (presence.read and (presence.read.span, presence.calls) in sites):
            continue
        tests.append(presence)
        if (
            presence.everything
            or presence.name_span == Span(0, 0)
            or _more(presence, trace, book, feeding.union(together), covered)
        ):
            wider[tested[0]] = None
    return Guards(tuple(tests), tuple(wider))


def _more(
    presence: PresenceTest, trace: Flow, book: RuleBook, logins: Collection[int], covered: Collection[Site]
) -> bool:
    """Does the test decide about anything but logins and messages?"""
    for command in trace.commands:
        if _inside(command, presence) and not (
            command.order in logins
            or command.followed
            or command.name in _HARMLESS
            or command.name in book.programs.displays
            or command.name in book.programs.filters
        ):
            return True
    for definition in trace.definitions:
        word = definition.word
        if word is None or not any(region.contains(word.span) for region in presence.regions):
            continue
        uses = [use for use in trace.uses if among(definition, use.definitions)]
        if not definition.positional and any((use.read.span, use.calls) not in covered for use in uses):
            return True
    return False


def _inside(command: Command, presence: PresenceTest) -> bool:
    starts = [*command.calls, command.span.start]
    return any(region.start <= start < region.end for region in presence.regions for start in starts)

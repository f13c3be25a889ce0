"""Tests whether a stored credential is set, and what they decide about."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from migrator.fixes.login import PackagesLogin
from migrator.flow import queries
from migrator.flow.events import Flow, PresenceTest
from migrator.flow.queries import Site
from migrator.ir.values import Input
from migrator.rulebook.records import RuleBook
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
    feeding = queries.holders(trace, covered)
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
    harmless = {*_HARMLESS, *book.programs.displays, *book.programs.filters}
    commands, definitions = queries.decided(trace, presence)
    if any(one.order not in logins and not one.followed and one.name not in harmless for one in commands):
        return True
    uses = (use for one in definitions if not one.positional for use in queries.readers(trace, one))
    return any(queries.site(use) not in covered for use in uses)

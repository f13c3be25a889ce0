"""Tests whether a stored credential is set, and what they decide about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from migrator.fixes.login import PackagesLogin
from migrator.flow import queries
from migrator.flow.builtins import ENDS
from migrator.flow.events import Command, Decision, Flow, PresenceTest
from migrator.flow.queries import Site
from migrator.ir.nodes import Fallback
from migrator.ir.values import Input, Piece
from migrator.rulebook.records import RuleBook
from migrator.text.source import Span

_HARMLESS = {":", "true", "[", "test"}


class Guards(Struct, frozen=True):
    """`presences` are the tests on a login's variables; `wider` are those that decide about more, each with the first
    variable that it asks for."""

    presences: tuple[PresenceTest, ...]
    wider: tuple[tuple[str, PresenceTest], ...]


def guards(login: PackagesLogin, book: RuleBook, together: Collection[int], covered: Collection[Site]) -> Guards:
    """The guards of a login. `together` are the orders of the commands that are rewritten with it, `covered` is what
    these expand.

    With the native credentials a test always goes the way of a variable that is there. So one that can only stop the
    step where it is not there changes nothing for those who have it, and a test of the native variable with the stored
    one as its default does not ask for that.
    """
    trace, sites = login.shell.trace, login.sites
    names = {piece.name for word in login.words for piece in word.value.pieces if isinstance(piece, Input)}
    names -= book.natives
    deciding = _Deciding(trace, book, queries.holders(trace, covered).union(together), covered)
    tests: list[PresenceTest] = []
    wider: list[tuple[str, PresenceTest]] = []
    for presence in trace.presences:
        pieces = [piece for piece in presence.value.pieces if isinstance(piece, Input) and piece.name in names]
        if not pieces or not sites.isdisjoint(presence.sites):
            continue
        tests.append(presence)
        asked = [piece.name for piece in pieces if not _second(piece, book)]
        if asked and (presence.span == Span(0, 0) or not all(map(deciding.settled, presence.decisions))):
            wider.append((asked[0], presence))
    return Guards(tuple(tests), tuple(wider))


def _second(piece: Piece, book: RuleBook) -> bool:
    """Whether a value stands only where a native variable is empty: it is the default of that."""
    return any(one.read.name in book.natives and one.read.fallback is Fallback.DEFAULT for one in piece.provenance)


class _Deciding(Struct, frozen=True):
    """`logins` are the orders of the logins that change together, and of what feeds them with what is `covered`."""

    trace: Flow
    book: RuleBook
    logins: Collection[int]
    covered: Collection[Site]

    def settled(self, decision: Decision) -> bool:
        """Does the test decide only about logins and messages, or whether the step fails?"""
        if decision.stops and all(map(self._stopping, queries.inside(self.trace, decision.missing)[0])):
            return True
        return decision.regions is not None and not decision.leaves and not self._more(decision.regions)

    def _more(self, regions: Sequence[Span]) -> bool:
        commands, definitions = queries.inside(self.trace, regions)
        if any(one.order not in self.logins and not self._harmless(one) for one in commands):
            return True
        uses = (use for one in definitions if not one.positional for use in queries.readers(self.trace, one))
        return any(queries.site(use) not in self.covered for use in uses)

    def _stopping(self, command: Command) -> bool:
        return command.name in ENDS or command.name in self.book.programs.failing or self._harmless(command)

    def _harmless(self, command: Command) -> bool:
        """Whether it does nothing but write to the log, or is followed to what it does."""
        if command.followed or command.name in _HARMLESS:
            return True
        filters = command.name in self.book.programs.filters and not command.consumed and not command.outputs
        return filters or queries.shown(command, self.book.programs)

"""Where a login is edited: its own words, or an assignment that nothing else can see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from migrator.fixes.guards import guards
from migrator.fixes.judged import Judged, Site
from migrator.fixes.origin import Fixed, Obstacle, Point, assignments, points, replaced
from migrator.flow.events import Command, among
from migrator.ir.nodes import Read
from migrator.ir.values import Definition, Input, Piece
from migrator.reading.steps import Shell, StepFacts
from migrator.rules.context import Context
from migrator.sinks import compose
from migrator.text.source import Span


class Placer:
    """Decides where the logins of one shell are edited. They are placed together, since they share its variables."""

    def __init__(self, facts: StepFacts, context: Context, shell: Shell, judged: Sequence[Judged]) -> None:
        self.facts = facts
        self.context = context
        self.shell = shell
        self.trace = shell.trace
        self.judged = judged
        self.covered: frozenset[Site] = frozenset[Site]().union(*(item.sites for item in judged))
        self.tested = {
            (presence.read.span, presence.calls) for presence in self.trace.presences if presence.read is not None
        }
        # A pipeline variable is exported from the start, and stays so when the script assigns to it.
        self.stored = {use.read.name for use in self.trace.uses if None in use.definitions}
        self.movable_words: dict[Span, bool] = {}
        self.settle()

    def settle(self) -> None:
        """Find the expansions that serve these logins alone: up to the first assignment that others read, too.

        Which assignments others read depends on that in turn; it begins with all and takes away until nothing changes.
        """
        while True:
            self.movable_words = {}
            values = (value for item in self.judged for value in (item.login.username, item.login.password))
            own = {site for value in values for piece in value.pieces for site in self.own(piece)}
            if own >= self.covered:
                return
            self.covered &= own

    def own(self, piece: Piece) -> Iterator[Site]:
        for reference in piece.provenance:
            yield reference.read.span, reference.calls
            if reference.definition is not None and not self.movable(reference.definition):
                return

    def place(self, item: Judged) -> None:
        """Add the changes that make a login native, or the reasons why there are none."""
        for part, value, native, role in (
            (item.username, item.login.username, item.registry.username, "user name"),
            (item.password, item.login.password, item.registry.password, "password"),
        ):
            obstacle = part.obstacle
            if obstacle is None:
                try:
                    item.points |= set(points(value, native, self.movable))
                except Fixed as error:
                    obstacle = error.obstacle
            if obstacle:
                self.add(item, obstacle, role)
        if conflict := self.conflict(item):
            self.add(item, conflict, "login")
        for point in item.points:
            if self.shell.script.edit(point.span, point.text) is None:
                obstacle = Obstacle(
                    "unsupported-expansion", "is written over several lines or not followed in the YAML"
                )
                self.add(item, obstacle, "credential")
                break

    def add(self, item: Judged, obstacle: Obstacle, role: str) -> None:
        detail = f"the {role} {obstacle.detail}"
        item.reasons.append(self.context.reason(obstacle.code, detail, obstacle.subject))

    def movable(self, definition: Definition) -> bool:
        """May this assignment be changed instead of what uses it?"""
        word = definition.word
        if word is None:
            return False
        if word.span not in self.movable_words:
            same = [other for other in self.trace.definitions if other.word and other.word.span == word.span]
            self.movable_words[word.span] = all(self.private(other) for other in same)
        return self.movable_words[word.span]

    def private(self, definition: Definition) -> bool:
        """Nothing but these logins, and tests whether it is set, can see the variable."""
        assert definition.word is not None
        part = self.shell.script.part(definition.word.span.start)
        if part is not None and part.key in self.context.shared_items:
            return False
        for use in self.trace.uses:
            site = (use.read.span, use.calls)
            if among(definition, use.definitions) and site not in self.covered and site not in self.tested:
                return False
        if definition.positional:
            return True
        name = word_of(definition.name)
        if any(name.search(scalar.value) for pipe in self.facts.pipes for _, scalar in pipe.variables):
            return False
        return not any(self.reads(command, definition) for command in self.trace.commands)

    def reads(self, command: Command, definition: Definition) -> bool:
        """Could a program that is run read the variable from its environment?"""
        if command.followed or not among(definition, command.environment.get(definition.name, ())):
            return False
        if definition.name not in command.exported and definition.name not in self.stored:
            return False
        return self.may_read(command, definition.name)

    def may_read(self, command: Command, variable: str) -> bool:
        """Could a program read an exported variable?"""
        name = word_of(variable)
        client = self.context.book.by_program(command.name)
        if client is None and command.name not in self.context.book.programs.private:
            return True
        texts = [argument.value.symbol() or "" for argument in command.arguments]
        bare = [text.replace(f"${{{variable}}}", "") for text in texts]
        if any(name.search(text) or text.startswith("--env-file") for text in bare):
            return True
        if client and (client.name == "compose" or ("compose" in client.subclients and "compose" in texts[:6])):
            return compose.may_read(command, variable, self.context.file)
        return False

    def conflict(self, item: Judged) -> Obstacle | None:
        """Words that an edit would change must not serve another purpose in another call of the same function."""
        for point in item.points:
            for param in self.others_read:
                if param.span.contains(point.span):
                    return Obstacle(
                        "registry-unresolved", "is in words that another registry's login shares", param.name
                    )
        span = item.login.command.span
        for other in self.shell.logins:
            elsewhere = other.command.span == span and other.registry is not item.registry
            if elsewhere and any(span.contains(point.span) for point in item.points):
                return Obstacle(
                    "registry-unresolved", "logs in to different registries", other.host_subject or other.host
                )
        return None

    @cached_property
    def others_read(self) -> tuple[Read, ...]:
        """What is read for something else than these logins and tests of them."""
        return tuple(
            use.read
            for use in self.trace.uses
            if (site := (use.read.span, use.calls)) not in self.covered and site not in self.tested
        )

    @cached_property
    def orders(self) -> dict[int, set[int]]:
        """When the logins of each registry run."""
        found: dict[int, set[int]] = {}
        for other in self.judged:
            found.setdefault(id(other.registry), set()).add(other.login.command.order)
        return found

    def clashes(self) -> None:
        """Words that make both the user name and the password, say in a function, can become neither."""
        clashing = _clashing({point for item in self.judged for point in item.points})
        for item in self.judged:
            if not clashing.isdisjoint(item.points):
                self.add(item, Obstacle("credential-unresolved", "is made by words that make the other, too"), "login")

    def follow_guards(self, item: Judged) -> None:
        """Tests whether a stored variable is set are rewritten with the login; some decide about more than it."""
        guard = guards(
            item.login, item.sites, self.trace, self.context.book, self.orders[id(item.registry)], self.covered
        )
        native = dict.fromkeys(item.username.stored, item.registry.username)
        native |= dict.fromkeys(item.password.stored, item.registry.password)
        for presence in guard.presences:
            stored = next(
                (piece.name for piece in presence.value.pieces if isinstance(piece, Input) and piece.name in native),
                None,
            )
            if stored is None or presence.name_span == Span(0, 0):
                continue
            moved = {
                definition for definition in assignments(presence.value) if definition.word and self.movable(definition)
            }
            if not moved:
                item.points.add(replaced(presence.read, presence.name_span, native[stored]))
        for name in guard.wider:
            detail = f"a test whether {name} is set decides about more than the login"
            item.reasons.append(self.context.reason("guarded", detail, name))


def word_of(variable: str) -> re.Pattern[str]:
    """A variable's name among words that a program is given."""
    return re.compile(rf"(?:\b|^-[A-Za-z]+){re.escape(variable)}\b")


def _clashing(points: Iterable[Point]) -> set[Point]:
    """Those that share characters with another one."""
    found: set[Point] = set()
    before: list[Point] = []
    for point in sorted(points, key=lambda point: point.span):
        before = [other for other in before if point.span.start < other.span.end]
        empty = point.span.start == point.span.end
        over = [other for other in before if not empty or other.span.start < point.span.start]
        found |= {*over, point} if over else set()
        if not empty:
            before.append(point)
    return found

"""Where a login is edited: its own words, or an assignment that nothing else can see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from migrator.fixes.login import LoginWord, PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point, points, replaced
from migrator.fixes.reasons.guards import guards
from migrator.fixes.refused import Refused
from migrator.fixes.visibility import Visibility
from migrator.flow.events import PresenceTest
from migrator.flow.queries import cleared, sources
from migrator.ir.values import Input
from migrator.sinks.credentials import Obstacle
from migrator.text.source import Span

_CLEARED = "is used by a program that is started with another environment, in which the native variables may not be"


class Placement(Struct, frozen=True):
    """The changes that make a login native, and why there are none or why they are held back: `opinions` on what it
    says itself, `clashes` on what the changes of other logins make of its words."""

    points: tuple[Point, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    clashes: Opinion = Opinion("which words make another login, too?")


def place_all(logins: Sequence[PackagesLogin], visibility: Visibility) -> list[Placement]:
    """Where each login of a shell is edited; native ones are not."""
    orders: dict[str, set[int]] = {}
    for login in logins:
        orders.setdefault(login.registry.name, set()).add(login.command.order)
    placements = [
        Placement() if login.native else _place(login, visibility, orders[login.registry.name]) for login in logins
    ]
    clashing = _clashing({point for placement in placements for point in placement.points})
    detail = "the login is made by words that make the other, too"
    reason = visibility.context.reason("credential-unresolved", detail)
    clash = replace(Placement().clashes, reasons=(reason,))
    return [one if clashing.isdisjoint(one.points) else replace(one, clashes=clash) for one in placements]


def _place(login: PackagesLogin, visibility: Visibility, together: Collection[int]) -> Placement:
    """Edit both words of a login, and the tests whether its variables are set. `together` are the orders of the
    commands that log in to the same registry."""
    script, reason = login.shell.script, visibility.context.reason
    found: dict[Point, None] = {}
    obstacles: list[tuple[str, Obstacle]] = []
    for word in login.words:
        try:
            found |= dict.fromkeys(_points(word, visibility))
        except Refused as refused:
            obstacles.append((word.role, Obstacle(refused.code, refused.detail, refused.subject)))
    if any(cleared(visibility.trace, point.span) for point in found):
        obstacles.append(("credential", Obstacle("credential-unresolved", _CLEARED)))
    if conflict := _conflict(login, visibility, found):
        obstacles.append(("login", conflict))
    if any(script.edit(point.span, point.text) is None for point in found):
        detail = "is written over several lines or not followed in the YAML"
        obstacles.append(("credential", Obstacle("unsupported-expansion", detail)))
    written = tuple(Sighting("here", script, point.span) for point in found)
    reasons = tuple(reason(one.code, f"the {what} {one.detail}", one.subject) for what, one in obstacles)
    guard = guards(login, visibility.context.book, together, visibility.covered)
    tests = tuple(
        Sighting("a test", script, test.read.span if test.read else test.name_span) for test in guard.presences
    )
    detail = "a test whether {} is set decides about more than the login"
    wider = tuple(reason("guarded", detail.format(name), name) for name in guard.wider)
    found |= dict.fromkeys(_tests(login, visibility, guard.presences))
    opinions = (
        Opinion("where can its user name and its password be replaced?", written, reasons),
        Opinion("who else sees the variables that are assigned for it?", tuple(_seers(login, visibility))),
        Opinion("which tests ask whether its variables are set, and do they decide about more?", tests, wider),
    )
    return Placement(tuple(found), opinions)


def _seers(login: PackagesLogin, visibility: Visibility) -> Iterator[Sighting]:
    """What keeps the assignments on the way of the credential as they are."""
    found = (one for word in login.words for one in sources(word.value))
    yield from dict.fromkeys(seer for one in found if (seer := visibility.seer(one)))


def _points(word: LoginWord, visibility: Visibility) -> tuple[Point, ...]:
    if obstacle := word.origin.obstacle:
        raise Refused(obstacle.code, obstacle.detail, obstacle.subject)
    return points(word.value, word.native, visibility.movable)


def _conflict(login: PackagesLogin, visibility: Visibility, found: Collection[Point]) -> Obstacle | None:
    """Words that an edit would change must not serve another purpose in another call of the same function."""
    for point in found:
        if read := next((read for read in visibility.foreign if read.span.contains(point.span)), None):
            return Obstacle("registry-unresolved", "is in words that another registry's login shares", read.name)
    span = login.command.span
    if any(span.contains(point.span) for point in found):
        for other in login.shell.logins:
            if other.command.span == span and other.registry is not login.registry:
                subject = other.host_subject or other.host
                return Obstacle("registry-unresolved", "logs in to different registries", subject)
    return None


def _tests(login: PackagesLogin, visibility: Visibility, presences: Iterable[PresenceTest]) -> Iterator[Point]:
    """The changes of tests whether a stored variable is set, but for those of variables that are assigned anew."""
    native = {name: word.native for word in login.words for name in word.origin.stored}
    for presence in presences:
        names = [piece.name for piece in presence.value.pieces if isinstance(piece, Input) and piece.name in native]
        moved = any(one.word and visibility.movable(one) for one in sources(presence.value))
        if names and not moved and presence.name_span != Span(0, 0):
            yield replaced(presence.read, presence.name_span, native[names[0]])


def _clashing(points: Iterable[Point]) -> set[Point]:
    """Words that make both the user name and the password, say in a function: points that share characters."""
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

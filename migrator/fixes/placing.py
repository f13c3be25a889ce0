"""Where a login is edited: its own words, or an assignment that nothing else can see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from migrator.fixes.login import LoginWord, PackagesLogin
from migrator.fixes.lone_token import token_points
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point, points
from migrator.fixes.prefixes import calls, calls_of_files, in_front, is_called, is_read_only
from migrator.fixes.reasons.guards import guards
from migrator.fixes.refused import Refused
from migrator.fixes.visibility import Visibility
from migrator.flow import queries
from migrator.flow.events import PresenceTest
from migrator.flow.queries import Site, cleared, sources
from migrator.ir.nodes import Read
from migrator.ir.values import Input, Piece, Value
from migrator.reading.scripts import Script
from migrator.rulebook.programs import Programs
from migrator.rulebook.sinks import Role
from migrator.sinks.credentials import Obstacle
from migrator.text.source import Span

_CLEARED = "is used by a program that starts in another environment, which may lack the native variables"


class Placement(Struct, frozen=True):
    """The changes that make a login native, and why there are none or why they need review: `opinions` on what it
    says itself, `clashes` on what the changes of other logins make of its words."""

    points: tuple[Point, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    clashes: Opinion = Opinion("which words also make another login?")


def place_all(logins: Sequence[PackagesLogin], visibility: Visibility) -> list[Placement]:
    """Where each login of a shell is edited; native ones are not."""
    orders: dict[str, set[int]] = {}
    for login in logins:
        orders.setdefault(login.registry.name, set()).add(login.command.order)
    placements = [
        Placement() if login.native else _place(login, visibility, orders[login.registry.name]) for login in logins
    ]
    clashing = _clashing({point for placement in placements for point in placement.points})
    detail = "the same words also make the other login"
    reason = visibility.context.reason("credential-unresolved", detail)
    clash = replace(Placement().clashes, reasons=(reason,))
    return [one if clashing.isdisjoint(one.points) else replace(one, clashes=clash) for one in placements]


def _place(login: PackagesLogin, visibility: Visibility, together: Collection[int]) -> Placement:
    """Edit both words of a login, and the tests whether its variables are set. `together` are the orders of the
    commands that log in to the same registry."""
    script, reason = login.shell.script, visibility.context.reason
    found: dict[Point, None] = {}
    obstacles: list[tuple[str, Obstacle]] = []
    handed: dict[str, str] = {}
    token = login.login.token
    for word in (login.password,) if token else login.words:
        try:
            if token:
                found |= dict.fromkeys(token_points(login, token, visibility))
                continue
            if _is_handed(word, login, visibility):
                handed[word.variable] = word.expression
            else:
                found |= dict.fromkeys(_points(word, visibility))
        except Refused as refused:
            obstacles.append((word.role, Obstacle(refused.code, refused.detail, refused.subject)))
    obstacles += (("credential", one) for one in _in_addresses(login, visibility))
    if handed and (blocked := _in_the_way(login, handed, bool(found), visibility.context.book.programs)):
        obstacles.append(("credential", blocked))
    elif handed and not is_called(login):
        found[in_front(login.command, handed)] = None
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
    tests = tuple(Sighting("a test", script, test.span) for test in guard.presences)
    detail = "a test whether {} is set, in {}, decides about more than the login"
    wider = tuple(
        reason("guarded", detail.format(name, _line(script, test.span)), name)
        for name, test in dict(reversed(guard.wider)).items()
    )
    found |= dict.fromkeys(_tests(login, visibility, guard.presences))
    opinions = (
        Opinion("where can its user name and its password be replaced?", written, reasons),
        Opinion("who else sees the variables that are assigned for it?", tuple(_seers(login, visibility))),
        Opinion("which tests ask whether its variables are set, and do they decide about more?", tests, wider),
    )
    return Placement(tuple(found), opinions)


def _seers(login: PackagesLogin, visibility: Visibility) -> Iterator[Sighting]:
    """What keeps the assignments on the way of the credential as they are, those of the variables included that its
    client takes it from."""
    told = (login.command.environment.get(word.variable, ()) for word in login.words if word.variable)
    found = [*(one for word in login.words for one in sources(word.value)), *(one for each in told for one in each)]
    yield from dict.fromkeys(seer for one in found if one and (seer := visibility.seer(one)))


def _points(word: LoginWord, visibility: Visibility) -> tuple[Point, ...]:
    if obstacle := word.origin.obstacle:
        raise Refused(obstacle.code, obstacle.detail, obstacle.subject)
    return points(word.value, word.native, visibility.movable)


def _is_handed(word: LoginWord, login: PackagesLogin, visibility: Visibility) -> bool:
    """Whether a half is given in front of the command alone: its client takes it from a variable that is stored, or
    that others read, too. Raises Refused where it is neither."""
    name, command = word.variable, login.command
    if word.whole and name in dict(command.overrides):
        raise Refused("credential-unresolved", f"is in {name}, and patless can't tell its halves", name)
    if not name or name in dict(command.overrides):
        return False
    kept = word.whole or name not in command.exported
    if obstacle := word.origin.obstacle:
        raise Refused(obstacle.code, obstacle.detail, obstacle.subject)
    definitions = command.environment.get(name, (None,))
    return kept or any(one is None or not visibility.movable(one) for one in definitions)


def _in_addresses(login: PackagesLogin, visibility: Visibility) -> Iterator[Obstacle]:
    """Variables with an address that something else reads, too."""
    command = login.command
    for name in dict.fromkeys(one.variable for one in login.login.sinks if one.role is Role.CREDENTIAL):
        known = () if name in dict(command.overrides) or not name else command.environment.get(name, (None,))
        if any(one is None or not visibility.movable(one) for one in known):
            yield Obstacle("credential-unresolved", f"is in {name}, which something else may read, too", name)


def _in_the_way(login: PackagesLogin, names: Collection[str], elsewhere: bool, programs: Programs) -> Obstacle | None:
    """Why no assignments can stand in front of the command, or of what starts it. `elsewhere`: words of it change,
    too."""
    command, script = login.command, login.shell.script
    if fixed := next((name for name in names if is_read_only(script, name)), ""):
        return Obstacle("credential-unresolved", f"is in {fixed}, which is read-only in the step", fixed)
    standing = calls(script) | (calls_of_files(login.shell.trace) if login.login.npm else set())
    own = command.span.start in standing and not (command.calls and not _alike(login))
    started = is_called(login) and not elsewhere
    handed = all(map(programs.hands_on, command.wrappers)) and not command.cleared
    if not handed or cleared(login.shell.trace, command.span) or not (own or started):
        name = next(iter(names))
        return Obstacle("credential-unresolved", f"is in {name}, and patless can't set it for this call alone", name)
    return None


def _alike(login: PackagesLogin) -> bool:
    """Whether each run of a command in a file, or a function, takes the same from the same variables."""
    names, runs = login.login.variables, (one for one in login.shell.trace.commands if one.span == login.command.span)
    same = {one.command for one in login.shell.logins if one.by_variables and one.variables == names}
    return login.login.by_variables and all(one in same for one in runs)


def _conflict(login: PackagesLogin, visibility: Visibility, found: Collection[Point]) -> Obstacle | None:
    """Words that an edit would change must not serve another purpose in another call of the same function."""
    for point in (one for one in found if one.span.start < one.span.end):
        if read := next((read for read in visibility.foreign if read.span.contains(point.span)), None):
            return Obstacle("registry-unresolved", "is in words that another registry's login shares", read.name)
    span = login.command.span
    if any(span.contains(point.span) for point in found):
        for other in login.shell.logins:
            if other.command.span != span or other.registry is login.registry:
                continue
            if other.alone is None or any(one.origin.contains(point.span) for one in other.sinks for point in found):
                subject = other.host_subject or other.host
                return Obstacle("registry-unresolved", "logs in to different registries", subject)
    return None


def _tests(login: PackagesLogin, visibility: Visibility, presences: Iterable[PresenceTest]) -> Iterator[Point]:
    """The changes of tests whether a stored variable is set: each of its expansions by itself, as in the login's words.
    One that may stand for something else, too, stays as it is, and so does the stored variable then."""
    natives = {name: word.native for word in login.words for name in word.origin.stored}
    trace = login.shell.trace
    kinds = {one: kind for test in trace.presences for one, kind in _kinds(test, natives)}
    for presence in presences:
        names = {piece.name for piece in presence.value.pieces if isinstance(piece, Input)}
        if presence.name is not None and len(names) == 1 and (written := natives.get(*names)):
            yield Point(presence.name, written)
        for read, site in zip(presence.reads, presence.sites, strict=True):
            native = kinds[site]
            if native is None:
                continue
            for point in _replaced(presence, read, native, visibility):
                over = [queries.site(use) for use in trace.uses if use.read.span.contains(point.span)]
                if all(one in visibility.covered or kinds.get(one) == native for one in over):
                    yield point


def _kinds(test: PresenceTest, natives: Mapping[str, str]) -> Iterator[tuple[Site, str | None]]:
    """The native variable for each expansion of a test, None for one that is not only for a stored variable."""
    for read, site in zip(test.reads, test.sites, strict=True):
        pieces = _pieces(test, read)
        inputs = [piece.name for piece in pieces if isinstance(piece, Input)]
        kinds = {natives.get(name, name if name in natives.values() else None) for name in inputs}
        yield site, kinds.pop() if len(kinds) == 1 and len(inputs) == len(pieces) else None


def _pieces(test: PresenceTest, read: Read) -> list[Piece]:
    return [piece for piece in test.value.pieces if piece.provenance and piece.provenance[0].read is read]


def _replaced(test: PresenceTest, read: Read, native: str, visibility: Visibility) -> tuple[Point, ...]:
    try:
        return points(Value(tuple((piece,) for piece in _pieces(test, read))), native, visibility.movable)
    except Refused:
        return ()


def _line(script: Script, span: Span) -> str:
    source = script.source_at(span)
    return f"{source.path}:{source.position(script.shown(span).start).line}"


def _clashing(points: Iterable[Point]) -> set[Point]:
    """Words that make both the user name and the password, say in a function: points that share characters."""
    found: set[Point] = set()
    before: list[Point] = []
    for point in sorted(points, key=lambda point: point.span):
        before = [other for other in before if point.span.start < other.span.end]
        if before:
            found |= {*before, point}
        if point.span.start < point.span.end:
            before.append(point)
    return found

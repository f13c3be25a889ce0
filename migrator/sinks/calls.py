"""Calls that are made with a credential of their own, without a login: `skopeo copy --dest-creds "$USER:$TOKEN"`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache

from msgspec import Struct

from migrator.flow.events import Command, Flow
from migrator.ir.values import Alternative, Input, Literal, Unknown, Value, union
from migrator.rulebook.records import Registry, RuleBook
from migrator.rulebook.sinks import ALONE, Action, Channel, Role, Slot
from migrator.sinks.channels import Sink, sinks_of
from migrator.sinks.elsewhere import elsewhere
from migrator.sinks.invocations import Invocation, invocation, parse
from migrator.sinks.logins import SEVERAL, Login, token_of
from migrator.sinks.packages import canonical
from migrator.sinks.unfollowed import named
from migrator.sinks.uses import ImageUse
from migrator.sinks.values import is_handed, part, value_of
from migrator.text.patterns import regex

_BOTH = "a variable that holds both the user name and the password"
_NAME = regex(r"\$\{(\w+)\}")
_PARTS = {Role.USERNAME, Role.PASSWORD}
_NOTHING = Value.of(Unknown("nothing that is written here"))
_REACHED: dict[Action, Callable[[Action], bool]] = {
    Action.USE: lambda one: one.reads or one.writes,
    Action.READ_WITH: lambda one: one.reads,
    Action.PUSH_WITH: lambda one: one.writes,
}


class AuthenticatedCall(Struct, frozen=True):
    """A call that names a package of `host`, made with stored variables, which are in what it is `given`."""

    command: Command
    host: str
    stored: tuple[str, ...]
    given: tuple[Value, ...] = ()


def find_calls(flow: Flow, images: Iterable[ImageUse], book: RuleBook) -> Iterator[Login]:
    """Clients' calls that are given a credential for what they push or read; `images` are those of the script. Where
    the host of an image is not known, neither is the registry of the call."""
    found_elsewhere = cache(lambda client: elsewhere(flow, client, book))
    reached: dict[Command, list[ImageUse]] = {}
    for use in images:
        reached.setdefault(use.command, []).append(use)
    for command, uses in reached.items():
        called = invocation(command, book)
        for action in ALONE if called and called.syntax and not command.followed else ():
            assert called
            given = _given(called, action, found_elsewhere)
            mine = tuple(use for use in uses if _REACHED[action](use.action))
            if given and mine:
                yield _login(called, action, given, mine, book)


def _given(called: Invocation, action: Action, found_elsewhere: Callable[[str], str]) -> tuple[Sink, ...]:
    """What a call is given, and what it takes from variables that the script does not set, or keeps to itself: these
    are stored where its client takes that from nowhere else, and else nobody knows."""
    command, syntax = called.command, called.syntax
    assert syntax is not None
    given = tuple(one for one in sinks_of(called, action) if not one.variable or is_handed(command, one.variable))
    told = {one.role for one in given} | (_PARTS if _whole(given) or token_of(given) else set())
    stored = syntax.stored and not found_elsewhere(called.client.name)
    slots = [one for one in syntax.slots if one.action is action and one.channel is Channel.ENVIRONMENT]
    instead = "" if given else next((one.takes[0] for one in slots if one.role is Role.TOKEN), "")
    presumed = (
        Sink(action, one.role, one.channel, called.client.name, value, command.span, name)
        for one in slots
        for name, value in ((one.takes[0], _presumed(one, command, stored, instead)),)
        if one.role not in told and one.role is not Role.TOKEN
    )
    return (*given, *presumed) if given or stored else ()


def _presumed(slot: Slot, command: Command, stored: bool, instead: str) -> Value:
    """`instead` is the variable of a token that may be stored, and not the two."""
    name = slot.takes[0]
    if value_of(command, name) is not None:
        return Value.of(Unknown(f"{name}, which the script changes and does not hand on"))
    if not stored:
        return Value.of(Unknown(f"{name}, which the script does not set"))
    value = Value.of(Input(name, ()))
    if not instead:
        return value
    unnamed = Unknown(f"{name}, or from the client if {instead} is stored")
    return union([value, Value.of(Input(instead, ()) if slot.role is Role.PASSWORD else unnamed)])


def _login(
    called: Invocation, action: Action, given: tuple[Sink, ...], images: tuple[ImageUse, ...], book: RuleBook
) -> Login:
    username, password = _halves(given)
    token = token_of(given)
    host, registry, subject, perhaps = _host(images, book)
    config = f"{action} {called.command.order}"
    rule = called.client.rule
    name = called.client.name
    password = token.value if token else password
    return Login(
        *(called.command, name, rule, given, host, registry, subject, perhaps, username, password, config, images),
        token=token,
    )


def _host(images: Iterable[ImageUse], book: RuleBook) -> tuple[str, Registry | None, str, Registry | None]:
    """As of a login: the host of all images, with its registry; or what it comes from, and a registry that it may
    be."""
    found: dict[str, Registry | None] = {}
    subject = ""
    for use in images:
        name = (use.reference or "").partition("/")[0]
        if use.reference is None or "$" in name:
            subject = subject or use.subject or (match[1] if (match := _NAME.search(name)) else name)
        else:
            host = canonical(name)
            found[host] = book.registry(host)
    perhaps = next((one for one in found.values() if one), None)
    if subject:
        return "", None, subject, perhaps
    if len(found) == 1 or perhaps is None:
        return next(iter(found)), perhaps, "", None
    return "", None, SEVERAL, perhaps


def _halves(given: tuple[Sink, ...]) -> tuple[Value, Value]:
    """The user name and the password that a call is given, in two places or in one with a colon between."""
    if whole := _whole(given):
        names, passwords = zip(*map(split_at_colon, whole[-1].alternatives), strict=True)
        return union(names), union(passwords)
    return _last(given, Role.USERNAME), _last(given, Role.PASSWORD)


def _whole(given: Iterable[Sink]) -> list[Value]:
    return [sink.value for sink in given if sink.role is Role.CREDENTIAL]


def _last(given: Iterable[Sink], role: Role) -> Value:
    """The last option of several counts, and a variable only without one; where standard input gives it, too, nobody
    knows."""
    found = [sink for sink in given if sink.role is role]
    if len({sink.channel is Channel.STDIN for sink in found}) > 1:
        return Value.of(Unknown("two places at once"))
    strongest = [sink for sink in found if sink.channel is found[0].channel]
    return strongest[-1].value if strongest else _NOTHING


def split_at_colon(row: Alternative) -> tuple[Value, Value]:
    """What stands before the first colon of a row, and behind it."""
    for at, piece in enumerate(row):
        if isinstance(piece, Literal) and ":" in piece.text:
            colon, end = piece.text.index(":"), len(piece.text)
            first = (part(piece, 0, colon),) if colon else ()
            second = (part(piece, colon + 1, end),) if colon + 1 < end else ()
            return Value((row[:at] + first,)), Value((second + row[at + 1 :],))
    return Value.of(Unknown(_BOTH)), Value((row,))


def authenticated_calls(flow: Flow, book: RuleBook, known: Collection[Command] = ()) -> Iterator[AuthenticatedCall]:
    """The calls of programs that are given a credential for Packages other than the native ones, but for those that
    are `known` otherwise."""
    for command in flow.commands:
        given = tuple(_credentials(command, book)) if command not in known else ()
        pieces = [piece for value in given for piece in value.pieces]
        names = dict.fromkeys(piece.name for piece in pieces if isinstance(piece, Input))
        stored = tuple(name for name in names if name not in book.natives)
        image = next((image for _, image in named(command.arguments, book)), "")
        if image and pieces and (stored or not names):
            yield AuthenticatedCall(command, image.partition("/")[0], stored, given)


def _credentials(command: Command, book: RuleBook) -> Iterator[Value]:
    """What a client's call is told for itself alone, or another program in options that are known to take it."""
    if command.followed:
        return
    if called := invocation(command, book):
        yield from (sink.value for sink in sinks_of(called, *ALONE))
    else:
        options = book.programs.credentials
        yield from (one for one in parse(command.arguments, options).values(options))

"""A token to which the client adds a user name: two options, or two variables, take its place.

https://docs.astral.sh/uv/guides/package/: `UV_PUBLISH_TOKEN` is a password whose user name is `__token__`, and a user
name beside it is refused. So the token goes where the pair comes.
"""

from __future__ import annotations

from collections.abc import Collection

from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion
from migrator.fixes.points import Point
from migrator.fixes.refused import Refused
from migrator.fixes.visibility import Visibility
from migrator.ir.values import Definition
from migrator.rulebook.sinks import Channel, ClientCommand, Role
from migrator.sinks.channels import Sink
from migrator.sinks.invocations import invocation
from migrator.text.patterns import regex
from migrator.text.source import Span

_ENDS = regex(r"[\n;&|(){}]")
_ASSIGNED = regex(r"[A-Za-z_]\w*(?:=\S*)?")
_ELSEWHERE = "is given in a way that patless can't replace by a user name and a password"


def lone_token(context: Context, login: PackagesLogin) -> tuple[Opinion, ...]:
    """That what arrives has another user name than before; nothing of a login with one."""
    if login.login.token is None:
        return ()
    detail = f"{login.login.client} adds a user name to the token, and the fix replaces both"
    reason = context.reason("lone-token", detail, f"`{login.login.client}`")
    return (Opinion("which user name does the client add to the token?", reasons=(reason,)),)


def token_points(login: PackagesLogin, token: Sink, visibility: Visibility) -> tuple[Point, ...]:
    """The changes that put the native pair in the place of a token. Raises Refused."""
    called = invocation(login.command, visibility.context.book)
    syntax = called.syntax if called else None
    if obstacle := login.password.origin.obstacle:
        raise Refused(obstacle.code, obstacle.detail, obstacle.subject)
    if syntax is None:
        raise Refused("credential-unresolved", _ELSEWHERE, "the token")
    names = [_spelling(syntax, token, role) for role in (Role.USERNAME, Role.PASSWORD)]
    between = "=" if token.variable else " "
    pair = " ".join(f'{name}{between}"${word.native}"' for name, word in zip(names, login.words, strict=True))
    spans = _variable(login, token.variable, visibility) if token.variable else [_option(login, token, syntax)]
    return tuple(Point(span, pair) for span in spans)


def _spelling(syntax: ClientCommand, token: Sink, role: Role) -> str:
    """The last spelling of an option, which is the long one, or the variable, for a half in the token's place."""
    channel = Channel.ENVIRONMENT if token.variable else Channel.OPTION
    slots = [one for one in syntax.slots if one.action is token.action and one.channel is channel and one.role is role]
    if not slots:
        raise Refused("credential-unresolved", _ELSEWHERE, "the token")
    return slots[0].takes[-1]


def _option(login: PackagesLogin, token: Sink, syntax: ClientCommand) -> Span:
    """Where the option and its value stand, in one word or in two."""
    text, words = login.shell.script.text, [one.word for one in login.command.arguments]
    names = [name for one in syntax.slots if one.role is Role.TOKEN for name in one.takes]
    for before, word in zip((None, *words), words, strict=False):
        if word is None or word.span != token.origin:
            continue
        if _begins(text, word.span, [f"{name}=" for name in names]):
            return word.span
        if before and before.span.end < word.span.start and text[before.span.start : before.span.end] in names:
            return Span(before.span.start, word.span.end)
    raise Refused("credential-unresolved", _ELSEWHERE, "the token")


def _begins(text: str, span: Span, names: Collection[str]) -> bool:
    return any(text.startswith(name, span.start, span.end) for name in names)


def _variable(login: PackagesLogin, name: str, visibility: Visibility) -> list[Span]:
    """The assignments that set the variable, in front of the command or exported before; nothing else may need it."""
    command, text = login.command, login.shell.script.text
    refused = Refused("credential-unresolved", f"is in {name}, which patless can't replace by two variables", name)
    if name in dict(command.overrides):
        inside = (one for one in visibility.trace.definitions if one.name == name and one.word)
        found: list[Definition] = [one for one in inside if one.word and command.span.contains(one.word.span)]
    else:
        found = [one for one in command.environment.get(name, ()) if one and visibility.movable(one)]
        if len(found) != len(command.environment.get(name, ())):
            raise refused
    spans: list[Span] = []
    for one in found:
        assert one.word
        span = one.word.span
        if not text.startswith(f"{name}=", span.start):
            span = Span(span.start - len(name) - 1, span.end)
        exported = name in dict(command.overrides) or _exports(text[: max(span.start, 0)])
        if not exported or not text.startswith(f"{name}=", span.start):
            raise refused
        spans.append(span)
    if not spans or command.calls or (name in dict(command.overrides) and len(spans) > 1):
        raise refused
    return spans


def _exports(text: str) -> bool:
    """Whether what comes behind text is exported, by the command that is written last."""
    ends = [match.end() for match in _ENDS.finditer(text)]
    words = text[ends[-1] if ends else 0 :].split()
    return words[:1] == ["export"] and all(map(_ASSIGNED.fullmatch, words[1:]))

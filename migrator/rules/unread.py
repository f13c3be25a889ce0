"""Logins in text that cannot be read, or is not shell, and logins that are written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from migrator.findings.records import Finding
from migrator.flow.events import Argument, Command
from migrator.ir.values import Input, Literal, Value
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rules.context import Context
from migrator.sinks.invocations import invocation
from migrator.sinks.login_files import written_by_hand
from migrator.sinks.unfollowed import knows_no_package
from migrator.text.source import Source, Span

_LOGIN = re.compile(r"\blogin\b")


def shows_login(text: str, book: RuleBook) -> Span | None:
    """Where text that cannot be read shows a login to Packages, None where it does not."""
    match = _LOGIN.search(text)
    return Span(match.start(), match.end()) if match and any(mention in text for mention in book.mentions) else None


def unreadable(source: Source, span: Span, what: str, context: Context, facts: StepFacts | None = None) -> Finding:
    return context.finding(
        "registry-login",
        source,
        span,
        f"a login to Packages stands in {what} that cannot be read",
        reasons=[context.reason("unreadable", f"{what} cannot be read", what)],
        uses=facts.uses if facts else (),
    )


def audit(facts: StepFacts, context: Context) -> Iterator[Finding]:
    """Unreadable and PowerShell scripts that show a login, and login files that a command writes."""
    for shell in facts.shells:
        source = shell.script.source
        login = shows_login(shell.script.text, context.book)
        part = shell.script.part(login.start) if login else None
        if login is None or (part and part.key in context.read_items):
            continue
        if shell.failure:
            yield unreadable(source, shell.script.shown(login), "a script", context, facts)
        elif facts.windows and not _native(shell.script.text, context.book):
            yield context.finding(
                "registry-login",
                source,
                shell.script.shown(login),
                "a login to Packages stands in a script for a Windows runner",
                reasons=[context.reason("powershell", "the step runs on a Windows runner", "the runner")],
                uses=facts.uses,
            )
    for shell in facts.shells:
        for hidden in hidden_logins(shell, context.book):
            yield _hidden(facts, context, shell, hidden)
        for command in shell.trace.commands:
            yield from _by_hand(facts, context, shell, command)


class Hidden(Struct, frozen=True):
    """A login in text that is run, but not followed. `broken`: the text cannot even be read."""

    span: Span
    what: str
    broken: bool


def hidden_logins(shell: Shell, book: RuleBook) -> Iterator[Hidden]:
    """Where text that is run, but not followed, shows a login to Packages with something else than the native pair."""
    for unread in shell.trace.unread:
        if shows_login(unread.text, book) and not _native(unread.text, book):
            yield Hidden(unread.span, "a script within the script", bool(unread.message))
    logins = {id(login.command) for login in shell.logins}
    programs = "|".join(re.escape(program) for client in book.clients.values() for program in sorted(client.programs))
    inner = re.compile(rf"\b(?:{programs})\b[^\n|;&]{{0,200}}?\slogin\s")
    for command in shell.trace.commands:
        if command.followed or id(command) in logins:
            continue
        values = [argument.value for argument in command.arguments]
        text = " ".join(_text(value) for value in values)
        if called := invocation(command, book):  # `docker exec`, `docker run`: in a container
            unclear = bool(called.rest) and called.rest[0].text is None and _told_to_log_in(called.rest)
            if not unclear and not inner.search(text):
                continue
        elif command.name and command.name not in book.programs.carriers and not _may_log_in(command, book):
            continue
        stored = {piece.name for value in values for piece in value.pieces if isinstance(piece, Input)}
        if shows_login(text, book) and not (stored and stored <= book.natives):
            unknown = f"comes from {command.unknown}" if command.unknown else "is not known"
            what = f"the words of `{command.name}`" if command.name else f"the words of a program that {unknown}"
            yield Hidden(command.span, what, False)


def _may_log_in(command: Command, book: RuleBook) -> bool:
    """`oras login`, `make login`: a program that is not known is told to log in."""
    return not knows_no_package(command, book) and _told_to_log_in(command.arguments)


def _told_to_log_in(arguments: Iterable[Argument]) -> bool:
    return any(argument.text == "login" for argument in arguments)


def _hidden(facts: StepFacts, context: Context, shell: Shell, hidden: Hidden) -> Finding:
    place = shell.script.shown(hidden.span)
    if hidden.broken:
        return unreadable(shell.script.source_at(hidden.span), place, hidden.what, context, facts)
    return context.finding(
        "registry-login",
        shell.script.source_at(hidden.span),
        place,
        f"a login to Packages stands in {hidden.what}, where it is not followed",
        reasons=[context.reason("credential-unresolved", f"the login is put together in {hidden.what}", "the login")],
        uses=facts.uses,
    )


def _native(text: str, book: RuleBook) -> bool:
    return all(name in text for name in book.natives)


def _by_hand(facts: StepFacts, context: Context, shell: Shell, command: Command) -> Iterator[Finding]:
    """A command that writes the file in which a client keeps its logins."""
    for sink in written_by_hand(command, context.book):
        if not any(host in _text(sink.value) for registry in context.book.registries for host in registry.hosts):
            continue
        stored = [piece.name for piece in sink.value.pieces if isinstance(piece, Input)]
        if stored and all(name in context.book.natives for name in stored):
            continue
        yield context.finding(
            "registry-login",
            shell.script.source_at(command.span),
            shell.script.shown(command.span),
            "a login to Packages is written by hand into the client's login file",
            reasons=[
                context.reason("credential-unresolved", "the login is written into a file by hand", "the login file")
            ],
            variables=[name for name in stored if name not in context.book.natives],
            uses=facts.uses,
        )


def _text(value: Value) -> str:
    return "".join(piece.text if isinstance(piece, Literal) else " " for piece in value.pieces)

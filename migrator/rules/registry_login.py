"""Logins to Packages with stored credentials: the verdict on each, and the edits that make it native."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.findings.counting import several
from migrator.findings.records import Finding, Severity
from migrator.fixes.context import Context
from migrator.fixes.judged_command import JudgedCommand, RuleContext
from migrator.ir.paths import GLOB
from migrator.ir.values import Input
from migrator.reading.hidden import hidden_logins, unread_texts
from migrator.reading.steps import Shell, StepFacts
from migrator.reading.unfollowed import logins_beyond, logins_in_parts, logins_kept, logins_unseen
from migrator.rulebook.records import Rule
from migrator.rulebook.sinks import Role
from migrator.sinks.calls import authenticated_calls
from migrator.sinks.credentials import origin
from migrator.sinks.indexes import own_calls
from migrator.sinks.login_files import WrittenLogin, written_logins
from migrator.sinks.logins import SEVERAL
from migrator.sinks.shown import names_natives, shows_login
from migrator.text.patterns import regex
from migrator.text.source import Source, Span

_HOST = regex(r"\w\.[a-z]")
"""Of a registry's name, as far as text shows one."""


def check(rule: Rule, context: RuleContext) -> Iterator[Finding]:
    """A finding for each login command, and for each place that shows a login which is not followed."""
    for step in context.steps:
        found = list(_seen(rule, step, context))
        yield from found
        yield from _not_followed(rule, step, context)
        yield from _beyond(rule, step, context)
        yield from _kept(rule, step, context)
        yield from _unexplained(rule, step, context, {one.path for one in found})
    for source, login in context.broken:
        yield _unreadable(rule, context, source, login, "a file")


def _seen(rule: Rule, step: StepFacts, context: RuleContext) -> Iterator[Finding]:
    """What is found where a step is followed."""
    for one in context.judged(step):
        if not one.literal:
            yield one.finding(_of(one.login.login.rule, rule, context), context, _message(one))
    yield from _uncertain(rule, step, context)
    yield from _unread(rule, step, context)
    yield from _unfollowed(rule, step, context)


def _unexplained(rule: Rule, step: StepFacts, context: RuleContext, explained: Collection[str]) -> Iterator[Finding]:
    """Logins in files that are followed as far as their language is known, where nothing that was found is one."""
    literal = {one.login.shell.script.source_at(one.login.command.span).path for one in context.judged(step)}
    for path, login in logins_in_parts(step, context.book):
        if path not in explained and path not in literal and (source := context.source(path)):
            yield _not_read(
                rule, step, context, (source, login), f"patless reads only a part of what {path} does", path
            )


def _of(client_rule: str, rule: Rule, context: Context) -> Rule:
    """The rule of the file that the client stands in; this one where it is none."""
    return context.book.rules.get(client_rule, rule)


def _message(command: JudgedCommand) -> str:
    login = command.login.login
    where = f"{login.client} {'logs in to' if login.alone is None else 'reaches'} {login.host}"
    stored = tuple(dict.fromkeys(name for one in command.runs for name in one.login.stored))
    names = several(f"${name}" for name in stored)
    variables = "variable" if len(stored) == 1 else "variables"
    return f"{where} with stored {variables} {names}" if names else f"{where} without the native credentials"


def _uncertain(rule: Rule, step: StepFacts, context: Context) -> Iterator[Finding]:
    """Logins whose registry is not certain, in a repository that mentions a Packages host."""
    registry = next(iter(context.book.registries.values()))
    for shell in step.shells:
        for login in shell.logins:
            if not login.host_unknown or not context.mentioned(step):
                continue
            password = origin(login.password, registry.password)
            hosts = [sink.value for sink in login.sinks if sink.role is Role.HOST and login.host_subject != SEVERAL]
            words = [one.value for one in login.command.arguments if one.value not in hosts]
            given = (*words, login.username, login.password)
            inputs = (piece.name for value in given for piece in value.pieces if isinstance(piece, Input))
            stored = tuple(dict.fromkeys(name for name in inputs if name not in context.book.natives))
            unknown = login.perhaps and any(word.unknown for word in (login.username, login.password))
            if not stored and not password.literals and not unknown:
                continue
            code, what = "registry-unresolved", "a registry that patless can't identify"
            detail = f"patless can't tell the value of {login.host_subject}, which names the registry"
            if login.perhaps and login.host_subject == SEVERAL:
                code, what = "credential-unresolved", f"{min(login.perhaps.hosts)} with more words than it takes"
                detail = (
                    "the login has another word besides the registry, such as a password that belongs on standard input"
                )
                if login.alone is not None:
                    what, detail = "more than one registry", "the call names images of several hosts"
            yield _of(login.rule, rule, context).finding(
                shell.script.source_at(login.command.span),
                shell.script.shown(login.command.span),
                f"{login.client} {'logs in to' if login.alone is None else 'reaches'} {what}",
                reasons=[context.reason(code, detail, login.host_subject)],
                variables=stored,
                uses=step.uses,
                severity=Severity.NOTE,
            )


def _unread(rule: Rule, step: StepFacts, context: Context) -> Iterator[Finding]:
    """Scripts that cannot be read, or are PowerShell, and that show a login."""
    for shell in step.shells:
        source, text = shell.script.source, shell.script.text
        login = shows_login(text, context.book)
        part = shell.script.part(login.start) if login else None
        if login is None or (part and part.key in context.read_items):
            continue
        place = shell.script.shown(login)
        if shell.failure:
            yield _unreadable(rule, context, source, place, "a script", step)
        elif step.windows and not names_natives(text, context.book):
            message = "a script for a Windows runner logs in to Packages"
            reason = context.reason("powershell", "the step runs on a Windows runner", "the runner")
            yield rule.finding(source, place, message, reasons=[reason], uses=step.uses)


def _unreadable(
    rule: Rule, context: Context, source: Source, span: Span, what: str, step: StepFacts | None = None
) -> Finding:
    message = f"a login to Packages is in {what} that patless can't read"
    reason = context.reason("unreadable", f"patless can't read {what}", source.path)
    return rule.finding(source, span, message, reasons=[reason], uses=step.uses if step else ())


def _not_followed(rule: Rule, step: StepFacts, context: Context) -> Iterator[Finding]:
    """Logins in files that a step runs, or may run, and that are not followed."""
    for path, login in logins_unseen(step, context.files, context.book, context.followed):
        if source := context.source(path):
            yield _not_read(rule, step, context, (source, login), f"patless does not read what {path} does", path)


def _not_read(
    rule: Rule,
    step: StepFacts,
    context: Context,
    place: tuple[Source, Span],
    detail: str,
    subject: str,
    may: bool = False,
    what: str = "a file",
    variables: tuple[str, ...] = (),
) -> Finding:
    """A login that stands, or `may` stand, in something that a step runs and that nobody has followed."""
    message = f"a step runs {what} with a {'possible ' if may else ''}login that patless can't follow"
    reasons = [context.reason("not-followed", detail, subject)]
    return rule.finding(*place, message, reasons=reasons, variables=variables, uses=step.uses)


def _beyond(rule: Rule, step: StepFacts, context: Context) -> Iterator[Finding]:
    """Files that a step runs, or may run, and whose text is not read."""
    for shell, command, path in logins_beyond(step, context.files, context.book, lambda: context.mentioned(step)):
        detail = f"{path} is larger than 2 MiB, packed, encrypted, or in an unknown encoding, so patless can't read it"
        yield _not_read(rule, step, context, _place(shell, command.span), detail, path, may=True)


def _kept(rule: Rule, step: StepFacts, context: Context) -> Iterator[Finding]:
    """Login files of the repository that a step uses."""
    for path, login in logins_kept(step, context.texts):
        if source := context.source(path):
            detail = f"the login is in {path}, which the step uses"
            yield rule.finding(
                source,
                login,
                "a step uses a file that holds a login to Packages",
                reasons=[context.reason("credential-unresolved", detail, "the login file")],
                uses=step.uses,
            )


def _unfollowed(rule: Rule, step: StepFacts, context: Context) -> Iterator[Finding]:
    """Logins in text that a script runs and that is not followed, and in login files that a command writes."""
    for shell in step.shells:
        for hidden in hidden_logins(shell, context.book):
            source, place = shell.script.source_at(hidden.span), shell.script.shown(hidden.span)
            if hidden.broken:
                yield _unreadable(rule, context, source, place, hidden.what, step)
                continue
            message = f"patless can't follow a login to Packages in {hidden.what}"
            detail = f"the step puts the login together in {hidden.what}"
            reason = context.reason("credential-unresolved", detail, "the login")
            yield rule.finding(source, place, message, reasons=[reason], uses=step.uses)
        for command, stored in unread_texts(shell, context.book):
            if not context.mentioned(step):
                break
            names = several(f"${name}" for name in stored)
            detail = f"another program makes what `{command.name}` runs of {names}, and patless does not read it"
            at = _place(shell, command.span)
            yield _not_read(rule, step, context, at, detail, names, may=True, what="text", variables=stored)
        for written in written_logins(shell.trace, context.book):
            if not written.surely and (not context.mentioned(step) or _is_elsewhere(written, context)):
                continue
            source, place = _place(shell, written.span)
            what = "a login to Packages" if written.surely else "a login that may be to Packages"
            message = f"the step writes {what} into the client's login file by hand"
            detail = "the step writes the login into a file by hand"
            reason = context.reason("credential-unresolved", detail, "the login file")
            yield rule.finding(source, place, message, reasons=[reason], variables=written.stored, uses=step.uses)
        known = own_calls(shell.logins, context.book)
        for call in authenticated_calls(shell.trace, context.book, known):
            source, place = _place(shell, call.command.span)
            names = several(f"${name}" for name in call.stored)
            message = f"{call.command.name} reaches {call.host} with {f'stored {names}' if names else 'a credential'}"
            detail = f"`{call.command.name}` takes the credential for this call alone, without a login"
            reason = context.reason("credential-unresolved", detail, f"`{call.command.name}`")
            yield rule.finding(
                source, place, message, reasons=[reason], variables=call.stored, registry=call.host, uses=step.uses
            )


def _is_elsewhere(written: WrittenLogin, context: Context) -> bool:
    """Whether a login file is made of files alone that show another registry."""
    texts = [context.file(path) or "" for path in written.files if not GLOB.search(path)]
    mentions = context.book.mentions
    return len(texts) == len(written.files) > 0 and all(
        _HOST.search(text) and "$" not in text and not any(one in text for one in mentions) for text in texts
    )


def _place(shell: Shell, span: Span) -> tuple[Source, Span]:
    return shell.script.source_at(span), shell.script.shown(span)

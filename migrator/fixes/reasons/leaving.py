"""What takes the file with the client's logins out of the step, or the words of a login."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from migrator.fixes.context import Context
from migrator.fixes.departures import Departure
from migrator.fixes.login import PackagesLogin
from migrator.fixes.opinion import Opinion, Sighting
from migrator.fixes.points import Point
from migrator.fixes.reasons.building import buildings
from migrator.fixes.reasons.taking import Taking
from migrator.ir.paths import joined, patterns
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Role
from migrator.sinks.login_files import LoginFiles


def leaving(step: StepFacts, context: Context) -> Opinion:
    leaves = tuple(_login_file_leaves(step, context))
    reasons = (context.reason("leaves-step", f"the step passes its login on: {what}", who) for who, what in leaves)
    seen = (Sighting(who) for who, _ in leaves)
    return Opinion("what takes the login out of the step?", tuple(seen), tuple(reasons))


def handed_on(left: Sequence[Departure], context: Context, login: PackagesLogin, points: Collection[Point]) -> Opinion:
    """What leaves the step, of all that does, with the very words that a fix would change: a function may log in
    elsewhere with them."""
    spans = [point.span for point in points]
    leaves = [
        one
        for one in left
        for value in one.values
        for piece in value.pieces
        if any(reference.read.span.contains(span) for reference in piece.provenance for span in spans)
    ]
    found = {one.span: one for one in leaves}.values()
    detail = "the words of the login also become {}"
    reasons = [context.reason("leaves-step", detail.format(one.what), one.who) for one in found]
    who = login.command.name
    if login.command.followed and not found and not login.login.npm:
        reasons = [context.reason("credential-unresolved", f"`{who}` is a function here, and not the client", who)]
    for program in _aliased(login, context.book):
        elsewhere = any(program in one.programs and one.has(Role.SCRIPT) for one in context.book.escapes.values())
        code = "leaves-step" if elsewhere else "credential-unresolved"
        reasons.append(context.reason(code, f"`{who}` is an alias of `{program}` here, and not the client", who))
    return Opinion("what takes its words out of the step?", tuple(Sighting(one.who) for one in found), tuple(reasons))


def _aliased(login: PackagesLogin, book: RuleBook) -> Iterator[str]:
    """The programs, but for clients, that an alias puts in the client's place; shells differ in whether it counts."""
    for command in login.shell.trace.commands if not login.command.wrappers else ():
        for argument in command.arguments if command.name == "alias" else ():
            name, equals, text = (argument.value.symbol() or "").partition("=")
            if equals and name == login.command.name:
                words = (word.rpartition("/")[2] for word in text.split() if "=" not in word)
                program = next((word for word in words if word not in book.programs.wrappers), "")
                if book.by_program(program) is None:
                    yield program or "a program that is not known"


def _login_file_leaves(facts: StepFacts, context: Context) -> Iterator[tuple[str, str]]:
    """Who takes the file, and what becomes of it."""
    book = context.book
    visited = joined(command.folders for shell in facts.shells for command in shell.trace.commands)
    files = LoginFiles.of((login.command for login in facts.logins if login.alone is None), visited, book)
    for shell in facts.shells:
        yield from Taking(shell.trace, files, context).taken()
    yield from _built(facts, files, context)
    for kind, path in facts.step.kept:
        if files.packs(path):
            yield kind, f"{kind} keeps the login file"
    for task in facts.tasks:
        if any(files.packs(scalar.value) for _, scalar in task.variables):
            yield task.what, f"{task.what} gets the login file"


def _built(facts: StepFacts, files: LoginFiles, context: Context) -> Iterator[tuple[str, str]]:
    """The builds that copy the login file, of those that may run when it is there."""
    places = (*patterns(files.files), *files.outside)
    stored = [(shell, login) for shell in facts.shells for login in shell.logins if login.alone is None]
    logins = [(shell, login.command) for shell, login in stored if login.registry]
    for build in buildings(facts, context) if places else ():
        after = any(build.may_come_after(shell, command) for shell, command in logins)
        if after and any(map(build.takes, places)):
            yield build.command.name, "the build copies the login file into an image"

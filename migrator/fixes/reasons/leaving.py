"""What takes the file with the client's logins out of the step."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.fixes.context import Context
from migrator.fixes.opinion import Opinion, Sighting
from migrator.reading.steps import StepFacts
from migrator.rulebook.records import RuleBook
from migrator.rulebook.sinks import Role
from migrator.sinks.escapes import escapes
from migrator.sinks.invocations import parse
from migrator.sinks.login_files import LoginFiles


def leaving(step: StepFacts, context: Context) -> Opinion:
    leaves = tuple(_login_file_leaves(step, context.book))
    reasons = (context.reason("leaves-step", f"the step hands its login on: {what}", who) for who, what in leaves)
    seen = (Sighting(who) for who, _ in leaves)
    return Opinion("what takes the login out of the step?", tuple(seen), tuple(reasons))


def _login_file_leaves(facts: StepFacts, book: RuleBook) -> Iterator[tuple[str, str]]:
    """Who takes the file, and what becomes of it."""
    files = LoginFiles.of((login.config for login in facts.logins), book)
    for shell in facts.shells:
        for command in shell.trace.commands:
            for escaped in escapes(command, book):
                given = escaped.of(Role.LOGIN_FILE)
                if escaped.of(Role.LOGIN) or any(files.named(sink.value.symbol() or "") for sink in given):
                    yield escaped.escape.program, escaped.escape.what
            if command.name in book.programs.copiers:
                words = [word.value.symbol() or "" for word in parse(command.arguments, frozenset()).words]
                target = len(words) > 1 and book.programs.writers.get(command.name)
                if any(map(files.holds, words[:-1] if target else words)):
                    yield command.name, "what is copied or shown holds the login file"
        if any(files.named(path.symbol() or "") for path in shell.trace.inputs):
            yield "a redirection", "what is read holds the login file"
    for kind, path in facts.step.kept:
        if files.packs(path):
            yield kind, f"{kind} keeps the login file"

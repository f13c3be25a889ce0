"""The lines of a script that may go: whole statements that are one command, or that only log in."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from migrator.fixes.refused import Refused
from migrator.flow.events import Command
from migrator.flow.queries import setting
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Call, Chain, Constant, If, Pipe, Redirect, Statement, StreamKind
from migrator.reading.steps import Shell
from migrator.rulebook.records import RuleBook
from migrator.text.patterns import regex

_FAILS = {"exit", "return", "false", "true", ":"}
_STATUS = regex(r"\$\{?(?:\?|PIPESTATUS\b)")


class Statements:
    def __init__(self, shell: Shell, book: RuleBook) -> None:
        self.text = shell.script.text
        self.trace = shell.trace
        self.programs = book.programs
        self.all = lower(self.text)

    def alone(self, command: Command, what: str) -> Statement:
        """The statement that is this command and nothing else, whose output nobody reads. Raises Refused."""
        if command.consumed:
            raise Refused("pipe-digest", f"the output of the {what} is used", what)
        statement = self.top(command, what)
        if any(not _idle(redirect) for redirect in statement.redirects):
            raise Refused("pipe-digest", f"the output of the {what} is used", what)
        if not isinstance(statement.node, Call) or statement.negated or statement.detached:
            raise Refused("pipe-condition", f"the {what} is joined to another command", what)
        if command.overrides or command.wrappers or any(other is not command for other in self.inside(statement)):
            raise Refused("pipe-condition", f"the {what} is wrapped by another command", what)
        return statement

    def login(self, command: Command) -> Statement:
        """The statement that only logs in: a pipe may feed it, and a message and an exit may follow its failure."""
        whole = statement = self.top(command, "login")
        if isinstance(whole.node, If) and whole.node.chain is Chain.OR:
            (statement,), (failed,) = whole.node.condition, whole.node.otherwise
            harmless = _FAILS | self.programs.displays
            if any(handler.name not in harmless for handler in self.inside(failed)):
                raise Refused("pipe-condition", "more than a message follows when the login fails", "the login")
        if statement.negated or whole.detached or not isinstance(statement.node, Pipe | Call):
            raise Refused("pipe-condition", "the login is joined to another command", "the login")
        feeding = self.programs.displays | set(self.programs.filters)
        for other in self.inside(statement):
            if other is not command and other.name not in feeding:
                raise Refused("pipe-condition", f"`{other.name}` is part of the login", other.name)
            if any(not _idle(redirect) for redirect in other.redirects):
                raise Refused("pipe-condition", "the login writes a file", "the login")
        if any(whole.span.contains(use.read.span) for use in setting(self.trace)):
            raise Refused("pipe-condition", "the login sets a variable", "the login")
        return whole

    def top(self, command: Command, what: str) -> Statement:
        """The statement of the script itself that a command is in, where that is sure to run once."""
        if command.looped:
            raise Refused("pipe-loop", f"the {what} is in a loop", what)
        if command.calls:
            raise Refused("pipe-condition", f"the {what} is in a function", what)
        found = next((one for one in self.all if one.span.contains(command.span)), None)
        if found is None or command.conditional:
            raise Refused("pipe-condition", f"something decides whether the {what} runs", what)
        return found

    def inside(self, statement: Statement) -> Iterable[Command]:
        return (command for command in self.trace.commands if statement.span.contains(command.span))

    def asked(self, removed: Collection[Statement]) -> None:
        """Nothing may ask how a statement ended that is gone."""
        for one, following in zip(self.all, self.all[1:], strict=False):
            text = self.text[following.span.start : following.span.end]
            if one in removed and following not in removed and _STATUS.search(text):
                raise Refused("pipe-condition", "the next command tests how the login, tag, or push ended", "`$?`")


def _idle(redirect: Redirect) -> bool:
    """Nothing is left of what goes there."""
    target = redirect.value.parts[0] if len(redirect.value.parts) == 1 else None
    text = target.text if isinstance(target, Constant) else ""
    reads = redirect.kind in (StreamKind.TEXT, StreamKind.DOCUMENT, StreamKind.READ)
    return reads or text == "/dev/null" or (redirect.kind is StreamKind.OTHER and text.isdigit())

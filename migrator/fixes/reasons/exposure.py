"""Where the log could show the credential: tracing, and the variable printed elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrator.fixes.context import Context, Opinion
from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point
from migrator.ir.values import Input
from migrator.reading.steps import StepFacts
from migrator.sinks.credentials import assignments

_TERMINAL = ("/dev/stdout", "/dev/stderr", "/dev/tty")


def exposure(step: StepFacts, context: Context, login: PackagesLogin, points: Collection[Point]) -> Iterator[Opinion]:
    """Where the native token could show in the log. `points` are where the login is edited, and the tests whether its
    variables are set."""
    trace, sites = login.shell.trace, login.sites
    readers = {
        use.command
        for use in trace.uses
        if (use.read.span, use.calls) in sites or any(use.read.span.contains(point.span) for point in points)
    }
    if (
        login.command.traced
        or any(command.traced for command in trace.commands if command.order in readers)
        or any(definition.traced for definition in assignments(login.password.value))
    ):
        yield context.reason("traced", "the script is traced (set -x) where the credential is expanded", "the token")
    if shown := next(_displayed(step, context, login), None):
        yield context.reason("traced", f"{shown} is printed elsewhere in the step", shown)


def _displayed(step: StepFacts, context: Context, login: PackagesLogin) -> Iterator[str]:
    """The variables of the password that a command prints."""
    for shell in step.shells:
        for command in shell.trace.commands:
            if command.name not in context.book.programs.displays or command.consumed:
                continue
            if any(output.path.text not in _TERMINAL for output in command.outputs):
                continue
            pieces = (piece for argument in command.arguments for piece in argument.value.pieces)
            names = (piece.name for piece in pieces if isinstance(piece, Input))
            yield from (name for name in names if name in login.password.origin.stored)

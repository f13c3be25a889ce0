"""Where the log could show the credential: tracing, and the variable printed elsewhere."""

from __future__ import annotations

from migrator.fixes.judged import Judged
from migrator.fixes.origin import assignments
from migrator.ir.values import Input
from migrator.reading.steps import StepFacts
from migrator.rules.context import Context


def exposure(facts: StepFacts, context: Context, item: Judged) -> None:
    """Add a reason where the native token could show in the log."""
    sites = item.sites
    edited = [point.span for point in item.points]  # tests of whether the variable is set as well
    readers = {
        use.command
        for use in item.shell.trace.uses
        if (use.read.span, use.calls) in sites or any(use.read.span.contains(span) for span in edited)
    }
    traced = item.login.command.traced or any(c.traced for c in item.shell.trace.commands if c.order in readers)
    traced = traced or any(definition.traced for definition in assignments(item.login.password))
    if traced:
        detail = "the script is traced (set -x) where the credential is expanded"
        item.reasons.append(context.reason("traced", detail, "the token"))
    shown = _displayed(facts, context, item)
    if shown:
        detail = f"{shown} is printed elsewhere in the step"
        item.reasons.append(context.reason("traced", detail, shown))


def _displayed(facts: StepFacts, context: Context, item: Judged) -> str | None:
    secret = set(item.password.stored)
    for shell in facts.shells:
        for command in shell.trace.commands:
            if command.name not in context.book.programs.displays or command.consumed:
                continue
            if any(output.path.text not in ("/dev/stdout", "/dev/stderr", "/dev/tty") for output in command.outputs):
                continue
            for argument in command.arguments:
                for piece in argument.value.pieces:
                    if isinstance(piece, Input) and piece.name in secret:
                        return piece.name
    return None

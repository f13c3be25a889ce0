"""Variables that have the name of a native one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.findings.records import Finding
from migrator.ir.values import Input
from migrator.reading.steps import Shell, StepFacts
from migrator.rules.context import Context
from migrator.text.source import Span


class Shadow(Struct, frozen=True):
    """An assignment in a shell of the step, or a variable declared around it (`shell` None, `span` in the file)."""

    name: str
    shell: Shell | None
    span: Span
    stored: tuple[str, ...] = ()


def shadowing(facts: StepFacts, context: Context) -> Iterator[Shadow]:
    """Where the step, or what is around it, sets a variable that has a native name to something else."""
    natives = context.book.natives
    for shell in facts.shells:
        for definition in shell.trace.definitions:
            if definition.name not in natives or definition.order < 0:
                continue
            pieces = list(definition.value.pieces)
            if pieces and all(isinstance(piece, Input) and piece.name == definition.name for piece in pieces):
                continue
            stored = tuple(piece.name for piece in pieces if isinstance(piece, Input))
            yield Shadow(definition.name, shell, definition.word.span if definition.word else Span(0, 0), stored)
    for name, at in facts.step.variables:
        if name in natives:
            yield Shadow(name, None, Span(at, at + len(name)))


def audit(facts: StepFacts, context: Context) -> Iterator[Finding]:
    """A finding for each assignment of the step, and for each variable that is declared around it."""
    for shadow in shadowing(facts, context):
        who = f"{facts.step.declared} declares" if shadow.shell is None else "the script sets"
        yield context.finding(
            "shadowed-native-variable",
            facts.pipelines.source if shadow.shell is None else shadow.shell.script.source_at(shadow.span),
            shadow.span if shadow.shell is None else shadow.shell.script.shown(shadow.span),
            f"{who} {shadow.name}, the name of a variable that Pipelines provides",
            reasons=[context.reason("shadowed", f"{shadow.name} may override the native variable", shadow.name)],
            variables=shadow.stored,
            uses=facts.uses,
        )

"""Variables that a step sets, and that have the name of a native one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from migrator.ir.values import Input
from migrator.reading.steps import StepFacts
from migrator.text.source import Source, Span


class Shadow(Struct, frozen=True):
    """`declared` around the step; an assignment of a script otherwise, of what is `stored`."""

    name: str
    source: Source
    span: Span
    declared: bool
    stored: tuple[str, ...] = ()


def shadows(step: StepFacts, natives: Collection[str]) -> Iterator[Shadow]:
    """Where the step, or what is around it, sets a variable that has a native name to something else."""
    for shell in step.shells:
        for definition in shell.trace.definitions:
            if definition.name not in natives:
                continue
            pieces = list(definition.value.pieces)
            if pieces and all(isinstance(piece, Input) and piece.name == definition.name for piece in pieces):
                continue
            stored = tuple(piece.name for piece in pieces if isinstance(piece, Input))
            span = definition.word.span if definition.word else Span(0, 0)
            script = shell.script
            yield Shadow(definition.name, script.source_at(span), script.shown(span), False, stored)
    for name, at in step.step.variables:
        if name in natives:
            yield Shadow(name, step.pipelines.source, Span(at, at + len(name)), True)

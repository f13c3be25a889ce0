"""Variables that have the name of a native one."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.findings.records import Finding
from migrator.fixes.context import Context
from migrator.reading.shadows import shadows
from migrator.rulebook.records import Rule


def check(rule: Rule, context: Context) -> Iterator[Finding]:
    """A finding for each assignment of a step, and for each variable that is declared around it."""
    for step in context.steps:
        for shadow in shadows(step, context.book.natives):
            who = f"{step.step.declared} declares" if shadow.declared else "the script sets"
            yield rule.finding(
                shadow.source,
                shadow.span,
                f"{who} {shadow.name}, the name of a variable that {context.platform.name} provides",
                reasons=[context.reason("shadowed", f"{shadow.name} may override the native variable", shadow.name)],
                variables=shadow.stored,
                uses=step.uses,
            )

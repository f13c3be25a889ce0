"""Credentials that leave the step: for a server, a cluster, an artifact, a later step."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.findings.counting import several
from migrator.findings.records import Finding
from migrator.fixes.context import Context
from migrator.fixes.departures import departures
from migrator.rulebook.records import Rule


def check(rule: Rule, context: Context) -> Iterator[Finding]:
    """What hands a Packages credential to something that outlives the step, or may."""
    for facts in context.steps:
        for one in departures(facts, context):
            names = several(f"${name}" for name in one.stored) or "the credential"
            lasting = f"the step passes {names} to {one.what}, which outlives the step"
            yield rule.finding(
                one.source,
                one.span,
                lasting if one.lasting else f"{one.who} gets {names} for {one.what}",
                reasons=[context.reason("leaves-step", f"the credential becomes {one.what}", one.who)],
                variables=one.stored,
                uses=facts.uses,
            )

"""Logins to Packages whose password is written out."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.findings.records import Finding
from migrator.fixes.judged_command import RuleContext
from migrator.rulebook.records import Rule


def check(rule: Rule, context: RuleContext) -> Iterator[Finding]:
    """A finding for each login command that is given a literal password, on one way at least."""
    for step in context.steps:
        for one in context.judged(step):
            if one.literal:
                where = f"{one.login.login.client} logs in to {one.login.login.host}"
                message = f"{where} with a hardcoded token; revoke it, a fix doesn't"
                yield one.finding(rule, context, message)

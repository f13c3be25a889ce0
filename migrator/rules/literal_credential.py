"""Logins to Packages whose password is written out, in a step or in a file in which a client keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.findings.records import Finding
from migrator.fixes.judged_command import RuleContext
from migrator.rulebook.records import Rule
from migrator.sinks.committed_tokens import is_kept, written_token


def check(rule: Rule, context: RuleContext) -> Iterator[Finding]:
    """A finding for each login command that is given a literal password, on one way at least, and for each file with
    one."""
    yield from _kept(rule, context)
    for step in context.steps:
        for one in context.judged(step):
            if one.literal:
                where = f"{one.login.login.client} logs in to {one.login.login.host}"
                message = f"{where} with a hardcoded token; revoke it, a fix doesn't"
                yield one.finding(rule, context, message)


def _kept(rule: Rule, context: RuleContext) -> Iterator[Finding]:
    for path in context.files.paths:
        source = context.source(path) if is_kept(path) else None
        found = written_token(path, source.text, context.book) if source else None
        if source and found:
            message = f"{path} holds a hardcoded token for {found.host}; revoke it, a fix doesn't"
            reason = context.reason("committed-token", f"the token is in {path}", path)
            yield rule.finding(source, found.span, message, reasons=[reason], registry=found.host)

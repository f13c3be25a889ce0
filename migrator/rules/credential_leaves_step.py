"""Credentials that leave the step: for a server, a cluster, an artifact, a later step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrator.findings.records import Finding
from migrator.fixes.context import Context
from migrator.flow.events import Command
from migrator.ir.values import Input, Value
from migrator.reading.steps import Shell, StepFacts
from migrator.rulebook.records import Rule, RuleBook
from migrator.rulebook.sinks import Role
from migrator.sinks.escapes import Escaped, escapes
from migrator.sinks.packages import host_of
from migrator.sinks.shown import visible_text

_LOGIN = re.compile(r"\blogin\b")


def check(rule: Rule, context: Context) -> Iterator[Finding]:
    """Commands that hand a Packages credential to something that outlives the step."""
    for facts in context.steps:
        for shell in facts.shells:
            for command in shell.trace.commands:
                for escaped in escapes(command, context.book):
                    stored = _handed_on(escaped, context)
                    if stored is not None:
                        yield _finding(rule, facts, context, shell, command, escaped.escape.what, stored)
                written = _output_variables(command, context)
                if written:
                    yield _finding(rule, facts, context, shell, command, "a variable of later steps", written)


def _finding(
    rule: Rule, facts: StepFacts, context: Context, shell: Shell, command: Command, what: str, stored: Sequence[str]
) -> Finding:
    names = " and ".join(f"${name}" for name in stored) or "the credential"
    return rule.finding(
        shell.script.source_at(command.span),
        shell.script.shown(command.span),
        f"{what}, which outlives the step, is given {names}",
        reasons=[context.reason("leaves-step", f"the credential becomes {what}", command.name)],
        variables=stored,
        uses=facts.uses,
    )


def _handed_on(escaped: Escaped, context: Context) -> tuple[str, ...] | None:
    """The stored variables that the command takes along; None where it takes no Packages credential."""
    book = context.book
    scripts = [sink.value for sink in escaped.of(Role.SCRIPT)]
    text = " ".join(map(visible_text, scripts))
    hosts = {host for registry in book.registries for host in registry.hosts}
    if _LOGIN.search(text) and any(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", text) for host in hosts):
        return _stored(scripts, book)
    stored = _stored([sink.value for sink in escaped.of(Role.CREDENTIAL)], book)
    if escaped.escape.has(Role.HOST):
        named = {host_of(row) for sink in escaped.of(Role.HOST) for row in sink.value.alternatives}
        return stored if any(host is not None and book.registry(host) for host in named) else None
    return tuple(name for name in stored if name in context.credentials) or None


def _output_variables(command: Command, context: Context) -> tuple[str, ...]:
    """Credentials that are written to the file of the step's output variables."""
    name = f"${{{context.book.outputs_variable}}}"
    for output in command.outputs:
        if output.path.symbol() == name:
            return tuple(name for name in _stored([output.content], context.book) if name in context.credentials)
    return ()


def _stored(values: Sequence[Value], book: RuleBook) -> tuple[str, ...]:
    names = dict.fromkeys(piece.name for value in values for piece in value.pieces if isinstance(piece, Input))
    return tuple(name for name in names if name not in book.natives)

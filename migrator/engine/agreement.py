"""Text that several steps run is edited only where each of them wants the same edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from msgspec.structs import replace

from migrator.findings.records import Finding, Reason
from migrator.reading.steps import Shell, StepFacts
from migrator.rules.context import Context
from migrator.text.edits import Edit
from migrator.text.source import Span


def agreed(
    merged: Sequence[Finding],
    found: Sequence[tuple[StepFacts, Finding]],
    facts: Sequence[StepFacts],
    context: Context,
) -> list[Finding]:
    """The findings, without fixes where an edit would change what another step does. `found` says which step wants
    which finding."""
    wanted: dict[Edit, set[int]] = {}
    for fact, finding in found:
        for edit in finding.edits:
            wanted.setdefault(edit, set()).add(id(fact))
    runs = cache(_run)
    reason = context.reason("registry-unresolved", "the steps that share this login need different changes")

    def disputed(edit: Edit) -> bool:
        others = [fact for fact in facts if id(fact) not in wanted.get(edit, ())]
        return any(_touches(shell, edit, runs) for fact in others for shell in fact.shells)

    return [_blocked(one, reason) if one.edits and any(map(disputed, one.edits)) else one for one in merged]


def _blocked(finding: Finding, reason: Reason) -> Finding:
    return replace(finding, reasons=(*finding.reasons, reason), edits=(), changes=())


def _touches(shell: Shell, edit: Edit, runs: Callable[[Shell], frozenset[tuple[str, Span]]]) -> bool:
    parts = (*shell.script.parts, *shell.script.called)
    if not any(part.source.path == edit.path and part.span.contains(edit.span) for part in parts):
        return False
    return any(path == edit.path and span.contains(edit.span) for path, span in runs(shell))


def _run(shell: Shell) -> frozenset[tuple[str, Span]]:
    """What of the files a shell runs: the places of its commands and of the values that it assigns."""
    return frozenset(_places(shell))


def _places(shell: Shell) -> Iterator[tuple[str, Span]]:
    spans = {command.span for command in shell.trace.commands}
    spans |= {definition.word.span for definition in shell.trace.definitions if definition.word}
    spans |= {presence.name_span for presence in shell.trace.presences}
    for span in spans:
        yield shell.script.source_at(span).path, shell.script.shown(span)

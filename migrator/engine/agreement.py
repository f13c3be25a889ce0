"""Text that several steps run is edited only where each of them wants the same edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from migrator.findings.records import Finding, Use
from migrator.fixes.context import Context
from migrator.reading.steps import Shell
from migrator.text.edits import Edit
from migrator.text.source import Span


def agreed(merged: Sequence[Finding], found: Iterable[Finding], context: Context) -> list[Finding]:
    """The findings, without fixes where an edit would change what another step does. `found` are the findings before
    they were merged, each of one step."""
    wanted: dict[Edit, set[Use]] = {}
    for finding in found:
        for edit in finding.edits:
            wanted.setdefault(edit, set()).update(finding.uses)
    runs = cache(_run)
    reason = context.reason("registry-unresolved", "the steps that share this login need different changes")

    def disputed(edit: Edit) -> bool:
        others = (step for step in context.steps if wanted.get(edit, set()).isdisjoint(step.uses))
        return any(_touches(shell, edit, runs) for step in others for shell in step.shells)

    return [one.blocked(reason) if any(map(disputed, one.edits)) else one for one in merged]


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
    spans |= {presence.span for presence in shell.trace.presences}
    for span in spans:
        yield shell.script.source_at(span).path, shell.script.shown(span)

"""Text that several steps run is edited only where each of them wants the same edit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from migrator.findings.records import Finding, Use
from migrator.fixes.context import Context
from migrator.reading.steps import Shell, StepFacts
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
    shells = _Shells(context.steps)
    reason = context.reason("registry-unresolved", "the steps that share this login need different changes")

    def disputed(edit: Edit) -> bool:
        mine = wanted.get(edit, set())
        others = (shell for step, shell in shells.around(edit) if mine.isdisjoint(step.uses))
        return any(path == edit.path and span.contains(edit.span) for shell in others for path, span in runs(shell))

    return [one.blocked(reason) if any(map(disputed, one.edits)) else one for one in merged]


class _Shells:
    """Which shells run what stands around a place. Of a file, their parts are in the order in which they begin, each
    with where the last of those so far ends, so that only parts near the place are looked at."""

    def __init__(self, steps: Iterable[StepFacts]) -> None:
        found: dict[str, dict[Span, list[tuple[StepFacts, Shell]]]] = {}
        for step in steps:
            for shell in step.shells:
                parts = {(part.source.path, part.span) for part in (*shell.script.parts, *shell.script.called)}
                for path, span in parts:
                    found.setdefault(path, {}).setdefault(span, []).append((step, shell))
        self._parts = {path: sorted(spans.items(), key=lambda one: one[0]) for path, spans in found.items()}
        self._ends = {path: list(accumulate((one.end for one, _ in of), max)) for path, of in self._parts.items()}

    def around(self, edit: Edit) -> Iterator[tuple[StepFacts, Shell]]:
        parts, ends = self._parts.get(edit.path, []), self._ends.get(edit.path, [])
        at = bisect_right(parts, edit.span.start, key=lambda one: one[0].start)
        while at and ends[at - 1] >= edit.span.end:
            at -= 1
            if parts[at][0].contains(edit.span):
                yield from parts[at][1]


def _run(shell: Shell) -> frozenset[tuple[str, Span]]:
    """What of the files a shell runs: the places of its commands and of the values that it assigns."""
    return frozenset(_places(shell))


def _places(shell: Shell) -> Iterator[tuple[str, Span]]:
    spans = {command.span for command in shell.trace.commands}
    spans |= {definition.word.span for definition in shell.trace.definitions if definition.word}
    spans |= {presence.span for presence in shell.trace.presences}
    for span in spans:
        yield shell.script.source_at(span).path, shell.script.shown(span)

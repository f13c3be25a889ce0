"""The lines that the fix of one finding changes, for people: masked, and in time that its own lines decide alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from migrator.findings.masking import rewritten
from migrator.findings.records import Finding, Report
from migrator.text.edits import Edit, splice
from migrator.text.mask import mask, named, printable
from migrator.text.source import Source, Span

_AROUND = 2
_LINES = 60
_LENGTH = 300


def hunks(finding: Finding, report: Report) -> str:
    """Each change with the lines around it, as `@@ line 12 @@` and lines that begin with a blank, `-` or `+`; '' for a
    finding without a fix. Printable, and bounded."""
    paths = list(dict.fromkeys(edit.path for edit in finding.edits))
    lines: list[str] = []
    for path in paths:
        source = report.sources.get(path)
        if source is not None:
            lines += [named(path)] if len(paths) > 1 else []
            for group in _groups(source, [edit for edit in finding.edits if edit.path == path]):
                lines += _hunk(source, group, report)
    more = [f"… and {len(lines) - _LINES} lines more"] if len(lines) > _LINES else []
    return "\n".join([*(_bounded(line) for line in lines[:_LINES]), *more])


def _groups(source: Source, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits whose surroundings meet."""
    group: list[Edit] = []
    last = 0
    for edit in sorted(set(edits)):
        first = source.position(edit.span.start).line
        if group and first - last > 2 * _AROUND:
            yield group
            group = []
        group.append(edit)
        last = source.position(edit.span.end).line
    if group:
        yield group


def _hunk(source: Source, edits: Sequence[Edit], report: Report) -> Iterator[str]:
    first = max(1, source.position(edits[0].span.start).line - _AROUND)
    last = source.position(edits[-1].span.end).line + _AROUND
    start = source.line_span(first).start
    end = source.line_span(last).end if last <= source.position(len(source.text)).line else len(source.text)
    text = source.text[start:end]
    inside = [replace(edit, span=Span(edit.span.start - start, edit.span.end - start)) for edit in edits]
    secrets = report.secrets.get(edits[0].path, ())
    held = [Span(max(one.start - start, 0), one.end - start) for one in secrets if one.end > start and one.start < end]
    made_of = splice(text, inside)
    before, after = mask(text, held), mask(made_of, rewritten(report, held, inside, made_of))
    from difflib import unified_diff  # what prints no change is spared the import

    made = unified_diff(before.splitlines(), after.splitlines(), n=_AROUND, lineterm="")
    body = list(made)[3:]
    if body:
        yield f"@@ line {first} @@"
    yield from body


def _bounded(line: str) -> str:
    shown = printable(line)
    return shown if len(shown) <= _LENGTH else f"{shown[:_LENGTH]}…"

"""What is found as diagnostics, as editors show them below the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lsprotocol import types

from migrator.findings.records import Finding, Severity
from migrator.lsp.opened import EditorAnswer
from migrator.lsp.positions import of_place, range_of
from migrator.text.edits import Edit
from migrator.text.mask import printable
from migrator.text.patterns import regex
from migrator.text.source import Position, Span

NAME = "patless"
_SEVERITIES: Mapping[Severity, types.DiagnosticSeverity] = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
_PAGE = regex(r"https?://[\w.~:/?#@%&=+-]{1,500}")
_MOST = 20
"""Other places that one diagnostic names."""


def diagnostics(answer: EditorAnswer, path: str) -> list[types.Diagnostic]:
    """Of one open file, in its order."""
    analysis = answer.analysis
    if analysis is None:
        return [_of_file(answer, path, None, answer.failure)] if answer.failure else []
    skipped = (one for one in analysis.report.skipped if one.path == path)
    found = [_of_file(answer, path, one.position, f"not read: {one.error}") for one in skipped]
    found += [_of_finding(answer, one) for one in analysis.report.findings if one.path == path]
    found += [_note(answer, path, note.line, note.text) for note in analysis.notes if note.path == path]
    return sorted(found, key=lambda one: (one.range.start.line, one.range.start.character))


def page(answer: EditorAnswer, rule: str) -> str:
    """The address of a rule's page, '' for none that an editor is to open: a repository can bring rules."""
    known = answer.analysis.book.rules.get(rule) if answer.analysis else None
    return known.url if known and _PAGE.fullmatch(known.url) else ""


def place_of(answer: EditorAnswer, finding: Finding) -> types.Range:
    source = answer.source(finding.path)
    return range_of(source, finding.span) if source else types.Range(types.Position(0, 0), types.Position(0, 0))


def _of_finding(answer: EditorAnswer, finding: Finding) -> types.Diagnostic:
    address = page(answer, finding.rule)
    reasons = dict.fromkeys(f"{reason.code}: {reason.detail}" for reason in finding.reasons)
    return types.Diagnostic(
        range=place_of(answer, finding),
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(address) if address else None,
        source=NAME,
        message=printable("\n".join((f"{finding.message} [{finding.verdict}]", *reasons))),
        related_information=list(_related(answer, finding))[:_MOST] or None,
    )


def _related(answer: EditorAnswer, finding: Finding) -> Iterator[types.DiagnosticRelatedInformation]:
    if len(finding.uses) > 1 or any(use.path != finding.path for use in finding.uses):
        for use in finding.uses:
            at = of_place(answer.source(use.path), use.position)
            yield _information(answer, use.path, types.Range(at, at), "runs here")
    for edit in sorted(finding.edits):
        place = _edited(answer, edit)
        if edit.path != finding.path or not finding.position.line - 1 <= place.start.line < finding.end.line:
            yield _information(answer, edit.path, place, "the fix changes this too")


def _edited(answer: EditorAnswer, edit: Edit) -> types.Range:
    source = answer.source(edit.path)
    return range_of(source, edit.span) if source else types.Range(types.Position(0, 0), types.Position(0, 0))


def _information(answer: EditorAnswer, path: str, at: types.Range, message: str) -> types.DiagnosticRelatedInformation:
    return types.DiagnosticRelatedInformation(types.Location(answer.uri_of(path), at), message)


def _of_file(answer: EditorAnswer, path: str, at: Position | None, message: str) -> types.Diagnostic:
    """Something that keeps a file from being read, at its beginning where no place is known."""
    start = of_place(answer.source(path), at)
    severity = types.DiagnosticSeverity.Error
    return types.Diagnostic(types.Range(start, start), printable(message), severity=severity, source=NAME)


def _note(answer: EditorAnswer, path: str, line: int, message: str) -> types.Diagnostic:
    source = answer.source(path)
    span = source.line_span(line) if source and line else Span(0, 0)
    text = source.text[span.start : span.end] if source else ""
    shown = Span(span.start + len(text) - len(text.lstrip()), span.start + len(text.rstrip())) if text.strip() else span
    at = range_of(source, shown) if source else types.Range(types.Position(0, 0), types.Position(0, 0))
    severity = types.DiagnosticSeverity.Information
    return types.Diagnostic(at, printable(message), severity=severity, source=NAME)

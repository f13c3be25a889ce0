"""The last line of defence before output: every literal credential of a report, wherever its text comes back."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from migrator.findings.records import Finding, Report
from migrator.text import literals
from migrator.text.edits import Edit
from migrator.text.source import Span


def masked(report: Report) -> Report:
    """`report` with secrets that cover every repetition of a literal, and with none left in a message.

    Edits are what would be written, and stay.
    """
    known = report.literals
    if not known.by_start:
        return report
    return replace(
        report,
        secrets=literals.everywhere(report.sources, report.secrets, report.ordinary),
        findings=scrubbed(report.findings, report),
        skipped=tuple(replace(one, error=known.scrub(one.error)) for one in report.skipped),
        left_out=tuple(replace(one, why=known.scrub(one.why)) for one in report.left_out),
        packages=tuple(replace(one, name=known.scrub(one.name), why=known.scrub(one.why)) for one in report.packages),
    )


def recalling(report: Report, before: Report) -> Report:
    """A masked `report` on files that were written since the one `before`, whose literals stay secrets in it: one that
    is no longer used may still stand in a comment."""
    known = before.literals
    found = {
        path: literals.apart((*report.secrets.get(path, ()), *known.spans(one.text)))
        for path, one in report.sources.items()
    }
    return replace(
        report,
        secrets=dict(report.secrets) | {path: spans for path, spans in found.items() if spans},
        findings=scrubbed(report.findings, before),
    )


def scrubbed(findings: Iterable[Finding], report: Report) -> tuple[Finding, ...]:
    """Findings about files of `report` without a literal credential of it in what they say."""
    return tuple(finding.scrubbed(report.literals.scrub) for finding in findings)


def shows_none(finding: Finding, report: Report) -> bool:
    """Whether the text that the fix writes is without a literal credential, so that it can be shown as it is."""
    return not any(True for edit in finding.edits for _ in report.literals.spans(edit.text))


def rewritten(report: Report, secrets: Iterable[Span], edits: Iterable[Edit], text: str) -> tuple[Span, ...]:
    """Where the secrets of a file stand in its `text` once the edits are made, those that the edits write included."""
    return literals.apart((*after_edits(secrets, edits), *report.literals.spans(text)))


def after_edits(secrets: Iterable[Span], edits: Iterable[Edit]) -> tuple[Span, ...]:
    """Where the secrets of a file stand once the edits of that file are made; what an edit replaces is gone."""
    ordered = sorted({(edit.span.start, edit.span.end, len(edit.text)) for edit in edits})
    moved: list[Span] = []
    for secret in secrets:
        at, shift = secret.start, 0
        for start, end, length in ordered:
            if end <= secret.start:
                shift += length - (end - start)
            elif start < secret.end:
                if at < start:
                    moved.append(Span(at + shift, start + shift))
                at, shift = max(at, end), shift + length - (end - start)
        if at < secret.end:
            moved.append(Span(at + shift, secret.end + shift))
    return tuple(moved)

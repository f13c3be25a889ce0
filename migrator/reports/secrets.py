"""The last line of defence before output: every literal credential of a report, wherever its text comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from migrator.findings.records import Finding, Report
from migrator.text import literals
from migrator.text.edits import Edit
from migrator.text.mask import placeholder
from migrator.text.source import Span


def masked(report: Report) -> Report:
    """`report` with secrets that cover every repetition of a literal, and with none left in a message.

    Edits are what would be written, and stay.
    """
    pattern = literals.pattern(report.sources, report.secrets)
    if pattern is None:
        return report
    return replace(
        report,
        secrets=literals.everywhere(report.sources, report.secrets),
        findings=scrubbed(report.findings, report),
        skipped=tuple(replace(one, error=_scrub(one.error, pattern)) for one in report.skipped),
        packages=tuple(
            replace(one, name=_scrub(one.name, pattern), why=_scrub(one.why, pattern)) for one in report.packages
        ),
    )


def scrubbed(findings: Iterable[Finding], report: Report) -> tuple[Finding, ...]:
    """Findings about files of `report` without a literal credential of it in what they say."""
    pattern = literals.pattern(report.sources, report.secrets)
    return tuple(findings if pattern is None else (_scrubbed(finding, pattern) for finding in findings))


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


def _scrubbed(finding: Finding, pattern: re.Pattern[str]) -> Finding:
    return replace(
        finding,
        message=_scrub(finding.message, pattern),
        reasons=tuple(
            replace(reason, detail=_scrub(reason.detail, pattern), subject=_scrub(reason.subject, pattern))
            for reason in finding.reasons
        ),
        assumptions=tuple(_scrub(assumption, pattern) for assumption in finding.assumptions),
        registry=finding.registry and _scrub(finding.registry, pattern),
    )


def _scrub(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: placeholder(len(match[0])), text)

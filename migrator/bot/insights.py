"""The findings as a Code Insights report."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.bitbucket.reports import MOST, Annotation, InsightsReport
from migrator.bot.changes import line_range
from migrator.bot.words import headline
from migrator.findings.counting import Counts, in_order
from migrator.findings.records import Finding, Report, Severity
from migrator.findings.snippet import fingerprints
from migrator.text.mask import printable

ID = "patless"
_SEVERITIES = {Severity.ERROR: "HIGH", Severity.WARNING: "MEDIUM", Severity.NOTE: "LOW"}
_SUMMARY, _DETAILS = 400, 2000
"""Characters of an annotation. What Bitbucket allows is not documented."""


def insights(report: Report, where: str, passed: bool) -> InsightsReport:
    """A report with an annotation for each finding, as far as there is room; its details say how many were left out."""
    findings = in_order(report.findings)
    counts = Counts.of(findings)
    details = f"patless: {headline(report, where)}"
    if len(findings) > MOST:
        details += f" The report annotates the first {MOST:,} and leaves out {len(findings) - MOST:,}."
    if report.skipped:
        details += f" patless could not read {len(report.skipped)}."
    data = (
        ("Findings", counts.findings),
        ("Safe to fix", counts.safe),
        ("Unsafe", counts.unsafe),
        ("Report-only", counts.report_only),
        ("Not annotated", max(0, len(findings) - MOST)),
        ("Files not read", len(report.skipped)),
    )
    return InsightsReport(
        "Logins to Bitbucket Packages with stored tokens", details, passed, data, _annotations(findings, report)
    )


def _annotations(findings: Sequence[Finding], report: Report) -> tuple[Annotation, ...]:
    keys = fingerprints(findings, report.sources, report.secrets)
    return tuple(
        Annotation(
            id=f"patless-{key}",
            path=finding.path.encode("utf-8", "replace").decode(),
            line=line_range(report.sources[finding.path], finding.span)[0],
            severity=_SEVERITIES[finding.severity],
            summary=_cut(f"{finding.rule} ({finding.verdict}): {finding.message}", _SUMMARY),
            details=_cut(_details(finding), _DETAILS),
        )
        for finding, key in zip(findings[:MOST], keys[:MOST], strict=True)
    )


def _details(finding: Finding) -> str:
    held = [f"Needs review ({reason.code}): {reason.detail}" for reason in finding.reasons]
    ways = f"Run `patless explain {finding.reasons[0].code if finding.reasons else finding.rule}` for more."
    fix = ["Run `patless fix` to fix it."] if finding.edits and not finding.reasons else []
    return " ".join((*held, *fix, ways))


def _cut(text: str, most: int) -> str:
    line = printable(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"

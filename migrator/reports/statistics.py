"""How many findings there are of each rule and verdict, and how many each reason holds back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from migrator.findings.counting import Counts
from migrator.findings.records import Finding, Report, Verdict
from migrator.reports.paint import Paint
from migrator.reports.text import closing


def table(report: Report, paint: Paint = Paint(), *, unsafe: bool = False, quiet: bool = False) -> str:
    """The most frequent first; without findings, and unless `quiet`, the sentence that `check` ends with."""
    rules = _rules(report.findings)
    blocks = []
    if rules:
        rows = [(rule, *(str(number) for number in (one.safe, one.unsafe, one.report_only))) for rule, one in rules]
        blocks.append(_aligned([("rule", *map(str, Verdict)), *rows], paint))
    if reasons := Counts.of(report.findings).reasons:
        blocks.append(_aligned([("reason", "findings"), *((code, str(number)) for code, number in reasons)], paint))
    if not quiet:
        blocks.append("\n".join(closing(report, unsafe, paint)))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def document(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "rules": {
            rule: {
                "findings": one.findings,
                "safe": one.safe,
                "unsafe": one.unsafe,
                "report_only": one.report_only,
            }
            for rule, one in _rules(findings)
        },
        "reasons": dict(Counts.of(findings).reasons),
    }


def _rules(findings: Iterable[Finding]) -> list[tuple[str, Counts]]:
    by_rule = defaultdict[str, list[Finding]](list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    counted = [(rule, Counts.of(found)) for rule, found in by_rule.items()]
    return sorted(counted, key=lambda item: (-item[1].findings, item[0]))


def _aligned(rows: Sequence[Sequence[str]], paint: Paint) -> str:
    """The first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
    return "\n".join([paint.bold(lines[0]), *lines[1:]])

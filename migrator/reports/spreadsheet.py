"""Findings as a table for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.findings.counting import in_order
from migrator.findings.records import Finding, Report
from migrator.reports import csv

if TYPE_CHECKING:
    from migrator.fleet.records import SeenFinding

HEADS = (
    *("path", "line", "column", "rule", "severity", "verdict", "reasons", "variables", "registry", "message"),
    "assumptions",
)


def findings(report: Report) -> str:
    return csv.table((HEADS, *map(row, in_order(report.findings))))


def row(one: Finding | SeenFinding) -> tuple[str | int, ...]:
    """A cell for each of `HEADS`. Reasons and variables are apart by blanks, assumptions by ` | `."""
    return (
        one.path,
        one.position.line,
        one.position.column,
        one.rule,
        str(one.severity),
        str(one.verdict),
        " ".join(dict.fromkeys(reason.code for reason in one.reasons)),
        " ".join(one.variables),
        one.registry or "",
        one.message,
        " | ".join(one.assumptions),
    )

"""Code Insights: a report on a commit, with annotations on lines of its files.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/; that a report has at most 1,000 annotations,
sent in hundreds, that those of before stay until they are deleted, and that title and details are needed is from
BITBUCKET_API.md section 2.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

MOST = 1000
"""Annotations of a report."""
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Annotation:
    """`id` is its own within the report. `severity` is CRITICAL, HIGH, MEDIUM or LOW; `line` from 1."""

    id: str
    path: str
    line: int
    severity: str
    summary: str
    details: str


@dataclass(frozen=True, slots=True)
class InsightsReport:
    """`passed` is what Bitbucket shows as PASSED or FAILED. `data` are names with numbers, at most 10."""

    title: str
    details: str
    passed: bool
    data: tuple[tuple[str, int], ...]
    annotations: tuple[Annotation, ...]


def replace(client: Client, workspace: str, repository: str, commit: str, id: str, report: InsightsReport) -> None:
    """Put a report in the place of the one of before, whole. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "commit", commit, "reports", id)
    try:
        client.delete(path)
    except ApiError as error:
        if error.kind is not Cause.MISSING:
            raise
    client.put(path, _report(id, report))
    for at in range(0, len(report.annotations), _AT_ONCE):
        client.post_json(f"{path}/annotations", _annotations(report.annotations[at : at + _AT_ONCE]))


def _report(id: str, report: InsightsReport) -> dict[str, object]:
    return {
        "type": "report",
        "external_id": id,
        "title": report.title,
        "details": report.details,
        "reporter": "patless",
        "report_type": "SECURITY",
        "result": "PASSED" if report.passed else "FAILED",
        "data": [{"title": name, "type": "NUMBER", "value": value} for name, value in report.data],
    }


def _annotations(annotations: Sequence[Annotation]) -> list[dict[str, object]]:
    return [
        {
            "type": "report_annotation",
            "external_id": one.id,
            "annotation_type": "VULNERABILITY",
            "path": one.path,
            "line": one.line,
            "severity": one.severity,
            "summary": one.summary,
            "details": one.details,
        }
        for one in annotations
    ]

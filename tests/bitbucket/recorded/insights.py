"""Code Insights: reports and annotations, with nine digits of a second."""

from __future__ import annotations

from tests.bitbucket.recorded.recording import DESKTOP, SITE, Recording, page, uuid

_MOMENT = "2026-11-24T12:22:46.986111559Z"
_REPORT = {
    "uuid": uuid("patless"),
    "title": "Packages",
    "details": "What was found",
    "external_id": "patless",
    "reporter": "patless",
    "report_type": "SECURITY",
    "result": "FAILED",
    "remote_link_enabled": False,
    "data": [{"title": "Logins", "type": "NUMBER", "value": 1}],
    "created_on": _MOMENT,
    "updated_on": _MOMENT,
    "type": "report",
}
_ANNOTATION = {
    "external_id": "a1",
    "uuid": uuid("a1"),
    "report": {"uuid": uuid("patless"), "title": "Packages"},
    "annotation_type": "VULNERABILITY",
    "path": "bitbucket-pipelines.yml",
    "line": 12,
    "summary": "A stored token",
    "severity": "HIGH",
    "created_on": _MOMENT,
    "updated_on": _MOMENT,
}
REPORT = Recording("report", DESKTOP, _REPORT)
REPORTS = Recording("reports", DESKTOP, page(_REPORT, pagelen=1))
LINKED_REPORTS = Recording("reports", DESKTOP, page(_REPORT | {"link": f"{SITE}/report"}), whole=False)
ANNOTATIONS = Recording("annotations", DESKTOP, page(_ANNOTATION, pagelen=1))
ANNOTATED = Recording("annotations made", DESKTOP, [_ANNOTATION])

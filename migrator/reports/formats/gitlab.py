"""A Code Quality report of GitLab, which shows what is new in a merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from migrator.findings.counting import in_order
from migrator.findings.records import Severity, Skipped
from migrator.findings.snippet import fingerprints
from migrator.reports.document import Findings, Subject
from migrator.reports.formats.told import told
from migrator.reports.paint import Paint
from migrator.text.mask import named, printable

_LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "minor"}


def write(subject: Subject, _: Paint = Paint()) -> str:
    return render(subject.found())


def render(found: Findings) -> str:
    """A list with an entry for each finding, and for each file that could not be read."""
    report = found.report
    findings = in_order(report.findings)
    prints = fingerprints(findings, report.sources, report.secrets)
    entries = [
        {
            "description": printable("; ".join((one.message, *(line.strip() for line in told(one, found.reasons))))),
            "check_name": one.rule,
            "fingerprint": fingerprint,
            "severity": _LEVELS[one.severity],
            "location": _location(one.path, one.position.line, one.end.line),
        }
        for one, fingerprint in zip(findings, prints, strict=True)
    ]
    entries += map(_skipped, sorted(set(report.skipped), key=lambda one: (one.path, one.error)))
    return json.dumps(entries, indent=2) + "\n"


def _skipped(one: Skipped) -> dict[str, Any]:
    line = one.position.line if one.position else 1
    return {
        "description": printable(f"patless could not read this file: {one.error}"),
        "check_name": "not-read",
        "fingerprint": hashlib.sha256(f"{one.path}\0{one.error}".encode(errors="surrogateescape")).hexdigest(),
        "severity": "major",
        "location": _location(one.path, line, line),
    }


def _location(path: str, begin: int, end: int) -> dict[str, Any]:
    return {"path": named(os.path.normpath(path)), "lines": {"begin": begin, "end": end}}

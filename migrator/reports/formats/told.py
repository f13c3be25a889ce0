"""Why a finding needs review and what to do, in lines, for formats that show a finding in one piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.findings.records import Finding
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out


def told(finding: Finding, reasons: Mapping[str, ReasonEntry]) -> Iterator[str]:
    for reason in finding.reasons:
        yield f"{reason.code}: {reason.detail}"
        if reason.code in reasons:
            ways = ways_out(reasons[reason.code], reason.subject, finding=finding)
            yield from (f"  {label}: {way}" for label, way in ways)

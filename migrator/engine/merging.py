"""One finding for each place: what the steps that share its text say together."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from migrator.findings.records import Finding, blocking
from migrator.fixes.context import Context

_TUPLES = ("assumptions", "variables", "remaining", "uses", "changes", "checks")


def merge(findings: Iterable[Finding], context: Context) -> list[Finding]:
    """The findings in the order of the files, each with the reasons and edits of all that stand in its place."""
    merged: dict[object, Finding] = {}
    for finding in findings:
        key = finding.place
        merged[key] = _both(merged[key], finding, context) if key in merged else finding
    return sorted(merged.values(), key=lambda finding: (finding.path, finding.span, finding.rule))


def _both(first: Finding, second: Finding, context: Context) -> Finding:
    reasons = dict.fromkeys((*first.reasons, *second.reasons))
    edits = {*first.edits, *second.edits}
    if not blocking(reasons) and _piped(first, second) and first.edits != second.edits:
        reasons[context.reason("pipe-layout", "the steps that share this login need different changes")] = None
    joined = {name: tuple(dict.fromkeys((*getattr(first, name), *getattr(second, name)))) for name in _TUPLES}
    if blocking(reasons):
        edits, joined["changes"] = set(), ()
    return replace(first, reasons=tuple(reasons), edits=tuple(sorted(edits)), **joined)


def _piped(*findings: Finding) -> bool:
    return any(finding.changes for finding in findings)

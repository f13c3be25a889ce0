"""JSON for programs. `schema.json` beside this file describes it; within a schema version keys are only added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from migrator.findings.counting import Counts, in_order
from migrator.findings.masking import shows_none
from migrator.findings.records import Finding, Package, Report, Skipped, Use
from migrator.text.edits import Edit
from migrator.text.source import Source

SCHEMA_VERSION = 1


def check(report: Report, statistics: Mapping[str, Any] | None = None) -> str:
    """`statistics` are added where they were asked for."""
    document = _document(report, report.findings, {})
    return dump(document if statistics is None else document | {"statistics": statistics})


def fixed(done: Sequence[Finding], held: Sequence[Finding], report: Report) -> str:
    """As `check` for the findings that were held back, with those that were fixed under `fixed`."""
    listed = {"fixed": [_finding(one, report) for one in in_order(done)]}
    return dump(_document(report, held, listed))


def packages(report: Report) -> str:
    return dump(packages_document(report))


def packages_document(report: Report) -> dict[str, Any]:
    listed = [_package(package) for package in sorted(report.packages, key=lambda package: package.name)]
    return {
        "schema_version": SCHEMA_VERSION,
        "packages": listed,
        "skipped": _skipped(report.skipped),
        "summary": {"packages": len(listed), "skipped": len(report.skipped)},
    }


def _document(report: Report, findings: Iterable[Finding], extra: Mapping[str, list[Any]]) -> dict[str, Any]:
    listed = in_order(findings)
    counts = Counts.of(listed)
    return {
        "schema_version": SCHEMA_VERSION,
        "findings": [_finding(finding, report) for finding in listed],
        **extra,
        "skipped": _skipped(report.skipped),
        "summary": {
            "files": len(report.files),
            "findings": counts.findings,
            "fixable": counts.fixable,
            "safe": counts.safe,
            "unsafe": counts.unsafe,
            "report_only": counts.report_only,
            **{key: len(value) for key, value in extra.items()},
            "skipped": len(report.skipped),
            "ignored": report.ignored,
            "baselined": report.baselined,
            "reasons": dict(counts.reasons),
        },
    }


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.position.line,
        "column": finding.position.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "severity": str(finding.severity),
        "message": finding.message,
        "verdict": str(finding.verdict),
        "reasons": list(dict.fromkeys(reason.code for reason in finding.reasons)),
        "assumptions": list(finding.assumptions),
        "variables": list(finding.variables),
        "registry": finding.registry,
        "uses": [_use(use) for use in finding.uses],
        "fix": {"edits": [_edit(edit, report.sources[edit.path]) for edit in sorted(finding.edits)]}
        if finding.edits and shows_none(finding, report)
        else None,
    }


def _edit(edit: Edit, source: Source) -> dict[str, Any]:
    start, end = source.position(edit.span.start), source.position(edit.span.end)
    return {
        "path": edit.path,
        "start": [start.line, start.column],
        "end": [end.line, end.column],
        "text": edit.text,
    }


def _skipped(skipped: Iterable[Skipped]) -> list[dict[str, str]]:
    return [
        {"path": one.path, "error": _error(one)} for one in sorted(skipped, key=lambda one: (one.path, _error(one)))
    ]


def _error(one: Skipped) -> str:
    at = one.position
    return f"line {at.line}, column {at.column}: {one.error}" if at else one.error


def _package(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "ownership": str(package.ownership),
        "why": package.why,
        "pushed": [_use(use) for use in package.pushed],
        "read": [_use(use) for use in package.read],
    }


def _use(use: Use) -> dict[str, Any]:
    return {"path": use.path, "line": use.position.line, "column": use.position.column}


def dump(document: Mapping[str, Any]) -> str:
    # Escaping all but ASCII makes the output safe for every terminal and encoding.
    # The same as `indent=2`, which takes many times as long for a workspace.
    return msgspec.json.format(json.dumps(document), indent=2) + "\n"

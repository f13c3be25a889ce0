"""SARIF 2.1.0 for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

Columns count characters from 1 and ends are exclusive, as SARIF has it with `unicodeCodePoints`; each region of a fix
says in bytes, too, what it deletes. Nothing here depends on the machine or the time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from migrator.findings.counting import in_order
from migrator.findings.masking import shows_none
from migrator.findings.records import Finding, Report, Severity, Skipped, Use
from migrator.findings.snippet import fingerprints
from migrator.reports.document import Findings, Subject
from migrator.reports.paint import Paint
from migrator.rulebook.records import Rule
from migrator.text.edits import Edit
from migrator.text.mask import mask, named, printable
from migrator.text.source import Position, Source

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_ROOT = "SRCROOT"


def write(subject: Subject, _: Paint = Paint()) -> str:
    return render(subject.found(), version("patless"))


def render(found: Findings, number: str) -> str:
    """`number` is the version of patless."""
    report, rules = found.report, found.rules
    ids = sorted(rules)
    findings = in_order(report.findings)
    prints = fingerprints(findings, report.sources, report.secrets)
    run = {
        "tool": {"driver": {"name": "patless", "version": number, "rules": [_rule(rules[one]) for one in ids]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": not report.skipped,
                "toolExecutionNotifications": [_notification(one) for one in sorted(set(report.skipped), key=_order)],
            }
        ],
        "results": [
            _result(finding, ids.index(finding.rule), fingerprint, report)
            for finding, fingerprint in zip(findings, prints, strict=True)
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    what, why = printable(rule.what), printable(rule.why)
    more = f"Run `patless explain {rule.id}` for examples."
    return {
        "id": rule.id,
        "shortDescription": {"text": what},
        "fullDescription": {"text": why},
        "help": {"text": f"{what}\n\n{why}\n\n{more}", "markdown": f"**{what}**\n\n{why}\n\n{more}"},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["security"]},
    }


def _result(finding: Finding, index: int, fingerprint: str, report: Report) -> dict[str, Any]:
    source = report.sources[finding.path]
    region = _region(finding.position, finding.end)
    text = source.text[finding.span.start : finding.span.end]
    shown = printable(mask(text, report.secrets.get(finding.path, ()), finding.span.start))
    result = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.path, region | {"snippet": {"text": shown}})],
        "partialFingerprints": {"patless/v1": fingerprint},
        "properties": {
            "verdict": str(finding.verdict),
            "reasons": list(dict.fromkeys(reason.code for reason in finding.reasons)),
            "assumptions": [printable(text) for text in finding.assumptions],
            "variables": list(finding.variables),
        },
    }
    if len(finding.uses) > 1:
        result["relatedLocations"] = [_use(use) for use in finding.uses]
    if finding.edits and shows_none(finding, report):
        result["fixes"] = [_fix(finding, report.sources)]
    return result


def _message(finding: Finding) -> str:
    held = "; ".join(dict.fromkeys(f"{reason.code}: {reason.detail}" for reason in finding.reasons))
    return printable(f"{finding.message} ({held})" if held else finding.message)


def _fix(finding: Finding, sources: Mapping[str, Source]) -> dict[str, Any]:
    paths = dict.fromkeys(edit.path for edit in sorted(finding.edits))
    return {
        "description": {"text": f"What `patless fix` writes ({finding.verdict})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [
                    _replacement(edit, sources[path]) for edit in sorted(finding.edits) if edit.path == path
                ],
            }
            for path in paths
        ],
    }


def _replacement(edit: Edit, source: Source) -> dict[str, Any]:
    start, end = edit.span.start, edit.span.end
    region = _region(source.position(start), source.position(end))
    offset = len(source.encode(source.text[:start]))
    length = len(source.text[start:end].encode())
    return {
        "deletedRegion": region | {"byteOffset": offset, "byteLength": length},
        "insertedContent": {"text": edit.text},
    }


def _notification(one: Skipped) -> dict[str, Any]:
    region = {"startLine": one.position.line, "startColumn": one.position.column} if one.position else None
    return {
        "level": "error",
        "message": {"text": printable(f"{named(one.path)}: not read: {one.error}")},
        "locations": [_location(one.path, region)],
    }


def _order(one: Skipped) -> tuple[str, Position, str]:
    return one.path, one.position or Position(0, 0), one.error


def _use(use: Use) -> dict[str, Any]:
    region = {"startLine": use.position.line, "startColumn": use.position.column}
    return _location(use.path, region) | {"message": {"text": "runs here"}}


def _location(path: str, region: Mapping[str, Any] | None) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(path)} | ({"region": region} if region else {})
    return {"physicalLocation": place}


def _artifact(path: str) -> dict[str, str]:
    if os.path.isabs(path):
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}


def _region(start: Position, end: Position) -> dict[str, Any]:
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}

"""All that a report on a fleet says, as JSON for programs. `report.schema.json` beside this describes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import to_builtins

from migrator.findings.records import Use, Verdict
from migrator.fleet.records import SeenFinding
from migrator.reports.fleet import status
from migrator.reports.fleet.records import Audit, Fleet, Kept, Outcome, Owned
from migrator.reports.formats.json import dump
from migrator.reports.records import secrets as stored
from migrator.reports.records.words import SCHEMA_VERSION
from migrator.secrets.plan import Plan
from migrator.secrets.signing import Signature


def document(fleet: Fleet) -> str:
    """What was not given is null, and not empty."""
    audit = fleet.audit
    verdicts = Counter(finding.verdict for one in fleet.owned for finding in one.left)
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "repositories": [_owned(one) for one in fleet.owned],
            "findings": [_finding(one, finding) for one in fleet.owned for finding in one.findings],
            "variables": stored.variables(audit.listing) if audit.listing else None,
            "not_checked": stored.not_checked(audit.listing) if audit.listing else None,
            "tokens": list(_tokens(audit)),
            "stored": [_kept(one) for one in audit.kept],
            "not_stored": [{"repository": slug, "reason": why} for slug, why in audit.unread],
            "plan": _plan(audit.plan, audit) if audit.plan else None,
            "summary": status.summary(fleet.workspace, [one.standing for one in fleet.owned])
            | {"left": {str(verdict): verdicts[verdict] for verdict in Verdict}},
        }
    )


def _owned(one: Owned) -> dict[str, Any]:
    wave = one.wave
    return status.entry(one.standing) | {
        "project": one.repository.project or None,
        "wave": wave.name if wave else None,
        "owner": (wave.owner or None) if wave else None,
        "due": wave.due.isoformat() if wave and wave.due else None,
    }


def _finding(owned: Owned, one: SeenFinding) -> dict[str, Any]:
    return {
        "repository": owned.repository.slug,
        "destination": owned.standing.destination,
        "rule": one.rule,
        "path": one.path,
        "line": one.position.line,
        "column": one.position.column,
        "end_line": one.end.line,
        "end_column": one.end.column,
        "severity": str(one.severity),
        "message": one.message,
        "verdict": str(one.verdict),
        "reasons": list(dict.fromkeys(reason.code for reason in one.reasons)),
        "assumptions": list(one.assumptions),
        "variables": list(one.variables),
        "registry": one.registry or None,
        "uses": [_use(use) for use in one.uses],
        "change": one.change or None,
        "left": one in owned.left,
    }


def _use(one: Use) -> dict[str, Any]:
    return {"path": one.path, "line": one.position.line, "column": one.position.column}


def _tokens(audit: Audit) -> Iterator[dict[str, Any]]:
    yield from (to_builtins(stored.judged(row)) for row in audit.tokens)
    unknown: dict[str, Any] = {"revocable": None, "why": [], "notes": []}
    yield from (to_builtins(stored.listed(token)) | unknown for token in audit.unjudged)


def _kept(one: Kept) -> dict[str, Any]:
    variable = one.variable
    return {
        "level": str(variable.level),
        "repository": one.repository,
        "environment": variable.environment or None,
        "key": variable.key,
        "secured": variable.secured,
        "seen": one.at,
    }


def _plan(plan: Plan, audit: Audit) -> dict[str, Any]:
    signatures = audit.signatures
    return {
        "digest": plan.digest,
        "rules": plan.rules,
        "configuration": plan.configuration,
        "created": plan.created,
        "expires": plan.expires,
        "signatures": None if signatures is None else [_signature(one) for one in signatures],
        "outcomes": [_outcome(one) for one in audit.outcomes],
    }


def _signature(one: Signature) -> dict[str, Any]:
    return {"file": one.file.name, "signer": one.signer or None, "key": one.key or None, "error": one.why or None}


def _outcome(one: Outcome) -> dict[str, Any]:
    row = one.row
    return {
        "level": str(row.level),
        "repository": row.repository,
        "environment": row.environment or None,
        "key": row.key,
        "verdict": str(row.verdict),
        "outcome": one.text or None,
    }

"""Stored variables as JSON for programs. `schema.json` beside this file describes it; keys are only added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from migrator.bitbucket.records import Level
from migrator.reports.machine import SCHEMA_VERSION, dump
from migrator.reports.stored import words
from migrator.reports.stored.words import Doing, Pair
from migrator.secrets.records import Alive, Evidence, Listing, Row, Stored, Verdict, Waiver
from migrator.secrets.tokens import Token, TokenRow


def document(listing: Listing, tokens: Sequence[TokenRow] = ()) -> str:
    """All that is kept. What is not ASCII is escaped, so that no terminal acts on it."""
    verdicts = Counter(row.verdict for row in listing.rows)
    gaps = not_checked(listing)
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "summary": {
                "workspace": listing.workspace,
                "repositories": len(listing.heads),
                "variables": len(listing.rows),
                "others": listing.others,
                "verdicts": {str(verdict): verdicts[verdict] for verdict in Verdict},
                "not_checked": len(gaps),
                "never_had_pipelines": len(listing.unasked),
                "left": len(listing.left),
                "other_parts": listing.elsewhere,
                "since": listing.since or None,
                "tokens": len(tokens),
                "revocable": sum(row.revocable for row in tokens),
            },
            "next": [_next(one) for one in words.doings(listing.rows)],
            "variables": variables(listing),
            "not_checked": gaps,
            "tokens": [judged(row) for row in tokens],
        }
    )


def variables(listing: Listing) -> list[dict[str, Any]]:
    together = {id(row): pair for pair in words.pairs(listing.rows) for row in pair.rows}
    return [_row(row, together[id(row)]) for row in listing.rows]


def not_checked(listing: Listing) -> list[dict[str, Any]]:
    return list(_not_checked(listing))


def judged(row: TokenRow) -> dict[str, Any]:
    return token(row.token) | {"revocable": row.revocable, "why": list(row.why), "notes": list(row.notes)}


def token(one: Token) -> dict[str, Any]:
    """As its owner lists it."""
    return {
        "label": one.label,
        "owner": one.owner,
        "expires": one.expires.isoformat() if one.expires else None,
        "variables": [_stored(stored) for stored in one.variables],
        "consumers": list(one.consumers),
    }


def _next(one: Doing) -> dict[str, Any]:
    verdicts = [str(verdict) for verdict in one.step.verdicts]
    told = {"what": one.step.what, "do": one.step.next.replace("`", "")}
    return told | {"verdicts": verdicts, "variables": one.count, "entries": len(one.entries)}


def _row(row: Row, pair: Pair) -> dict[str, Any]:
    variable = row.variable
    return {
        "level": row.level or None,
        "repository": row.repository,
        "environment": variable.environment,
        "key": variable.key,
        "uuid": variable.uuid or None,
        "with": [one.variable.key for one in pair.rows if one is not row],
        "secured": variable.secured,
        "verdict": str(row.verdict),
        "evidence": [_evidence(one) for one in row.evidence],
        "evidence_others": row.evidence_others,
        "assumptions": list(row.assumptions),
        "uncovers": [str(level) for level in row.uncovers],
        "alive": [_alive(one) for one in row.alive],
        "alive_others": row.alive_others,
        "waivers": [_waiver(one) for one in row.waivers],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"kind": one.kind, "ref": one.ref, "path": one.path, "line": one.line, "text": one.text}


def _alive(one: Alive) -> dict[str, Any]:
    return {
        "branch": one.branch,
        "author": one.author,
        "committed": _moment(one.committed),
        "last_run": one.last_run or None,
    }


def _moment(seconds: int) -> str | None:
    """None for a number that is no time that can be written down; a repository can state any."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _waiver(one: Waiver) -> dict[str, Any]:
    return {
        "doubt": one.doubt,
        "path": one.path,
        "variable": one.variable,
        "reason": one.reason,
        "until": one.until.isoformat(),
    }


def _not_checked(listing: Listing) -> Iterator[dict[str, Any]]:
    """Of a repository that could not be read, no level of its own was."""
    for repository, one in listing.not_checked:
        yield _unread(one.level, repository, one.environment, one.reason)
    for repository, why in listing.failed:
        yield from (_unread(level, repository, None, why) for level in (Level.DEPLOYMENT, Level.REPOSITORY))
    for repository in listing.left:
        why = f"it was not asked for yet: {listing.why}"
        yield from (_unread(level, repository, None, why) for level in (Level.DEPLOYMENT, Level.REPOSITORY))


def _unread(level: Level, repository: str, environment: str | None, reason: str) -> dict[str, Any]:
    return {"level": str(level), "repository": repository, "environment": environment, "reason": reason}


def _stored(one: Stored) -> dict[str, Any]:
    return {
        "level": str(one.level),
        "repository": one.repository,
        "environment": one.environment or None,
        "key": one.key,
    }

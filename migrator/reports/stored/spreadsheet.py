"""Stored variables and tokens as tables for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.reports import csv
from migrator.reports.stored import words
from migrator.secrets.records import Listing, Row
from migrator.secrets.tokens import Token, TokenRow, shown

_VARIABLES = (
    *("repository", "level", "deployment", "variable", "secured", "verdict", "evidence", "first_evidence"),
    *("waivers", "assumptions"),
)
_TOKENS = ("token", "owner", "expires", "verdict", "why", "notes", "variables", "consumers")


def variables(listing: Listing) -> str:
    """`evidence` counts; several waivers or assumptions stand in one cell, apart by ` | `."""
    return csv.table((_VARIABLES, *map(_row, listing.rows)))


def tokens(rows: Sequence[TokenRow], unjudged: Sequence[Token] = ()) -> str:
    return csv.table((_TOKENS, *_judged(rows), *(_token(token, "not judged", (), ()) for token in unjudged)))


def _row(row: Row) -> tuple[str | int, ...]:
    variable = row.variable
    first = row.evidence[0] if row.evidence else None
    return (
        row.repository,
        row.level,
        variable.environment or "",
        variable.key,
        ("yes" if variable.secured else "no") if row.level else "",
        str(row.verdict),
        row.places,
        " ".join(filter(None, (first.kind, first.ref, words.place(first), first.text))) if first else "",
        " | ".join(map(words.waived, row.waivers)),
        " | ".join(row.assumptions),
    )


def _judged(rows: Sequence[TokenRow]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield _token(row.token, "revocable" if row.revocable else "needed", row.why, row.notes)


def _token(token: Token, verdict: str, why: Sequence[str], notes: Sequence[str]) -> tuple[str, ...]:
    return (
        token.label,
        token.owner,
        str(token.expires or ""),
        verdict,
        " | ".join(why),
        " | ".join(notes),
        " | ".join(map(shown, token.variables)),
        " | ".join(token.consumers),
    )

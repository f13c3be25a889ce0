"""How far a fleet is: a table for people, and JSON for programs, which `status.schema.json` beside this describes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrator.fleet.following import Row, Standing, counted
from migrator.reports.excerpt import named
from migrator.reports.machine import SCHEMA_VERSION, dump
from migrator.reports.paint import Paint
from migrator.text.mask import printable

_STATES = {
    Standing.MERGED_GREEN: "merged",
    Standing.MERGED_RED: "merged",
}
_HEADS = ("repository", "destination", "state", "findings", "held back", "pull request")


def document(workspace: str, found: Sequence[Row]) -> str:
    """`state` is one of the schema's; how the first run after a merge ended is in `run`."""
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "repositories": [entry(row) for row in found],
            "summary": summary(workspace, found),
        }
    )


def summary(workspace: str, found: Sequence[Row]) -> dict[str, Any]:
    """Repositories that are gone, transferred or archived are in `states` only."""
    there = [row for row in found if row.standing.counts]
    return {
        "workspace": workspace,
        "repositories": len({row.uuid for row in there}),
        "destinations": len(there),
        "states": counted(found),
        "findings": sum(row.findings for row in there),
        "held_back": sum(row.held_back for row in there),
    }


def entry(row: Row) -> dict[str, Any]:
    change = row.change
    request = None
    if change and change.pull_request is not None:
        request = {
            "id": change.pull_request,
            "url": change.url,
            "branch": change.branch,
            "destination": change.destination,
        }
    return {
        "slug": row.slug,
        "uuid": row.uuid,
        "destination": row.destination or None,
        "state": _STATES.get(row.standing, str(row.standing)),
        "run": (change.run or None) if change else None,
        "age_days": row.days,
        "findings": row.findings,
        "held_back": row.held_back,
        "pull_request": request,
        "error": row.error or None,
        "was": list(row.was),
    }


def table(found: Sequence[Row], paint: Paint = Paint()) -> str:
    """A line for each destination, and the counts."""
    lines = [_HEADS, *(_cells(row) for row in found)]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(_HEADS) - 1)]
    text = [paint.bold(_line(_HEADS, widths)), *(_line(cells, widths) for cells in lines[1:])]
    counts = ", ".join(f"{number} {state}" for state, number in counted(found).items())
    return "\n".join([*text, "", counts or "no repository is in the ledger"]) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    age = f" ({row.days} days)" if row.days is not None else ""
    link = f"#{row.change.pull_request} {row.change.url}" if row.change and row.change.pull_request else ""
    was = f"was {', '.join(row.was)}" if row.was else ""
    last = printable(" ".join(part for part in (link, row.error, was) if part))
    state = f"{row.standing}{age}"
    return named(row.slug), named(row.destination), state, str(row.findings), str(row.held_back), last


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join([*padded, cells[-1]]).rstrip()

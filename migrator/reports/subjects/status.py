"""How far a fleet is: each destination, and what has become of its pull request."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.findings.counting import many
from migrator.fleet.following import StatusRow, counted
from migrator.reports.document import Column, Document, Section, Subject, Table, TableRow
from migrator.reports.records.fleet import status
from migrator.text.mask import named

_EMPTY = "the ledger is empty; run `patless fleet scan`"
_COLUMNS = (
    Column("repository", "name"),
    *(Column(label) for label in ("destination", "state")),
    *(Column(label, "number") for label in ("findings", "needs review")),
    Column("pull request"),
)


def subject(workspace: str, found: Sequence[StatusRow]) -> Subject:
    return Subject(lambda _: document(found), {".json": lambda: status(workspace, found)})


def document(found: Sequence[StatusRow]) -> Document:
    """A line for each destination, and the counts."""
    table = Table("status", "Status", _COLUMNS, tuple(map(_row, found)), empty="")
    counts = ", ".join(f"{state} {number}" for state, number in counted(found).items())
    several = len({row.slug for row in found}) < len(found)
    what = ("destination branch", "destination branches") if several else ("repository", "repositories")
    closing = f"{many(len(found), *what)} by state: {counts}" if found else _EMPTY
    return Document("Status", "", (Section("status", "Status", tables=(table,)),), (closing,))


def _row(row: StatusRow) -> TableRow:
    age = f" ({row.days} days)" if row.days is not None else ""
    link = f"#{row.change.pull_request} {row.change.url}" if row.change and row.change.pull_request else ""
    was = f"was {', '.join(row.was)}" if row.was else ""
    last = " ".join(part for part in (link, row.error, row.why, was) if part)
    state = f"{row.standing}{age}"
    return TableRow((named(row.slug), named(row.destination), state, row.findings, row.held_back, last))

"""`patless fleet report`: what is known of a fleet as one page, with tables for spreadsheets and programs beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from migrator.cli import console, exits, fleet_packages, pages
from migrator.cli.failures import UsageError
from migrator.cli.fleet import judging
from migrator.fleet import following, operator
from migrator.fleet.ledger import Ledger
from migrator.fleet.operator import Operator
from migrator.reports import csv
from migrator.reports.fleet import machine, status
from migrator.reports.html import fleet as report
from migrator.reports.html import secrets as storing
from migrator.reports.html.fleet import Fleet, Owned
from migrator.reports.html.page import render
from migrator.reports.html.parts import Section
from migrator.reports.stored import reading
from migrator.repositories.writing import NotWritten, put
from migrator.secrets import journal, plan, signing


class Asked(Struct, frozen=True):
    """`output` is the page; `secrets` what `secrets list --format json` printed; `log` None: beside the plan."""

    ledger: Path
    output: Path
    config: Path | None = None
    rules: tuple[Path, ...] = ()
    secrets: Path | None = None
    plan: Path | None = None
    log: Path | None = None
    allowed: Path | None = None


def run(asked: Asked) -> int:
    """Write the page and the files beside it, say where, and return the exit code."""
    told = operator.find(asked.config)
    judge = judging(told, asked.rules)
    now = datetime.now(UTC)
    picture = fleet_packages.picture(asked.ledger, judge)
    with Ledger(asked.ledger) as ledger:
        owned = tuple(_owned(ledger, told, now))
        changes = tuple(ledger.changes())
    if not owned:
        raise UsageError(f"{asked.ledger} holds no repository yet; `patless fleet scan` looks at them")
    workspaces = sorted({one.repository.workspace for one in owned if one.repository.workspace})
    name = ", ".join(workspaces) or "of this machine"
    fleet = Fleet(name, owned, changes, picture, dict(judge.book.reasons), tuple(_audited(asked)))
    written = {
        asked.output: render(report.page(fleet, pages.made(), now.date())),
        asked.output.with_suffix(".csv"): csv.table(report.csv_rows(owned)),
        asked.output.with_suffix(".json"): status.document(name, [one.standing for one in owned]),
        asked.output.with_suffix(".packages.json"): machine.packages(picture),
    }
    for path, text in written.items():
        try:
            put(path, text.encode("utf-8", "backslashreplace"))
        except NotWritten as error:
            console.err([f"patless: {path}: not written: {error}"])
            return exits.UNREADABLE
    console.out("".join(f"{path}\n" for path in written))
    return exits.CLEAN


def _owned(ledger: Ledger, told: Operator, now: datetime) -> Iterator[Owned]:
    entries = [one for one in ledger.entries() if not told.excluded(one.repository.slug)]
    branches = [one for one in ledger.branches() if not told.excluded(one.entry.repository.slug)]
    held = {(one.entry.repository.uuid, one.name): one.seen.findings for one in branches if one.seen}
    known = {one.repository.uuid: one.repository for one in entries}
    for row in following.rows(entries, branches, ledger.changes(), now):
        repository = known[row.uuid]
        findings = held.get((row.uuid, row.destination), ())
        yield Owned(repository, row, findings, told.wave(repository.slug))


def _audited(asked: Asked) -> Iterator[Section]:
    if asked.secrets:
        yield from storing.sections(reading.read(asked.secrets))
    if asked.plan:
        made = plan.read(asked.plan)
        text = plan.text(made).encode()
        found = signing.signatures(asked.plan, asked.allowed, text) if asked.allowed else ()
        yield storing.audit(made, tuple(found), _carried_out(made, asked.log or Path(f"{asked.plan}.log")))


def _carried_out(made: plan.Plan, log: Path) -> Sequence[tuple[str, str, str]]:
    last = {}
    for entry in journal.read(log) if log.exists() else ():
        if entry.plan != made.digest:
            raise journal.JournalError(f"{log}: the log is of another plan")
        if entry.uuid:
            last[entry.uuid] = f"{entry.event}, {entry.at}, by {entry.by or 'someone'}"
    return [(row.place, row.key, last.get(row.uuid, "not carried out")) for row in made.rows]

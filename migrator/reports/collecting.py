"""What is known of a fleet, brought together: the ledger, what was listed of variables, a plan and its log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from migrator.fleet import following
from migrator.fleet.ledger import Ledger
from migrator.fleet.operator import Operator
from migrator.fleet.packages import Picture
from migrator.fleet.records import StoredSnapshot, of_workspace, once
from migrator.fleet.scanning import Judge
from migrator.options import UsageError
from migrator.options.fleet import ReportOptions
from migrator.reports.known import Audit, Fleet, KeptVariable, Owned, PlanOutcome
from migrator.reports.records import secrets as reading
from migrator.secrets import journal, plan, signing, tokens


def fleet(options: ReportOptions, judge: Judge, picture: Picture, now: datetime) -> Fleet:
    """Raises UsageError where nothing is known yet, LedgerError, and what files of others are wrong by."""
    path = options.operated.ledger
    with Ledger(path) as ledger:
        owned = tuple(_owned(ledger, judge.operator, now, options.workspace))
        there = {one.repository.uuid for one in owned}
        changes = tuple(one for one in ledger.changes() if not options.workspace or one.uuid in there)
        known = ledger.stored()
    if not owned:
        raise UsageError(f"the ledger {path} is empty; run `patless fleet scan` first")
    workspaces = sorted({one.repository.workspace for one in owned if one.repository.workspace})
    slugs = {one.repository.uuid: one.repository.slug for one in owned}
    slugs |= {StoredSnapshot.of_workspace(workspace): "" for workspace in workspaces}
    return Fleet(
        ", ".join(workspaces) or "of this machine",
        owned,
        changes,
        picture,
        dict(judge.book.reasons),
        _audit(options, {slugs[uuid]: one for uuid, one in known.items() if uuid in slugs}),
    )


def _owned(ledger: Ledger, told: Operator, now: datetime, workspace: str) -> Iterator[Owned]:
    entries = [one for one in of_workspace(once(ledger.entries()), workspace) if not told.excluded(one.repository.slug)]
    branches = [one for one in ledger.branches() if not told.excluded(one.entry.repository.slug)]
    held = {(one.entry.repository.uuid, one.name): one.seen.findings for one in branches if one.seen}
    known = {one.repository.uuid: one for one in entries}
    for row in following.rows(entries, branches, ledger.changes(), now, archived=told.is_archived):
        entry = known[row.uuid]
        findings = held.get((row.uuid, row.destination), ())
        yield Owned(entry.repository, row, findings, told.wave(entry.repository.slug), entry.scanned)


def _audit(options: ReportOptions, stored: Mapping[str, StoredSnapshot]) -> Audit:
    """`stored` is what the ledger has by slug, '' for the workspace."""
    listing, judged = reading.read(options.secrets) if options.secrets else (None, ())
    listed = tokens.read(options.tokens) if options.tokens else ()
    known = {row.token: row for row in judged}
    made = plan.read(options.plan) if options.plan else None
    return Audit(
        listing,
        tuple(known[token] for token in listed if token in known) if options.tokens else judged,
        tuple(token for token in listed if token not in known),
        made,
        signing.signatures(options.plan, options.allowed_signers, plan.text(made).encode())
        if options.plan and options.allowed_signers and made
        else None,
        tuple(_outcomes(made, options.log or Path(f"{options.plan}.log"))) if made else (),
        tuple(_kept(stored)),
        tuple(_unread(stored)),
    )


def _kept(stored: Mapping[str, StoredSnapshot]) -> Iterator[KeptVariable]:
    """A variable of the workspace counts where a login of any repository uses its name."""
    anywhere = {name for one in stored.values() for name in one.candidates}
    for slug, one in sorted(stored.items()):
        for variable in sorted(one.variables):
            if variable.key in (one.candidates if slug else anywhere):
                yield KeptVariable(slug, variable, one.at)


def _unread(stored: Mapping[str, StoredSnapshot]) -> Iterator[tuple[str, str]]:
    for slug, one in sorted(stored.items()):
        yield from ((slug or "the workspace", why) for why in (*one.not_checked, *filter(None, [one.error])))


def _outcomes(made: plan.Plan, log: Path) -> Iterator[PlanOutcome]:
    last = {}
    for entry in journal.read(log) if log.exists() else ():
        if entry.plan != made.digest:
            raise journal.JournalError(f"{log}: the log belongs to another plan")
        if entry.uuid:
            last[entry.uuid] = f"{entry.event}, {entry.at}, by {entry.by or 'someone'}"
    return (PlanOutcome(row, last.get(row.uuid, "")) for row in made.rows)

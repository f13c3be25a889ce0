"""Who answers for a plan, and what was done of it, told offline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.findings.counting import many
from migrator.options import UsageError
from migrator.options.secrets import Signers
from migrator.secrets import journal as journals
from migrator.secrets import keeping, signing
from migrator.secrets import plan as plans
from migrator.secrets.journal import Event, LogEntry
from migrator.secrets.plan import Plan
from migrator.text.mask import printable


class Proof(Struct, frozen=True):
    """Lines on what was found; `good`: all that the plan says was done, by whom it may be."""

    lines: tuple[str, ...]
    good: bool


def proof(plan: Path, log: Path | None, signers: Signers) -> Proof:
    """Of a plan, its signatures and its log, asking nobody. Raises UsageError, PlanError."""
    allowed, required = signers.allowed_signers, signers.require_signatures
    made = plans.read(plan)
    chosen = log or journals.beside(plan)
    data = keeping.read(chosen) if log or chosen.exists() else None
    entries = _entries(chosen, data, made) if data is not None else None
    count = many(len(made.rows), "variable")
    lines = [f"plan: {count} of {made.workspace}, {made.created} to {made.expires}, {made.tool}"]
    lines.append(f"digest: {made.digest}")
    wrong = False
    kept = signing.log_signatures(chosen, data, allowed) if data is not None else ()
    if allowed:
        found = signing.signatures(plan, allowed, plans.text(made).encode())
        lines += [_told("signature", one) for one in found]
        applied = {entry.by for entry in entries or () if entry.uuid}
        keys = {one.key for one in kept if one.signer}
        good = signing.people(found, applied, keys) if required > 1 else signing.people(found)
        others = f" by others than {', '.join(sorted(filter(None, applied)))}" if required > 1 and any(applied) else ""
        lines.append(f"signers: {len(good)} of {required} required{others}")
        wrong = len(good) < required
        if required > 1 and "" in applied:
            lines.append("INVALID: the log does not say who applied the plan, so it may be one who signed")
            wrong = True
    elif required:
        raise UsageError("--require-signatures needs --allowed-signers")
    elif unchecked := signing.files(plan):
        names = ", ".join(one.name for one in unchecked)
        lines.append(f"signatures: NOT CHECKED: {names}; pass --allowed-signers to check them")
        wrong = True
    else:
        lines.append("signatures: none")
    if entries is not None:
        last = {entry.uuid: entry for entry in entries if entry.uuid}
        for row in made.rows:
            entry = last.get(row.uuid)
            done = f"{entry.event} {entry.at} by {entry.by or 'someone'}" if entry else "not done"
            lines.append(f"{row.key} in {row.place}: {done}")
            wrong = wrong or entry is None or entry.event not in (Event.DELETED, Event.GONE)
        told, good_log = _log(entries, kept)
        lines += told
        wrong = wrong or (allowed is not None and not good_log)
    else:
        lines.append("log: not found; patless can't tell what was deleted")
    return Proof(tuple(map(printable, lines)), not wrong)


def summary(made: Plan) -> list[str]:
    """What whoever signs a plan answers for."""
    count = many(len(made.rows), "variable")
    lines = [f"patless: {count} of {made.workspace} to delete, until {made.expires}"]
    lines += [f"  {row.key} in {row.place}: {row.verdict}" for row in made.rows]
    waived = dict.fromkeys(f"{one.doubt} at {one.path}: {one.reason}" for row in made.rows for one in row.waivers)
    assumed = dict.fromkeys(one for row in made.rows for one in row.assumptions)
    for title, texts in (("Accepted:", waived), ("Assumes:", assumed)):
        lines += [title, *(f"  {text}" for text in texts)] if texts else []
    return lines


def _log(entries: Sequence[LogEntry], kept: Sequence[signing.Signature]) -> tuple[list[str], bool]:
    """What is to be said of the log as a whole, and whether its signatures are good. Whoever may write to it can make a
    chain that fits; nobody can sign for another."""
    lines, good, covered = [f"log: {len(entries)} lines, intact"], True, 0
    for one in kept:
        by = entries[one.lines - 1].by if one.signer else ""
        if by and by.casefold() not in {name.casefold() for name in one.names}:
            one = replace(one, signer="", why=f"{one.signer} signed what {by} applied")
        good = good and bool(one.signer)
        covered = max(covered, one.lines if one.signer else 0)
        lines.append(_told("log signature", one) + (f", lines 1 to {one.lines}" if one.signer else ""))
    if covered < len(entries):
        which = f"lines {covered + 1} to {len(entries)} have" if covered else "it has"
        lines.append(f"log: {which} no valid signature; the chain alone shows damage, not forgery")
    return lines, good


def _told(what: str, one: signing.Signature) -> str:
    return f"{what} {one.file.name}: " + (f"{one.signer} with {one.key}" if one.signer else f"INVALID: {one.why}")


def enough(plan: Path, made: Plan, signers: Signers, by: str, key: str = "") -> None:
    """Raises UsageError where signatures are missing that are asked for. `by` is who applies, '' if nobody knows, and
    `key` the fingerprint of a key of that one."""
    allowed, required = signers.allowed_signers, signers.require_signatures
    if allowed is None:
        if required:
            raise UsageError("--require-signatures needs --allowed-signers")
        return
    found = signing.signatures(plan, allowed, plans.text(made).encode())
    bad = next((one for one in found if not one.signer), None)
    if bad is not None:
        raise UsageError(f"the signature {bad.file.name} is invalid: {bad.why}")
    required = required or 1
    if required > 1 and not by:
        raise UsageError("patless can't tell who applies the plan: an access token has no person; pass --applied-by")
    good = signing.people(found, (by,), (key,)) if required > 1 else signing.people(found)
    if len(good) < required:
        others = f" by others than {by}" if required > 1 else ""
        raise UsageError(f"the plan has {len(good)} valid signatures{others}; {required} are required")


def _entries(log: Path, data: bytes, made: Plan) -> tuple[LogEntry, ...]:
    entries = journals.entries(log, data)
    known = plans.by_uuid(made)
    if any(entry.plan != made.digest or (entry.uuid and entry.uuid not in known) for entry in entries):
        raise journals.JournalError(f"{log}: the log belongs to another plan")
    return entries

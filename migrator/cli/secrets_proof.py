"""`patless secrets sign` and `verify`: who answers for a plan, and what was done of it, told offline."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from migrator.cli import console, exits
from migrator.cli.failures import UsageError
from migrator.secrets import journal as journals
from migrator.secrets import plan as plans
from migrator.secrets import signing
from migrator.secrets.journal import Entry, Event
from migrator.secrets.plan import Plan
from migrator.text.mask import printable


def sign(path: Path, key: Path) -> int:
    """Sign a plan that someone else has made."""
    plans.read(path)
    console.err([f"patless: signed as {signing.sign(path, key)}"])
    return exits.CLEAN


def verify(path: Path, log: Path | None, allowed: Path | None, required: int) -> int:
    """Check a plan, its signatures and its log, asking nobody."""
    made = plans.read(path)
    chosen = log or path.with_name(f"{path.name}.log")
    entries = _entries(chosen, made) if log or chosen.exists() else None
    lines = [f"plan: {counted(len(made.rows))} of {made.workspace}, {made.created} to {made.expires}, {made.tool}"]
    lines.append(f"digest: {made.digest}")
    wrong = False
    if allowed:
        found = signing.signatures(path, allowed, plans.text(made).encode())
        for one in found:
            what = f"{one.signer} with {one.key}" if one.signer else f"NOT GOOD: {one.why}"
            lines.append(f"signature {one.file.name}: {what}")
        applied = {entry.by for entry in entries or () if entry.uuid}
        good = signers(found, applied if required > 1 else ())
        others = f" by others than {', '.join(sorted(filter(None, applied)))}" if required > 1 and any(applied) else ""
        lines.append(printable(f"signers: {len(good)} of {required} required{others}"))
        wrong = len(good) < required
        if required > 1 and "" in applied:
            lines.append("NOT GOOD: the log does not say who applied the plan, so it may be one who signed")
            wrong = True
    elif required:
        raise UsageError("--require-signatures needs --allowed-signers, which says whose keys count")
    if entries is not None:
        last = {entry.uuid: entry for entry in entries if entry.uuid}
        for row in made.rows:
            entry = last.get(row.uuid)
            done = f"{entry.event} {entry.at} by {entry.by or 'someone'}" if entry else "not done"
            lines.append(printable(f"{row.key} in {row.place}: {done}"))
            wrong = wrong or entry is None or entry.event not in (Event.DELETED, Event.GONE)
        lines.append(f"log: {len(entries)} lines, whole")
    else:
        lines.append("log: none, so nothing of it was carried out here")
    console.out("".join(f"{line}\n" for line in lines))
    return exits.LEFT if wrong else exits.CLEAN


def enough(path: Path, made: Plan, allowed: Path | None, required: int, by: str) -> None:
    """Raises UsageError where signatures are missing that are asked for. `by` is who applies, '' if nobody knows."""
    if allowed is None:
        if required:
            raise UsageError("--require-signatures needs --allowed-signers, which says whose keys count")
        return
    found = signing.signatures(path, allowed, plans.text(made).encode())
    bad = next((one for one in found if not one.signer), None)
    if bad is not None:
        raise UsageError(f"the signature {bad.file.name} is not good: {bad.why}")
    required = required or 1
    if required > 1 and not by:
        raise UsageError("nobody knows who applies the plan, as an access token has no person; say so with --by")
    good = signers(found, (by,) if required > 1 else ())
    if len(good) < required:
        others = f" by others than {by}" if required > 1 else ""
        raise UsageError(f"the plan has {len(good)} good signatures{others}, and {required} are required")


def signers(found: Collection[signing.Signature], applied: Collection[str]) -> set[str]:
    """Who signed, without those who applied: one for each key and person, as a key that signs twice counts once."""
    by_key = {one.key: one.signer for one in found if one.signer}
    apart = {name.casefold() for name in applied}
    return {signer for signer in by_key.values() if signer.casefold() not in apart}


def counted(number: int) -> str:
    return f"{number} variable{'' if number == 1 else 's'}"


def _entries(log: Path, made: Plan) -> tuple[Entry, ...]:
    entries = journals.read(log)
    known = plans.by_uuid(made)
    if any(entry.plan != made.digest or (entry.uuid and entry.uuid not in known) for entry in entries):
        raise journals.JournalError(f"{log}: the log is of another plan")
    return entries

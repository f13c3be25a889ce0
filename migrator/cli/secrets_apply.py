"""`patless secrets apply`: remove what a plan says, and nothing else."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from migrator.bitbucket.credentials import EMAIL, Credentials
from migrator.cli import console, exits, network
from migrator.findings.counting import many
from migrator.fleet.ledger import Ledger
from migrator.fleet.progress import Going
from migrator.options import UsageError
from migrator.options.secrets import ApplyOptions
from migrator.secrets import asked as questions
from migrator.secrets import journal as journals
from migrator.secrets import keeping, signing
from migrator.secrets import plan as plans
from migrator.secrets.applying import RemovalOutcome, able, backup, carry_out, still
from migrator.secrets.asking import Asking
from migrator.secrets.journal import Event
from migrator.secrets.plan import Plan
from migrator.secrets.proving import enough
from migrator.text.mask import printable


def apply(options: ApplyOptions) -> int:
    """Remove what the plan says, and return the exit code."""
    path, signers = options.plan, options.signers
    made = plans.read(path)
    if datetime.now(UTC) > made.expiry:
        raise UsageError(f"the plan was valid until {made.expires}; write a new one with `patless secrets plan`")
    asked = questions.of_plan(made, options.path, options.sources)
    by, key = _person(options.applied_by), signing.fingerprint(options.sign) if options.sign else ""
    if not by and key and signers.allowed_signers:
        by = next(iter(signing.names(key, signers.allowed_signers)), "")
    enough(path, made, signers, by, key)
    log = options.log or journals.beside(path)
    far = Going(later=f"The log is {log}; stop at any time, and run the same command to continue")
    with network.waiting(far) as client:
        asking = questions.asking_of(asked, client)
        if questions.rules_digest(asked) != made.rules or questions.configuration_digest(asking) != made.configuration:
            raise UsageError(
                "the plan was made with other rules or another configuration; pass the same --rules and --config, "
                "or write a new plan"
            )
        with ExitStack() as files:
            apart = {keeping.identity(path): "the plan"}
            journal = files.enter_context(journals.opened(log, made.digest, by, apart))
            apart[journal.identity] = "the log"
            keep = files.enter_context(backup(options.backup, apart)) if options.backup else None
            left = [row for row in made.rows if row.uuid not in journal.done]
            console.err(_before(made, left))
            if not left:
                return exits.CLEAN if _signed(journal, log, options.sign) else exits.UNREADABLE
            count = many(len(left), "variable")
            bare = sum(not row.secured for row in left)
            if bare and keep is None:
                raise UsageError(
                    f"{many(bare, 'variable')} of the plan can be read, so patless keeps the values before it deletes "
                    "anything; pass `--backup FILE`"
                )
            if options.unsigned:
                what = f"to delete {count} of {made.workspace} without a signature"
                console.agreed(made.workspace, what, "sign the plan, and pass --allowed-signers")
            else:
                console.agreed(str(len(left)), f"to delete {count} of {made.workspace}", yes=options.yes)
            with network.told(client, far):
                why_not = still(asking, made)
                able(client, len(left))
            _forget(options.ledger, asking, left)
            journal.write(Event.STARTED, text=f"{len(left)} of {len(made.rows)}")
            outcomes: list[RemovalOutcome] = []
            far.begins("removing", len(left), "variable", "variables")
            with network.told(client, far):
                for outcome in carry_out(asking, made, journal, why_not, keep):
                    outcomes.append(outcome)
                    far.done += 1
                    row = outcome.row
                    console.out(printable(f"{outcome.event}: {row.key} in {row.place}: {outcome.text}") + "\n")
            journal.write(Event.ENDED, text=f"{len(outcomes)}")
            signed = _signed(journal, log, options.sign)
    code = _after(outcomes, len(left), log)
    return code if signed else exits.UNREADABLE


def _forget(ledger: Path, asking: Asking, rows: list[plans.PlanRow]) -> None:
    """Have the next list ask anew about the repositories of these rows, where a ledger has answers about them."""
    uuids = {asking.listed[row.repository].uuid for row in rows if row.repository in asking.listed}
    if uuids and ledger.exists():
        with Ledger(ledger) as known:
            known.forget(sorted(uuids))


def _signed(journal: journals.Journal, log: Path, key: Path | None) -> bool:
    """Sign the log as it is, if that is asked for. What was removed is removed, signed or not."""
    if key is None:
        return True
    try:
        console.err([f"patless: signed the log as {signing.sign_log(log, journal.content, key)}"])
    except signing.SigningError as error:
        console.err([printable(f"patless: did not sign the log: {error}; run the same command to sign it")])
        return False
    return True


def _person(said: str) -> str:
    """Who applies the plan, '' where nobody says so. Raises UsageError where the credential says something else."""
    owner = Credentials.of(os.environ).email
    if owner and said and said.casefold() != owner.casefold():
        raise UsageError(f"--applied-by names {said}, but the API token belongs to {owner}; leave --applied-by out")
    return owner or said or os.environ.get(EMAIL, "")


def _before(made: Plan, left: list[plans.PlanRow]) -> list[str]:
    secured = sum(row.secured for row in left)
    lines = [f"patless: {many(len(left), 'variable')} of {made.workspace} to delete, of {len(made.rows)} in the plan"]
    lines += [printable(f"  {row.key} in {row.place}: {row.verdict}") for row in left]
    if secured:
        are, values, tokens = (
            ("is", "its value", "that token, or a new one,")
            if secured == 1
            else ("are", "their values", "those tokens, or new ones,")
        )
        lines.append(f"{secured} {are} secured: Bitbucket can't show {values} again. Have {tokens} ready.")
    return lines


def _after(outcomes: list[RemovalOutcome], left: int, log: Path) -> int:
    gone = [one for one in outcomes if one.event in (Event.DELETED, Event.GONE)]
    failed = [one for one in outcomes if one.event is Event.FAILED]
    lines = [f"patless: {len(gone)} deleted or already absent, {left - len(gone)} left. Log: {log}."]
    if gone:
        lines.append("Now revoke each token: deleting a variable doesn't revoke it.")
    console.err(lines)
    if not all(one.kept for one in outcomes):
        return exits.UNREADABLE
    if failed:
        return exits.REFUSED
    return exits.LEFT if len(gone) < left else exits.CLEAN

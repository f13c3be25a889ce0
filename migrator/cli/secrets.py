"""`patless secrets list` and `plan`: which stored variables nobody needs any more, and what may be removed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.secrets_asking import meanwhile
from migrator.findings.counting import many
from migrator.fleet.ledger import Ledger
from migrator.fleet.sharding import Shard
from migrator.options import UsageError
from migrator.options.secrets import ListingOptions, ListOptions, ListShowing, PlanOptions
from migrator.reports.subjects import secrets as subjects
from migrator.repositories.writing import NotWritten, put
from migrator.secrets import asked as questions
from migrator.secrets import journal as journals
from migrator.secrets import plan as plans
from migrator.secrets import signing, tokens
from migrator.secrets.asking import Asking
from migrator.secrets.listing import of_repository
from migrator.secrets.records import Listing, RemovalVerdict
from migrator.text.mask import printable


def list_all(asked: ListingOptions, options: ListOptions, showing: ListShowing) -> int:
    """Print what may become of each variable, or of those with one of the verdicts that are asked for, and return the
    exit code, which is that of all."""
    if options.by not in ("", "token"):
        raise UsageError("--by knows `token` only")
    if options.by and not asked.tokens:
        raise UsageError("--by token needs --tokens FILE, in which the owner says what tokens there are")
    if options.shard and not asked.all:
        raise UsageError("--shard is a part of a workspace, which is listed with --all")
    shard, only = Shard.of(options.shard, os.environ), verdicts(options.verdict)
    listing, _ = _listing(asked, shard)
    told = deliver(_output(listing, asked, showing, only), showing.output_file)
    if listing.failed or listing.left or not told:
        return exits.UNREADABLE
    left = any(
        row.verdict.may_go or row.verdict in (RemovalVerdict.SHADOWS, RemovalVerdict.UNDEFINED) for row in listing.rows
    )
    return exits.code(unread=False, left=left, exit_zero=options.exit_zero)


def verdicts(given: Sequence[str]) -> tuple[RemovalVerdict, ...]:
    """Of --verdict. Raises UsageError."""
    known = ", ".join(reversed(RemovalVerdict))
    for one in given:
        if one not in list(RemovalVerdict):
            raise UsageError(f"--verdict {printable(one)} is not a verdict; use one of {known}")
    return tuple(map(RemovalVerdict, given))


def plan(asked: ListingOptions, options: PlanOptions, showing: ListShowing) -> int:
    """Write a plan of what may go, and sign it with each of the keys, which are tried before anything is asked."""
    log = journals.beside(options.output)
    if log.exists():
        raise UsageError(f"{options.output} has a log, {log}: `secrets apply` ran with it; pass -o and another file")
    for key in options.sign:
        signing.fingerprint(key)
    listing, asking = _listing(asked, Shard())
    made = questions.plan(asked, asking, listing, options)
    told = deliver(_output(listing, asked, showing, planned=bool(made.rows)), showing.output_file)
    code = exits.UNREADABLE if listing.failed or listing.left or not told else exits.CLEAN
    if not made.rows:
        console.err(["patless: no variable is removable; no plan written"])
        return code
    _write(options.output, plans.text(made))
    held = many(len(made.rows), "variable")
    console.err([f"patless: wrote {options.output}: {held} to delete, valid until {made.expires}"])
    for key in options.sign:
        console.err([f"patless: signed as {signing.sign(options.output, key)}"])
    return code


def _listing(asked: ListingOptions, shard: Shard) -> tuple[Listing, Asking]:
    if not asked.all:
        with network.client() as client:
            asking = questions.asking_of(asked, client)
            return of_repository(asking, questions.names(asked)[1]), asking
    lasting, place = asked.lasting, (shard.number, shard.count)
    with (
        meanwhile(lasting) as said,
        Client.of(part=place, max_requests=lasting.max_requests, pace=said.pace()) as client,
    ):
        said.asks(client)
        asking = questions.asking_of(asked, client)
        with Ledger(lasting.ledger) as ledger:
            listing = questions.of_workspace(asked, asking, ledger, shard, said.far, said.begins)
    if listing.left:
        left = many(len(listing.left), "repository", "repositories")
        console.err([f"patless: {listing.why}; {left} left; run the same command to continue"])
    return listing, asking


def _output(
    listing: Listing,
    asked: ListingOptions,
    showing: ListShowing,
    only: Sequence[RemovalVerdict] = (),
    *,
    planned: bool = False,
) -> Delivery:
    known = tokens.read(asked.tokens) if asked.tokens else ()
    rows = tokens.judged(known, listing, datetime.now(UTC).date())
    if only:
        listing = replace(listing, rows=tuple(row for row in listing.rows if row.verdict in only))
    paint = console.paint(showing.color, None if showing.output_file else sys.stdout)
    return Delivery.of(subjects.subject(listing, rows, whole=bool(only), planned=planned), showing.format, paint)


def _write(path: Path, text: str) -> None:
    try:
        put(path, text.encode())
    except NotWritten as error:
        raise UsageError(f"{path} was not written: {error}") from None

"""`patless secrets list` and `plan`: which stored variables nobody needs any more, and what may be removed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.session import Client
from migrator.checkouts.analysis import rulebook
from migrator.cli import console, exits, network
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.secrets_asking import meanwhile, of_workspace
from migrator.cli.secrets_proof import counted
from migrator.findings.counting import many
from migrator.findings.settings import Settings
from migrator.fleet.sharding import Shard
from migrator.options import UsageError
from migrator.options.secrets import ListingOptions, ListOptions, ListShowing, PlanOptions
from migrator.reports.subjects import secrets as subjects
from migrator.repositories import remote
from migrator.repositories.direct import Direct
from migrator.repositories.git import remote_slug
from migrator.repositories.worktree import find_root
from migrator.repositories.writing import NotWritten, put
from migrator.rulebook import reading as books
from migrator.secrets import plan as plans
from migrator.secrets import signing, tokens
from migrator.secrets.asking import Asking
from migrator.secrets.listing import of_repository
from migrator.secrets.plan import Plan
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
            raise UsageError(f"--verdict {printable(one)} is no verdict; known are {known}")
    return tuple(map(RemovalVerdict, given))


def plan(asked: ListingOptions, options: PlanOptions, showing: ListShowing) -> int:
    """Write a plan of what may go, and sign it with each of the keys."""
    now = datetime.now(UTC)
    listing, asking = _listing(asked, Shard())
    since = listing.since or now.isoformat(timespec="seconds")
    made = Plan(
        1,
        f"patless {version('patless')}",
        asking.workspace,
        "" if asked.all else _names(asked)[1],
        since,
        (datetime.fromisoformat(since) + timedelta(days=options.expires)).isoformat(timespec="seconds"),
        asked.rollback_window,
        rules_digest(asked),
        configuration_digest(asking),
        {slug: dict(heads) for slug, heads in listing.heads.items()},
        plans.rows(listing),
    )
    told = deliver(_output(listing, asked, showing), showing.output_file)
    code = exits.UNREADABLE if listing.failed or listing.left or not told else exits.CLEAN
    if not made.rows:
        console.err(["patless: nothing may be removed, so no plan was written"])
        return code
    _write(options.output, plans.text(made))
    console.err(
        [f"patless: {options.output} holds {counted(len(made.rows))} to remove; it is good until {made.expires}"]
    )
    for key in options.sign:
        console.err([f"patless: signed as {signing.sign(options.output, key)}"])
    return code


def _names(asked: ListingOptions) -> tuple[str, str]:
    """Workspace and repository. Raises UsageError where they cannot be told."""
    if asked.workspace and (asked.repo or asked.all):
        return asked.workspace, asked.repo
    here = remote_slug(find_root((asked.path or Path()).resolve()))
    if here is None:
        raise UsageError(
            "the remote `origin` is no repository of bitbucket.org, so name it: --workspace and --repo, or --all"
        )
    return asked.workspace or here[0], asked.repo or here[1]


def asking_of(asked: ListingOptions, client: Client) -> Asking:
    """Raises UsageError where workspace or repository cannot be told."""
    workspace = account.slug(client, _names(asked)[0])
    root = find_root((asked.path or Path()).resolve())
    book, settled = rulebook(root, asked.sources)
    settings = Settings(variables=settled.variables, own_packages=settled.own_packages)
    return Asking(
        client,
        workspace,
        cache_folder(os.environ),
        book,
        settings,
        settled.waivers,
        asked.rollback_window,
        datetime.now(UTC),
        leaving=asked.tokens is not None,
        direct=Direct(remote.SECONDS),
    )


def _listing(asked: ListingOptions, shard: Shard) -> tuple[Listing, Asking]:
    if not asked.all:
        with network.client() as client:
            asking = asking_of(asked, client)
            return of_repository(asking, _names(asked)[1]), asking
    lasting, place = asked.lasting, (shard.number, shard.count)
    with (
        meanwhile(lasting) as said,
        Client.of(part=place, max_requests=lasting.max_requests, pace=said.pace()) as client,
    ):
        said.asks(client)
        asking = asking_of(asked, client)
        by = plans.digest_of([version("patless"), rules_digest(asked), configuration_digest(asking)])
        listing = of_workspace(asking, lasting, shard, by, said)
    if listing.left:
        left = many(len(listing.left), "repository is", "repositories are")
        console.err([f"patless: {listing.why}; {left} left: the same command goes on"])
    return listing, asking


def _output(
    listing: Listing, asked: ListingOptions, showing: ListShowing, only: Sequence[RemovalVerdict] = ()
) -> Delivery:
    known = tokens.read(asked.tokens) if asked.tokens else ()
    rows = tokens.judged(known, listing, datetime.now(UTC).date())
    if only:
        listing = replace(listing, rows=tuple(row for row in listing.rows if row.verdict in only))
    paint = console.paint(showing.color, None if showing.output_file else sys.stdout)
    return Delivery.of(subjects.subject(listing, rows, whole=bool(only)), showing.format, paint)


def rules_digest(asked: ListingOptions) -> str:
    """Of all that decides which uses are found."""
    root = find_root((asked.path or Path()).resolve())
    _, settled = rulebook(root, asked.sources)
    return plans.rules_digest((books.built_in(), *settled.rules, *asked.sources.rules))


def configuration_digest(asking: Asking) -> str:
    """Of all that the configuration says about variables."""
    settings = asking.settings
    return plans.digest_of([dict(settings.variables), settings.own_packages, asking.waivers])


def _write(path: Path, text: str) -> None:
    try:
        put(path, text.encode())
    except NotWritten as error:
        raise UsageError(f"{path} was not written: {error}") from None

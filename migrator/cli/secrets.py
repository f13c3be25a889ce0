"""`patless secrets list` and `plan`: which stored variables nobody needs any more, and what may be removed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.analysis import rulebook
from migrator.cli.delivery import Delivery, deliver
from migrator.cli.failures import UsageError
from migrator.cli.options import AnalysisOptions, Showing
from migrator.cli.secrets_asking import Lasting, meanwhile, of_workspace
from migrator.cli.secrets_proof import counted
from migrator.findings.counting import many
from migrator.findings.settings import Settings
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


class ListingOptions(Struct, frozen=True):
    """Of whose variables. `path` is a folder of the repository; `window` is in days."""

    reading: AnalysisOptions
    path: Path | None
    workspace: str
    repository: str
    everything: bool
    window: int
    tokens: Path | None = None
    lasting: Lasting = Lasting(Path("patless-fleet.db"))


def list_all(asked: ListingOptions, showing: Showing, only: Sequence[RemovalVerdict] = ()) -> int:
    """Print what may become of each variable, or of those with one of the verdicts `only`, and return the exit code,
    which is that of all."""
    listing, _ = _listing(asked)
    told = deliver(_output(listing, asked, showing, only), showing.output)
    if listing.failed or listing.left or not told:
        return exits.UNREADABLE
    left = any(
        row.verdict.may_go or row.verdict in (RemovalVerdict.SHADOWS, RemovalVerdict.UNDEFINED) for row in listing.rows
    )
    return exits.code(unread=False, left=left, exit_zero=showing.exit_zero)


def verdicts(given: Sequence[str]) -> tuple[RemovalVerdict, ...]:
    """Of --verdict. Raises UsageError."""
    known = ", ".join(reversed(RemovalVerdict))
    for one in given:
        if one not in list(RemovalVerdict):
            raise UsageError(f"--verdict {printable(one)} is not a verdict; use one of {known}")
    return tuple(map(RemovalVerdict, given))


def plan(asked: ListingOptions, showing: Showing, output: Path, days: int, keys: list[Path]) -> int:
    """Write a plan of what may go to `output`, and sign it with each of the keys."""
    now = datetime.now(UTC)
    listing, asking = _listing(asked)
    since = listing.since or now.isoformat(timespec="seconds")
    made = Plan(
        1,
        f"patless {version('patless')}",
        asking.workspace,
        "" if asked.everything else _names(asked)[1],
        since,
        (datetime.fromisoformat(since) + timedelta(days=days)).isoformat(timespec="seconds"),
        asked.window,
        rules_digest(asked),
        configuration_digest(asking),
        {slug: dict(heads) for slug, heads in listing.heads.items()},
        plans.rows(listing),
    )
    told = deliver(_output(listing, asked, showing, planned=bool(made.rows)), showing.output)
    code = exits.UNREADABLE if listing.failed or listing.left or not told else exits.CLEAN
    if not made.rows:
        console.err(["patless: no variable is removable; no plan written"])
        return code
    _write(output, plans.text(made))
    console.err([f"patless: wrote {output}: {counted(len(made.rows))} to delete, valid until {made.expires}"])
    for key in keys:
        console.err([f"patless: signed as {signing.sign(output, key)}"])
    return code


def _names(asked: ListingOptions) -> tuple[str, str]:
    """Workspace and repository. Raises UsageError where they cannot be told."""
    if asked.workspace and (asked.repository or asked.everything):
        return asked.workspace, asked.repository
    here = remote_slug(find_root((asked.path or Path()).resolve()))
    if here is None:
        raise UsageError(
            "the remote `origin` is not a repository on bitbucket.org; pass --workspace and --repo, or --all"
        )
    return asked.workspace or here[0], asked.repository or here[1]


def asking_of(asked: ListingOptions, client: Client) -> Asking:
    """Raises UsageError where workspace or repository cannot be told."""
    workspace = account.slug(client, _names(asked)[0])
    root = find_root((asked.path or Path()).resolve())
    book, settled = rulebook(root, asked.reading)
    settings = Settings(variables=settled.variables, own_packages=settled.own_packages)
    return Asking(
        client,
        workspace,
        cache_folder(os.environ),
        book,
        settings,
        settled.waivers,
        asked.window,
        datetime.now(UTC),
        leaving=asked.tokens is not None,
        direct=Direct(remote.SECONDS),
    )


def _listing(asked: ListingOptions) -> tuple[Listing, Asking]:
    if not asked.everything:
        with network.client() as client:
            asking = asking_of(asked, client)
            return of_repository(asking, _names(asked)[1]), asking
    shard = asked.lasting.shard
    part = (shard.number, shard.count)
    with meanwhile(asked.lasting) as said, Client.of(part=part, most=asked.lasting.most, pace=said.pace()) as client:
        said.asks(client)
        asking = asking_of(asked, client)
        by = plans.digest_of([version("patless"), rules_digest(asked), configuration_digest(asking)])
        listing = of_workspace(asking, asked.lasting, by, said)
    if listing.left:
        left = many(len(listing.left), "repository", "repositories")
        console.err([f"patless: {listing.why}; {left} left; run the same command to continue"])
    return listing, asking


def _output(
    listing: Listing,
    asked: ListingOptions,
    showing: Showing,
    only: Sequence[RemovalVerdict] = (),
    *,
    planned: bool = False,
) -> Delivery:
    known = tokens.read(asked.tokens) if asked.tokens else ()
    rows = tokens.judged(known, listing, datetime.now(UTC).date())
    if only:
        listing = replace(listing, rows=tuple(row for row in listing.rows if row.verdict in only))
    paint = console.paint(showing.colour, None if showing.output else sys.stdout)
    return Delivery.of(subjects.subject(listing, rows, whole=bool(only), planned=planned), showing.format, paint)


def rules_digest(asked: ListingOptions) -> str:
    """Of all that decides which uses are found."""
    root = find_root((asked.path or Path()).resolve())
    _, settled = rulebook(root, asked.reading)
    return plans.rules_digest((books.built_in(), *settled.rules, *asked.reading.rules))


def configuration_digest(asking: Asking) -> str:
    """Of all that the configuration says about variables."""
    settings = asking.settings
    return plans.digest_of([dict(settings.variables), settings.own_packages, asking.waivers])


def _write(path: Path, text: str) -> None:
    try:
        put(path, text.encode())
    except NotWritten as error:
        raise UsageError(f"{path} was not written: {error}") from None

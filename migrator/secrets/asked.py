"""What is asked about variables: whose, and by which rules."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from migrator.bitbucket import account
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.session import Client
from migrator.checkouts.analysis import rulebook
from migrator.findings.settings import Settings
from migrator.fleet.ledger import Ledger
from migrator.fleet.sharding import Shard
from migrator.options import UsageError
from migrator.options.analysis import Sources
from migrator.options.secrets import ListingOptions, PlanOptions
from migrator.repositories import remote
from migrator.repositories.direct import Direct
from migrator.repositories.git import remote_slug
from migrator.repositories.worktree import find_root
from migrator.rulebook import reading as books
from migrator.secrets import plan as plans
from migrator.secrets import sweeping
from migrator.secrets.asking import Asking
from migrator.secrets.plan import Plan
from migrator.secrets.records import Listing
from migrator.secrets.terms import Ahead, Far, Terms

_SHARE = 0.4
"""How many repositories of a workspace have pipelines, where nothing is known of them."""


def names(asked: ListingOptions) -> tuple[str, str]:
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
    workspace = account.slug(client, names(asked)[0])
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


def rules_digest(asked: ListingOptions) -> str:
    """Of all that decides which uses are found."""
    root = find_root((asked.path or Path()).resolve())
    _, settled = rulebook(root, asked.sources)
    return plans.rules_digest((books.built_in(), *settled.rules, *asked.sources.rules))


def configuration_digest(asking: Asking) -> str:
    """Of all that the configuration says about variables."""
    settings = asking.settings
    return plans.digest_of([dict(settings.variables), settings.own_packages, asking.waivers])


def digest(asked: ListingOptions, asking: Asking) -> str:
    """Of all that an answer depends on besides what Bitbucket says."""
    return plans.digest_of([version("patless"), rules_digest(asked), configuration_digest(asking)])


def plan(asked: ListingOptions, asking: Asking, listing: Listing, options: PlanOptions) -> Plan:
    """What of a listing may go, from its moment on."""
    since = listing.since or asking.now.isoformat(timespec="seconds")
    return Plan(
        1,
        f"patless {version('patless')}",
        asking.workspace,
        "" if asked.all else names(asked)[1],
        since,
        (datetime.fromisoformat(since) + timedelta(days=options.expires)).isoformat(timespec="seconds"),
        asked.rollback_window,
        rules_digest(asked),
        configuration_digest(asking),
        {slug: dict(heads) for slug, heads in listing.heads.items()},
        plans.rows(listing),
    )


def of_plan(made: Plan, path: Path | None, sources: Sources) -> ListingOptions:
    """The same that a plan was made of. `path` is a folder of the repository."""
    return ListingOptions(path, made.workspace, made.repository, not made.repository, made.window, sources=sources)


def of_workspace(
    asked: ListingOptions,
    asking: Asking,
    ledger: Ledger,
    shard: Shard,
    far: Far,
    begins: Callable[[Client, float], Callable[[Ahead], None]],
) -> Listing:
    """All variables of the workspace, or of a part of it. `begins` gives what is called before anything is asked of
    repositories, from the share of those with pipelines. Raises ApiError, GitMissing, LedgerError."""
    lasting = asked.lasting
    first, share = _seen(ledger, asking.workspace)
    sparing = lasting.max_requests is not None or lasting.deadline is not None
    age = timedelta(hours=lasting.max_age)
    terms = Terms(digest(asked, asking), age, first=first, sparing=sparing, shard=shard)
    return sweeping.of_workspace(asking, ledger, terms, far, begins(asking.client, share))


def _seen(ledger: Ledger, workspace: str) -> tuple[frozenset[str], float]:
    """What a scan has seen: repositories that log in, and the share of those with pipelines."""
    every = [branch for branch in ledger.branches() if branch.entry.repository.workspace == workspace]
    read = {branch.entry.repository.uuid for branch in every}
    having = {branch.entry.repository.uuid for branch in every if branch.seen and branch.seen.files}
    first = {
        branch.entry.repository.uuid
        for branch in every
        if branch.seen and any(finding.variables for finding in branch.seen.findings)
    }
    return frozenset(first), len(having) / len(read) if read else _SHARE

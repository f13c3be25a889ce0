"""Which repositories a scan looks at: what Bitbucket lists, or another run has listed; and what became of others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.delivery import Delivery, deliver
from migrator.findings.counting import many
from migrator.fleet import catalogue, listing, visiting
from migrator.fleet.catalogue import Catalogue, CatalogueError
from migrator.fleet.listing import Selection
from migrator.options import UsageError
from migrator.options.fleet import Allowance, RepositoryFilter
from migrator.text.mask import printable

_NAMES = 20


def selection(filter: RepositoryFilter, slugs: Iterable[str] = ()) -> Selection:
    """Raises UsageError."""
    if filter.project and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,127}", filter.project):
        raise UsageError("--project is the key of a project: letters, digits and underscores")
    try:
        moment = listing.moment(filter.since, datetime.now(UTC)) if filter.since else None
    except (ValueError, OverflowError):
        raise UsageError("--since is a date such as 2026-11-17, or a number of days such as 7d") from None
    return Selection(filter.workspace, filter.project, filter.query, moment, tuple(dict.fromkeys(slugs)))


def write(filter: RepositoryFilter, output: Path, max_requests: int | None) -> int:
    """Write the list of a workspace into a file, for `scan --listing`, and return the exit code."""
    chosen = selection(filter)
    if not chosen.workspace:
        raise UsageError("name whose repositories to list: --workspace SLUG")
    with network.client(allowance=Allowance(max_requests)) as client:
        chosen = replace(chosen, workspace=account.slug(client, chosen.workspace))
        at = visiting.now()
        found, _ = listing.listed(client, chosen)
    text = catalogue.document(chosen.workspace, at, chosen.whole, found)
    if not deliver(Delivery(text), output):
        return exits.UNREADABLE
    console.out(f"{output}: {many(len(found), 'repository', 'repositories')} of {printable(chosen.workspace)}\n")
    return exits.CLEAN


def catalogued(path: Path, workspace: str, client: Client) -> Catalogue:
    """The list that another run has written. `workspace` '': whatever it is of. Raises UsageError."""
    try:
        found = catalogue.read(path, client.base)
    except CatalogueError as error:
        raise UsageError(str(error)) from None
    if workspace not in ("", found.workspace):
        raise UsageError(f"{path} is a list of {printable(found.workspace)}, not of {printable(workspace)}")
    return found

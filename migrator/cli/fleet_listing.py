"""`patless fleet list`: which repositories there are, for scans on several machines."""

from __future__ import annotations

import shlex
from pathlib import Path

from msgspec.structs import replace

from migrator.bitbucket import account
from migrator.cli import console, exits, network
from migrator.cli.delivery import Delivery, deliver
from migrator.findings.counting import many
from migrator.fleet import catalogue, listing, visiting
from migrator.fleet.listing import Selection
from migrator.options import UsageError
from migrator.options.fleet import Allowance, RepositoryFilter
from migrator.text.mask import printable


def write(filter: RepositoryFilter, output: Path, max_requests: int | None) -> int:
    """Write the list of a workspace into a file, for `scan --listing`, and return the exit code."""
    chosen = Selection.of(filter)
    if not chosen.workspace:
        raise UsageError("no workspace named; pass --workspace SLUG")
    with network.client(allowance=Allowance(max_requests)) as client:
        chosen = replace(chosen, workspace=account.slug(client, chosen.workspace))
        at = visiting.now()
        found, _ = listing.listed(client, chosen)
    text = catalogue.document(chosen.workspace, at, chosen.whole, found)
    if not deliver(Delivery(text), output):
        return exits.UNREADABLE
    console.out(f"{output}: {many(len(found), 'repository', 'repositories')} of {printable(chosen.workspace)}\n")
    scan = f"patless fleet scan --workspace {shlex.quote(chosen.workspace)} --listing {shlex.quote(str(output))}"
    console.out(printable(f"Run `{scan} --shard 1/N` on each of N machines.") + "\n")
    return exits.CLEAN

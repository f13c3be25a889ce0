"""`patless fleet forget`: repositories that are to be in a ledger no more."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from migrator.bitbucket.budget import cache_folder
from migrator.cli import console, exits, fleet_next
from migrator.cli.fleet_ledger import opened
from migrator.findings.counting import many
from migrator.fleet import bounding
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import LedgerEntry, of_workspace
from migrator.options import UsageError
from migrator.options.fleet import Operated
from migrator.text.mask import printable


def run(ledger: Path, workspace: str, slugs: Sequence[str]) -> int:
    """Take out all that are named, or none, say what went, and return the exit code."""
    with opened(ledger, workspace) as known, ExitStack() as stack:
        found = {one.repository.uuid: one for name in slugs for one in _entries(known, name, workspace)}
        for uuid, entry in found.items():
            if not stack.enter_context(known.claimed(uuid)):
                slug = printable(entry.repository.slug)
                raise UsageError(f"another run works on {slug}; try again when it has ended")
        lines = [_forgotten(known, entry) for entry in found.values()]
        known.remove(list(found))
        bounding.mark_gone(cache_folder(os.environ), found.values(), known.entries())
    lines.append(f"Run {fleet_next.fleet('status', Operated(ledger))} to see what the ledger has.")
    console.out("".join(f"{line}\n" for line in lines))
    return exits.CLEAN


def _entries(ledger: Ledger, name: str, workspace: str) -> Iterator[LedgerEntry]:
    """Those of a slug or uuid. The slug of one that is gone can be another one's by now, which stays."""
    every = of_workspace(ledger.named(name), workspace)
    if not every:
        raise UsageError(
            f"{ledger.path} has no repository {printable(name)[:200]}; run `patless fleet status` to list them"
        )
    yield from [one for one in every if one.state.left] or every


def _forgotten(ledger: Ledger, entry: LedgerEntry) -> str:
    repository = entry.repository
    branches = list(ledger.branches(repository.uuid))
    findings = sum(len(one.seen.findings) for one in branches if one.seen)
    requests = [f"#{one.pull_request}" for one in ledger.changes(repository.uuid) if one.pull_request is not None]
    parts = [many(len(branches), "branch", "branches"), many(findings, "finding")]
    parts += [f"pull request {', '.join(requests)}, which stays in Bitbucket"] if requests else []
    return printable(f"{repository.slug}: forgotten ({entry.state}; {', '.join(parts)})")

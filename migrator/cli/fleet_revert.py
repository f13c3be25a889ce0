"""`patless fleet revert`: the pull request that takes a merged one back."""

from __future__ import annotations

from migrator.cli import console, exits, network
from migrator.cli.failures import UsageError
from migrator.cli.fleet_asking import ScanOptions, opened
from migrator.cli.fleet_reading import reader
from migrator.fleet import operator, undoing
from migrator.text.mask import printable


def run(asked: ScanOptions, slug: str, destination: str, *, draft: bool, shows: bool) -> int:
    """Open the pull request that takes a merged one back, and return the exit code."""
    fleet = operator.find(asked.config)
    with network.client() as client, opened(asked) as ledger:
        entry = ledger.entry(slug)
        if entry is None:
            raise UsageError(f"no repository {printable(slug)} in {asked.ledger}")
        repository = entry.repository
        wanted = destination or repository.main_branch
        change = ledger.change(repository.uuid, wanted)
        if change is None:
            raise UsageError(f"the ledger has no pull request of patless to {printable(wanted)} of {printable(slug)}")
        by = reader(client, ledger, asked, fleet, None)
        found = undoing.reversal(client, repository, change, by.heads(repository), by.texts, by.known)
        if shows and not found.existing:
            console.out(f"{printable(slug)} {printable(wanted)}: would open: {printable(found.title)}\n")
            return exits.LEFT
        made = undoing.opened(client, repository, found, wanted, draft)
    said = "is open already" if found.existing else "opened"
    console.out(f"{printable(slug)} {printable(wanted)}: {said} #{made.number} {printable(made.url)}\n")
    return exits.CLEAN

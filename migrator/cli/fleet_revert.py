"""`patless fleet revert`: the pull request that takes a merged one back."""

from __future__ import annotations

from migrator.cli import console, exits, fleet_next, network
from migrator.cli.fleet_ledger import opened
from migrator.fleet import operator, preparing, undoing
from migrator.fleet.records import of_workspace
from migrator.options import UsageError
from migrator.options.fleet import RevertOptions
from migrator.text.mask import printable


def run(options: RevertOptions) -> int:
    """Open the pull request that takes a merged one back, and return the exit code."""
    slug, place = options.slug, options.operated
    fleet = operator.find(place.config)
    with network.client() as client, opened(place.ledger, options.workspace) as ledger:
        entry = ledger.entry(slug)
        if entry is None or not of_workspace([entry], options.workspace):
            raise UsageError(f"no repository {printable(slug)} in {place.ledger}")
        repository = entry.repository
        wanted = options.destination or repository.main_branch
        change = ledger.change(repository.uuid, wanted)
        if change is None:
            raise UsageError(f"the ledger has no pull request of patless to {printable(wanted)} of {printable(slug)}")
        by = preparing.reader(client, preparing.proposer(ledger, fleet, options))
        known, heads = by.proposer, by.heads(repository)
        found = undoing.reversal(client, repository, change, heads, known.texts, known.known, options.starting)
        if options.dry_run and not found.existing:
            console.out(f"{printable(slug)} {printable(wanted)}: would open: {printable(found.title)}\n")
            console.out("Run again without `--dry-run` to open it.\n")
            return exits.LEFT
        made = undoing.opened(client, repository, found, wanted, options.draft)
    said = "is open already" if found.existing else "opened"
    console.out(f"{printable(slug)} {printable(wanted)}: {said} #{made.number} {printable(made.url)}\n")
    console.out(f"Merge it, then run {fleet_next.fleet('status', place)}.\n")
    return exits.CLEAN

"""What the commands that follow a scan are asked about: a ledger, and which of its repositories."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from migrator.cli.failures import UsageError
from migrator.cli.fleet_options import Choice
from migrator.fleet.ledger import Ledger
from migrator.fleet.operator import Operator
from migrator.fleet.records import LedgerEntry


def opened(ledger: Path) -> Ledger:
    if not ledger.exists():
        raise UsageError(f"there is no ledger {ledger}; `patless fleet scan` makes it")
    return Ledger(ledger)


def chosen(entry: LedgerEntry, choice: Choice, fleet: Operator) -> bool:
    """Whether it may be written to: one that is gone, archived or left out is not."""
    repository = entry.repository
    out = entry.state.left or fleet.excluded(repository.slug) or fleet.is_archived(repository)
    return not out and named(entry, choice, fleet)


def named(entry: LedgerEntry, choice: Choice, fleet: Operator) -> bool:
    """Whether it is one of those that the command line names. A clone on this machine never is."""
    slug = entry.repository.slug
    if entry.repository.folder:
        return False
    if choice.wave:
        wave = fleet.wave(slug)
        if wave is None or wave.name != choice.wave:
            return False
    return not choice.slugs or any(fnmatchcase(slug, glob) for glob in choice.slugs)

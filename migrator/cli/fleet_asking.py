"""What the commands that follow a scan are asked about: a ledger, and which of its repositories."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from migrator.cli import console
from migrator.cli.failures import UsageError
from migrator.fleet.ledger import Ledger
from migrator.fleet.operator import Operator
from migrator.fleet.records import LedgerEntry
from migrator.reports.formats import Format


class ScanOptions(Struct, frozen=True):
    """`slugs` are globs, none of them is all; `config` None: `fleet.toml`, where it is there."""

    ledger: Path
    slugs: tuple[str, ...] = ()
    config: Path | None = None
    rules: tuple[Path, ...] = ()
    wave: str = ""
    templates: Path | None = None
    probed: tuple[str, ...] = ()


class FleetShowing(Struct, frozen=True):
    format: Format = Format.TEXT
    colour: console.Colour = console.Colour.AUTO
    exit_zero: bool = False


def opened(asked: ScanOptions) -> Ledger:
    if not asked.ledger.exists():
        raise UsageError(f"no ledger {asked.ledger}; run `patless fleet scan` first")
    return Ledger(asked.ledger)


def chosen(entry: LedgerEntry, asked: ScanOptions, fleet: Operator) -> bool:
    """Whether it may be written to: one that is gone, archived or left out is not."""
    repository = entry.repository
    out = entry.state.left or fleet.excluded(repository.slug) or fleet.is_archived(repository)
    return not out and named(entry, asked, fleet)


def named(entry: LedgerEntry, asked: ScanOptions, fleet: Operator) -> bool:
    """Whether it is one of those that the command line names. A clone on this machine never is."""
    slug = entry.repository.slug
    if entry.repository.folder:
        return False
    if asked.wave:
        wave = fleet.wave(slug)
        if wave is None or wave.name != asked.wave:
            return False
    return not asked.slugs or any(fnmatchcase(slug, glob) for glob in asked.slugs)

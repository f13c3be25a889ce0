"""The commands of `patless fleet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator.cli.commands import command
from migrator.cli.helping import WholeGroup
from migrator.options.declared import CliArgument, CliOption
from migrator.options.fleet import (
    MigrateOptions,
    Operated,
    ReportOptions,
    RepositoryFilter,
    RevertOptions,
    ScanOptions,
    StatusOptions,
)
from migrator.options.output import Colour, Format
from migrator.options.vocabulary import LEDGER, Color, Ledger, MaxRequests, Output, PictureFormat, Rules

app = typer.Typer(
    cls=WholeGroup, no_args_is_help=True, help="Scan and move many repositories, and follow how far they are."
)


@command(app)
def scan(options: ScanOptions) -> int:
    """Scan the main branch of every repository into the ledger."""
    from migrator.cli import fleet

    return fleet.scan(options)


@command(app, "list")
def list_(
    output: Annotated[Output, CliOption("File for the list.")],
    filter: RepositoryFilter,
    max_requests: MaxRequests = None,
) -> int:
    """List the repositories once, for `scan --listing` on several machines."""
    from migrator.cli import fleet_listing

    return fleet_listing.write(filter, output, max_requests)


@command(app)
def forget(
    slugs: Annotated[tuple[str, ...], CliArgument("Slugs or UUIDs.", metavar="SLUG...")], ledger: Ledger = LEDGER
) -> int:
    """Remove repositories from the ledger; a scan that finds them reads them again."""
    from migrator.cli import fleet_forget

    return fleet_forget.run(ledger, slugs)


@command(app)
def merge(
    ledgers: Annotated[tuple[Path, ...], CliArgument("Ledgers of shards or machines.", metavar="FILE...")],
    ledger: Ledger = LEDGER,
) -> int:
    """Merge ledgers into the one of --ledger; the latest scan of each repository counts."""
    from migrator.cli import fleet

    return fleet.merge(ledger, ledgers)


@command(app)
def packages(
    operated: Operated,
    rules: Rules = (),
    format: PictureFormat = Format.TEXT,
    color: Color = Colour.AUTO,
) -> int:
    """Show who pushes and reads each package, and which to confirm first."""
    from migrator.cli import fleet_packages

    return fleet_packages.run(operated, rules, format, color)


@command(app)
def report(options: ReportOptions) -> int:
    """Write the ledger as one page for a browser."""
    from migrator.cli import fleet_report

    return fleet_report.run(options)


@command(app)
def migrate(options: MigrateOptions) -> int:
    """Preview the pull requests that fix logins; `--open-prs` opens them."""
    from migrator.cli import fleet_migrate

    return fleet_migrate.run(options)


@command(app)
def status(options: StatusOptions) -> int:
    """Show how far each repository is, and its pull requests."""
    from migrator.cli import fleet_status

    return fleet_status.run(options)


@command(app)
def revert(options: RevertOptions) -> int:
    """Open a pull request that reverts a merged one."""
    from migrator.cli import fleet_revert

    return fleet_revert.run(options)

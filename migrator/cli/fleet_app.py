"""The commands of `patless fleet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator.cli.commands import command
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

app = typer.Typer(no_args_is_help=True, help="Many repositories: what is in them, their migration, and how far it is.")


@command(app)
def scan(options: ScanOptions) -> int:
    """Look at the main branch of every repository, and write down what is there."""
    from migrator.cli import fleet

    return fleet.scan(options)


@command(app, "list")
def list_(
    output: Annotated[Output, CliOption("The list.")], filter: RepositoryFilter, max_requests: MaxRequests = None
) -> int:
    """Write down which repositories there are, for `scan --listing` of several machines."""
    from migrator.cli import fleet_listing

    return fleet_listing.write(filter, output, max_requests)


@command(app)
def forget(
    slugs: Annotated[tuple[str, ...], CliArgument("Slugs or UUIDs.", metavar="SLUG...")], ledger: Ledger = LEDGER
) -> int:
    """Take repositories out of the ledger: a scan that finds them looks at them anew."""
    from migrator.cli import fleet_forget

    return fleet_forget.run(ledger, slugs)


@command(app)
def merge(
    ledgers: Annotated[tuple[Path, ...], CliArgument("Ledgers, of shards or machines.", metavar="FILE...")],
    ledger: Ledger = LEDGER,
) -> int:
    """Join ledgers into the one of --ledger: of each repository what was looked at last."""
    from migrator.cli import fleet

    return fleet.merge(ledger, ledgers)


@command(app)
def packages(
    operated: Operated,
    rules: Rules = (),
    format: PictureFormat = Format.TEXT,
    color: Color = Colour.AUTO,
) -> int:
    """Say who pushes and who reads each package, and what pays to settle first."""
    from migrator.cli import fleet_packages

    return fleet_packages.run(operated, rules, format, color)


@command(app)
def report(options: ReportOptions) -> int:
    """Write all that is known as one page for a browser."""
    from migrator.cli import fleet_report

    return fleet_report.run(options)


@command(app)
def migrate(options: MigrateOptions) -> int:
    """Show the pull requests that move repositories, or open them with --open-prs."""
    from migrator.cli import fleet_migrate

    return fleet_migrate.run(options)


@command(app)
def status(options: StatusOptions) -> int:
    """Say how far each repository is, and what became of its pull requests."""
    from migrator.cli import fleet_status

    return fleet_status.run(options)


@command(app)
def revert(options: RevertOptions) -> int:
    """Open the pull request that takes a merged one back."""
    from migrator.cli import fleet_revert

    return fleet_revert.run(options)

"""The commands of `patless secrets`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator.cli.commands import command
from migrator.cli.helping import WholeGroup
from migrator.options.declared import CliOption
from migrator.options.secrets import (
    ApplyOptions,
    ListingOptions,
    ListOptions,
    ListShowing,
    PlanFile,
    PlanOptions,
    Signers,
    Yes,
)
from migrator.options.vocabulary import Log

app = typer.Typer(
    cls=WholeGroup, no_args_is_help=True, help="List stored variables, and delete those that you no longer need."
)


@command(app, "list")
def list_(listing: ListingOptions, options: ListOptions, showing: ListShowing) -> int:
    """List stored variables, and whether you can remove each."""
    from migrator.cli import secrets

    return secrets.list_all(listing, options, showing)


@command(app)
def plan(options: PlanOptions, listing: ListingOptions, showing: ListShowing) -> int:
    """Write a removal plan for others to review and sign."""
    from migrator.cli import secrets

    return secrets.plan(listing, options, showing)


@command(app)
def sign(
    plan: PlanFile,
    key: Annotated[Path, CliOption("An SSH key.", metavar="KEY", folders=False)],
    yes: Annotated[Yes, CliOption("Do not ask before signing.")] = False,
) -> int:
    """Show what a plan deletes and assumes, and sign it."""
    from migrator.cli import secrets_proof

    return secrets_proof.sign(plan, key, yes=yes)


@command(app)
def apply(options: ApplyOptions) -> int:
    """Delete the variables of a plan whose evidence still holds."""
    from migrator.cli import secrets_apply

    return secrets_apply.apply(options)


@command(app)
def verify(plan: PlanFile, signers: Signers, log: Log = None) -> int:
    """Check a plan, its signatures, and its log, offline."""
    from migrator.cli import secrets_proof

    return secrets_proof.verify(plan, log, signers)

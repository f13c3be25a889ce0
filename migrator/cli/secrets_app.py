"""The commands of `patless secrets`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator.cli.commands import command
from migrator.options.declared import CliOption
from migrator.options.secrets import (
    ApplyOptions,
    ListingOptions,
    ListOptions,
    ListShowing,
    PlanFile,
    PlanOptions,
    Signers,
)
from migrator.options.vocabulary import Log

app = typer.Typer(no_args_is_help=True, help="Stored variables: which nobody needs any more, and their removal.")


@command(app, "list")
def list_(listing: ListingOptions, options: ListOptions, showing: ListShowing) -> int:
    """Say of each variable that a login to Packages uses or used what may become of it."""
    from migrator.cli import secrets

    return secrets.list_all(listing, options, showing)


@command(app)
def plan(options: PlanOptions, listing: ListingOptions, showing: ListShowing) -> int:
    """Write down what may be removed and on what evidence, for others to read and to sign."""
    from migrator.cli import secrets

    return secrets.plan(listing, options, showing)


@command(app)
def sign(plan: PlanFile, key: Annotated[Path, CliOption("An SSH key.", metavar="KEY", folders=False)]) -> int:
    """Sign a plan that you have read."""
    from migrator.cli import secrets_proof

    return secrets_proof.sign(plan, key)


@command(app)
def apply(options: ApplyOptions) -> int:
    """Remove the variables of a plan whose evidence still holds. There is no removal without a plan."""
    from migrator.cli import secrets_apply

    return secrets_apply.apply(options)


@command(app)
def verify(plan: PlanFile, signers: Signers, log: Log = None) -> int:
    """Check a plan, its signatures and its log, offline: what an auditor keeps."""
    from migrator.cli import secrets_proof

    return secrets_proof.verify(plan, log, signers)

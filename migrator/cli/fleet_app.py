"""The options of `patless fleet`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour
from migrator.cli.options import Form

app = typer.Typer(no_args_is_help=True, help="Many repositories: what is in them, their migration, and how far it is.")

LEDGER = Path("patless-fleet.db")
Ledger = Annotated[
    Path, typer.Option("--ledger", metavar="FILE", help="What is known of the repositories.", dir_okay=False)
]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="DIR", help="A folder of further rules.", exists=True, file_okay=False),
]
Color = Annotated[Colour, typer.Option("--color", help="Colours; NO_COLOR and FORCE_COLOR count too.")]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Default: fleet.toml, if it is here.", dir_okay=False),
]
Shape = Annotated[Form, typer.Option("--format", help="For people, programs, reviews.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 in place of 1.")]


@app.callback()
def _fleet() -> None:
    """Options before a command."""


@app.command()
def packages(
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
    format: Shape = Form.TEXT,
    color: Color = Colour.AUTO,
) -> None:
    """Say who pushes and who reads each package, and what pays to settle first."""

    def run() -> int:
        from migrator.cli import fleet_packages

        return fleet_packages.run(ledger, config, rules or [], format, color)

    _end(run)


def _end(run: Callable[[], int]) -> None:
    raise typer.Exit(failures.guarded(run))

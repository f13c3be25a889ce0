"""The options of `patless fleet`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour

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
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 in place of 1.")]


@app.callback()
def _fleet() -> None:
    """Options before a command."""


def _end(run: Callable[[], int]) -> None:
    raise typer.Exit(failures.guarded(run))

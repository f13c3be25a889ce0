"""What commands of several groups have in common: options that mean the same everywhere, and the way to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour
from migrator.cli.options import Form, Format

Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="DIR", help="A folder of further rules.", exists=True, file_okay=False),
]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="This configuration file.")]
NoConfig = Annotated[bool, typer.Option("--no-config", help="No configuration file.")]
Color = Annotated[Colour, typer.Option("--color", help="Colours; NO_COLOR and FORCE_COLOR count too.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 in place of 1.")]
Findings = Annotated[Format, typer.Option("--format", help="For people, programs, code scanning.")]
"""The format of what is said of files."""
Rows = Annotated[Form, typer.Option("--format", help="For people, programs, reviews.")]
"""The format of what is said of a workspace."""
Tokens = Annotated[
    Path | None, typer.Option("--tokens", metavar="FILE", help="What tokens there are: tokens.toml.", dir_okay=False)
]


def folders(rules: list[Path] | None) -> tuple[Path, ...]:
    """Of --rules, absolute."""
    return tuple(folder.resolve() for folder in rules or ())


def one_configuration(config: Path | None, no_config: bool) -> None:
    """Raises UsageError where a file is named and none is wanted."""
    if config is not None and no_config:
        raise failures.UsageError("--config and --no-config exclude each other")


def end(run: Callable[[], int]) -> None:
    """Every command ends so."""
    raise typer.Exit(failures.guarded(run))

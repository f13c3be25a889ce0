"""What commands of several groups have in common: options that mean the same everywhere, and the way to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour
from migrator.reports.formats import FINDINGS, PICTURE, PLAIN, VARIABLES, Format
from migrator.text.mask import printable


def _format(offered: tuple[Format, ...], help: str) -> object:
    """`--format` of a command that offers these."""

    def parsed(value: str) -> Format:
        if value not in offered:
            known = f"{', '.join(offered[:-1])} and {offered[-1]}"
            raise failures.UsageError(f"this command cannot write --format {printable(value)}; it writes {known}")
        return Format(value)

    names = list(offered)
    metavar = f"<{'|'.join(names)}>"
    return typer.Option("--format", metavar=metavar, parser=parsed, autocompletion=lambda: names, help=help)


FindingsFormat = Annotated[Format, _format(FINDINGS, "For people, programs, code scanning, test reports.")]
VariablesFormat = Annotated[Format, _format(VARIABLES, "For people, programs, reviews.")]
PictureFormat = Annotated[Format, _format(PICTURE, "For people, programs, reviews.")]
PlainFormat = Annotated[Format, _format(PLAIN, "For people or programs.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="DIR", help="A folder of further rules.", exists=True, file_okay=False),
]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="This configuration file.")]
NoConfig = Annotated[bool, typer.Option("--no-config", help="No configuration file.")]
Color = Annotated[Colour, typer.Option("--color", help="Colours; NO_COLOR and FORCE_COLOR count too.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 in place of 1.")]
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

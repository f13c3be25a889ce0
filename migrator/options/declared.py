"""What an option is beyond the name, the type and the default of its field; no parser is imported for it.

A group of options is a frozen record. A field of it is an option, an argument, or another group:

    class Bounds(Struct, frozen=True):
        most: Annotated[int | None, CliOption("So many.", metavar="N", min=1)] = None

The name of the field is that of the option, `--most`. Where several groups have an option, its type and what is said of
it are one alias, `Most = Annotated[...]`, and `Annotated[Most, CliOption("Other words.")]` says it in other words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct


class CliOption(Struct, frozen=True):
    """`short` is such as `-q`. `exists`, `files` and `folders` say what a path may be. `offered` are the values that
    this command knows of those that the type has. `reads` makes the value of what was typed: of a text, or of the tuple
    where the option may be repeated. `group` is the heading in the help. `variable` is the variable of the environment
    that stands for the option, '' for `PATLESS_` and its name; None is for what a person has to say at that moment."""

    help: str = ""
    metavar: str = ""
    short: str = ""
    min: int | None = None
    max: int | None = None
    exists: bool = False
    files: bool = True
    folders: bool = True
    offered: tuple[str, ...] = ()
    reads: Callable[[Any], object] | None = None
    group: str = ""
    variable: str | None = ""


class CliArgument(CliOption, frozen=True):
    """What is named by its place, not by a word."""


def together(said: Sequence[CliOption]) -> CliOption:
    """One after another: what a later one says counts."""
    first = said[0]
    names, usual = first.__struct_fields__, first.__struct_defaults__
    every = [(name, getattr(one, name), unsaid) for one in said for name, unsaid in zip(names, usual, strict=True)]
    return type(first)(**{name: value for name, value, unsaid in every if value != unsaid})

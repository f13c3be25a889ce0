"""The options of `check`, `fix` and `packages`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.options import UsageError
from migrator.options.output import Colour, Format

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Annotated

    from migrator.options.declared import CliOption
    from migrator.options.vocabulary import (
        EXIT,
        FIXES,
        JOBS,
        OUTPUT,
        SOURCES,
        WHICH,
        Color,
        Config,
        ExitZero,
        File,
        FindingsFormat,
        Folder,
        NoCache,
        Offline,
        OutputFile,
        Paths,
        Quiet,
        ReportFormat,
        Rules,
        Several,
        Strict,
        UnsafeFixes,
        Verbose,
    )


class Style(StrEnum):
    """What a login becomes: one that serves pushes only can be a pipe; one in a file that steps run is rewritten there,
    or gets the native credentials by a bridge in the step, and with `login` whichever leaves others alone."""

    LOGIN = "login"
    PIPE = "pipe"
    IN_PLACE = "in-place"
    BRIDGE = "bridge"


class Sources(Struct, frozen=True):
    """By what a repository is judged: its own configuration, or another one, or none; and folders of more rules."""

    rules: Rules = ()
    config: Config = None
    no_config: Annotated[bool, CliOption("Use no configuration file.", group=SOURCES)] = False

    def __post_init__(self) -> None:
        if self.config is not None and self.no_config:
            raise UsageError("pass --config or --no-config, not both")


class Codes(Struct, frozen=True):
    """Which findings."""

    select: Annotated[Several, CliOption("Report only these rules or reasons.", metavar="CODE", group=WHICH)] = ()
    ignore: Annotated[Several, CliOption("Leave out these rules or reasons.", metavar="CODE", group=WHICH)] = ()


class AnalysisOptions(Struct, frozen=True):
    """What to analyse, and by what. `paths` empty: the repository of the working directory, all of it.

    `jobs` None: one process for one repository, else one for each processor.
    `baseline` None: that of the configuration. `stdin_filename` is there where the only path is `-`.
    `pipe_version` '' asks the configuration, then Bitbucket unless `offline`.
    """

    paths: Paths = ()
    codes: Codes = Codes()
    sources: Sources = Sources()
    jobs: Annotated[int | None, JOBS, CliOption("How many processes, for several repositories.")] = None
    style: Annotated[
        Style,
        CliOption(
            "How to fix a login: with a pipe (pushes only), or in called files in place or by a bridge.", group=FIXES
        ),
    ] = Style.LOGIN
    pipe_version: Annotated[str, CliOption("Version of the push pipe.", metavar="VERSION", group=FIXES)] = ""
    offline: Annotated[Offline, CliOption("Do not ask Bitbucket about the push pipe.", group=FIXES)] = False
    baseline: Annotated[File, CliOption("Leave out the findings in this file.", group=WHICH)] = None
    stdin_filename: Annotated[Path | None, CliOption("Read - as this file of the repository.", metavar="FILE")] = None


class CheckOptions(Struct, frozen=True):
    """`unsafe_fixes` only words the hint at the end; with `write_baseline` no baseline is applied; `output_file` None:
    standard output."""

    format: FindingsFormat = Format.TEXT
    strict: Strict = False
    exit_zero: ExitZero = False
    quiet: Quiet = False
    verbose: Verbose = False
    color: Color = Colour.AUTO
    unsafe_fixes: Annotated[UnsafeFixes, CliOption("Count unsafe fixes in the hint.", group=OUTPUT)] = False
    output_file: Annotated[
        OutputFile, CliOption("Write the report to this file; an HTML page gets CSV and JSON files too.")
    ] = None
    write_baseline: Annotated[bool, CliOption("Write the findings to the baseline.", group=WHICH)] = False
    statistics: Annotated[bool, CliOption("Count by rule, verdict, and reason.", group=OUTPUT)] = False
    no_cache: NoCache = False


class FixOptions(Struct, frozen=True):
    """`exit_non_zero_on_fix`: a changed file is something that is left to do, as a hook wants it."""

    diff: Annotated[bool, CliOption("Print a diff and write nothing.", group=FIXES)] = False
    unsafe_fixes: UnsafeFixes = False
    with_guard: Annotated[
        bool, CliOption("End a step with a message if it has no native credentials.", group=FIXES)
    ] = False
    exit_non_zero_on_fix: Annotated[bool, CliOption("Exit 1 if a file changed.", group=EXIT)] = False
    format: ReportFormat = Format.TEXT
    strict: Strict = False
    exit_zero: ExitZero = False
    quiet: Quiet = False
    verbose: Verbose = False
    color: Color = Colour.AUTO
    no_cache: NoCache = False


class PackagesOptions(Struct, frozen=True):
    """`probe`: the registry is asked; `write`: what it proves goes into the configuration."""

    path: Folder = None
    probe: Annotated[bool, CliOption("Ask the registry, in a Pipelines step.")] = False
    write: Annotated[bool, CliOption("Add what --probe proves to own-packages.")] = False
    format: ReportFormat = Format.TEXT
    color: Color = Colour.AUTO

    def __post_init__(self) -> None:
        if self.write and not self.probe:
            raise UsageError("--write needs --probe")

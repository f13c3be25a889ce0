"""What the command line said, as records."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from migrator.cli.console import Colour
from migrator.findings.records import Finding, Verdict
from migrator.reports.formats import Format


class Style(StrEnum):
    """What a login becomes: one that serves pushes only can be a pipe; one in a file that steps run is rewritten there,
    or gets the native pair by a bridge in the step, and with `login` whichever leaves others alone."""

    LOGIN = "login"
    PIPE = "pipe"
    IN_PLACE = "in-place"
    BRIDGE = "bridge"


class Comments(StrEnum):
    """What `bot` puts on the line of a finding besides the summary."""

    NONE = "none"
    DIFF = "diff"
    SUGGESTION = "suggestion"


class FailOn(StrEnum):
    """Which findings make the exit code of `bot` 1: none, safe ones, those that can be rewritten, or all."""

    NEVER = "never"
    SAFE = "safe"
    UNSAFE = "unsafe"
    ANY = "any"

    def failed(self, findings: Iterable[Finding]) -> bool:
        wanted = {
            FailOn.NEVER: set[Verdict](),
            FailOn.SAFE: {Verdict.SAFE},
            FailOn.UNSAFE: {Verdict.SAFE, Verdict.UNSAFE},
            FailOn.ANY: set(Verdict),
        }[self]
        return any(finding.verdict in wanted for finding in findings)


class Buffer(Struct, frozen=True):
    """The content of the file `name`, which comes on standard input."""

    name: Path
    data: bytes


class AnalysisOptions(Struct, frozen=True):
    """What to analyse, and by what. `paths` empty: the repository of the working directory, all of it.

    `rules` are folders of more rules. `jobs` None: one process for one repository, else one for each processor.
    `baseline` None: that of the configuration; with `write_baseline` none is applied.
    `buffer` is there where the only path is `-`.
    `pipe_version` '' asks the configuration, then Bitbucket unless `offline`.
    """

    paths: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    config: Path | None = None
    no_config: bool = False
    jobs: int | None = None
    style: Style = Style.LOGIN
    pipe_version: str = ""
    offline: bool = False
    baseline: Path | None = None
    write_baseline: bool = False
    buffer: Buffer | None = None


class Showing(Struct, frozen=True):
    """`output` None: standard output."""

    format: Format = Format.TEXT
    colour: Colour = Colour.AUTO
    quiet: bool = False
    strict: bool = False
    exit_zero: bool = False
    output: Path | None = None
    statistics: bool = False


def listed(values: Iterable[str] | None) -> tuple[str, ...]:
    """Codes of options that may be repeated and may each hold several, separated by commas."""
    return tuple(code.strip() for value in values or () for code in value.split(",") if code.strip())

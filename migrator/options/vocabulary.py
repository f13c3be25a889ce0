"""The options that several groups have, and the words in which groups say what their own ones are.

Annotations of groups are evaluated with these names, when a command is made of them, so that `analysis.py` imports
nothing for them: the plainest command lines need its records, and no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from migrator.options.declared import CliArgument, CliOption
from migrator.options.output import FINDINGS, PICTURE, PLAIN, VARIABLES, Colour, Format
from migrator.options.texts import absolute, listed, seconds, size

JOBS = CliOption(metavar="N", min=1)
File = Annotated[Path | None, CliOption(metavar="FILE", folders=False)]
OutputFile = Annotated[File, CliOption("Write it to this file; an HTML page has CSV and JSON beside it.")]
ReportFormat = Annotated[Format, CliOption("For people or programs.", offered=PLAIN)]
FindingsFormat = Annotated[
    ReportFormat, CliOption("For people, programs, code scanning, test reports.", offered=FINDINGS)
]
ListingFormat = Annotated[ReportFormat, CliOption("For people, programs, reviews.", offered=VARIABLES)]
PictureFormat = Annotated[ReportFormat, CliOption("For people, programs, reviews.", offered=PICTURE)]
Color = Annotated[Colour, CliOption("Colours; NO_COLOR and FORCE_COLOR count too.")]
Quiet = Annotated[bool, CliOption("One line for each finding, nothing else.", short="-q")]
Strict = Annotated[bool, CliOption("Report-only findings count as left to do.")]
ExitZero = Annotated[bool, CliOption("Exit 0 in place of 1.")]
UnsafeFixes = Annotated[bool, CliOption("Apply unsafe fixes as well.")]
Offline = Annotated[bool, CliOption("Do not ask Bitbucket.")]
Since = Annotated[str, CliOption(metavar="WHEN")]
Workspace = Annotated[str, CliOption(metavar="SLUG")]
Repo = Annotated[str, CliOption(metavar="SLUG")]
Several = Annotated[tuple[str, ...], CliOption(reads=listed)]
All = Annotated[bool, CliOption()]
Rules = Annotated[
    tuple[Path, ...],
    CliOption("A folder of further rules.", metavar="DIR", exists=True, files=False, reads=absolute),
]
Config = Annotated[Path | None, CliOption("This configuration file.", metavar="FILE")]
Paths = Annotated[tuple[Path, ...], CliArgument("Files and folders, or -; default: all.", metavar="[PATH]...")]
Folder = Annotated[Path | None, CliArgument("A folder of the repository.", metavar="[PATH]")]
LEDGER = Path("patless-fleet.db")
Ledger = Annotated[Path, CliOption("What is known of the repositories.", metavar="FILE", folders=False)]
Output = Annotated[Path, CliOption(metavar="FILE", short="-o", folders=False)]
MaxRequests = Annotated[int | None, CliOption("So many of the API in this run.", metavar="N", min=1)]
Deadline = Annotated[float | None, CliOption(metavar="TIME", reads=seconds)]
ShardOption = Annotated[str, CliOption("One part of N; in a parallel step by itself.", metavar="I/N")]
CacheLimit = Annotated[
    int | None, CliOption("The most bytes of all copies, such as 500M or 2G.", metavar="SIZE", reads=size)
]
Tokens = Annotated[File, CliOption("What tokens there are: tokens.toml.")]
Log = Annotated[File, CliOption("Default: beside the plan.")]
AllowedSigners = Annotated[File, CliOption("Whose keys count.")]
TemplatesFolder = Annotated[
    Path | None, CliOption("Other templates than the built-in.", metavar="DIR", exists=True, files=False)
]
Draft = Annotated[bool, CliOption("Open pull requests as drafts.")]

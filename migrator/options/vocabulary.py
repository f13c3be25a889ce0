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

OUTPUT, FIXES, WHICH, EXIT, SOURCES = "Output", "Fixes", "Which findings", "Exit code", "Configuration"
"""The headings of options that most commands have."""
JOBS = CliOption(metavar="N", min=1)
File = Annotated[Path | None, CliOption(metavar="FILE", folders=False)]
OutputFile = Annotated[
    File, CliOption("Write it to this file; an HTML page gets CSV and JSON files too.", group=OUTPUT)
]
ReportFormat = Annotated[Format, CliOption("Format for people or programs.", offered=PLAIN, group=OUTPUT)]
FindingsFormat = Annotated[
    ReportFormat,
    CliOption("Format for people, programs, code scanning, test reports, or CI annotations.", offered=FINDINGS),
]
ListingFormat = Annotated[ReportFormat, CliOption("Format for people, programs, or reviews.", offered=VARIABLES)]
PictureFormat = Annotated[ReportFormat, CliOption("Format for people, programs, or reviews.", offered=PICTURE)]
Color = Annotated[Colour, CliOption("Use colors; NO_COLOR and FORCE_COLOR count too.", group=OUTPUT)]
Quiet = Annotated[bool, CliOption("Print one line for each finding, nothing else.", short="-q", group=OUTPUT)]
Verbose = Annotated[bool, CliOption("Say what is read, and why something is not reported.", short="-v", group=OUTPUT)]
NoCache = Annotated[bool, CliOption("Do not reuse answers of the last run, and save none.")]
Strict = Annotated[bool, CliOption("Exit 1 for report-only findings too.", group=EXIT)]
ExitZero = Annotated[bool, CliOption("Exit 0 instead of 1.", group=EXIT)]
UnsafeFixes = Annotated[bool, CliOption("Apply unsafe fixes too.", group=FIXES)]
Offline = Annotated[bool, CliOption("Do not ask Bitbucket.")]
Since = Annotated[str, CliOption(metavar="WHEN")]
Workspace = Annotated[str, CliOption(metavar="SLUG")]
LedgerWorkspace = Annotated[Workspace, CliOption("Only this workspace, which must be in the ledger.")]
Repo = Annotated[str, CliOption(metavar="SLUG")]
Several = Annotated[tuple[str, ...], CliOption(reads=listed)]
All = Annotated[bool, CliOption()]
Rules = Annotated[
    tuple[Path, ...],
    CliOption(
        "Read rules from this folder too.", metavar="DIR", exists=True, files=False, reads=absolute, group=SOURCES
    ),
]
Config = Annotated[Path | None, CliOption("Read this configuration file.", metavar="FILE", group=SOURCES)]
Paths = Annotated[tuple[Path, ...], CliArgument("Files, folders, or -; default: all.", metavar="[PATH]...")]
Folder = Annotated[Path | None, CliArgument("A folder of the repository.", metavar="[PATH]")]
LEDGER = Path("patless-fleet.db")
Ledger = Annotated[Path, CliOption("The ledger, a file with scans and pull requests.", metavar="FILE", folders=False)]
Output = Annotated[Path, CliOption(metavar="FILE", short="-o", folders=False)]
MaxRequests = Annotated[int | None, CliOption("Send at most this many API requests in this run.", metavar="N", min=1)]
Deadline = Annotated[float | None, CliOption(metavar="TIME", reads=seconds)]
ShardOption = Annotated[str, CliOption("One part of N; a parallel step sets it.", metavar="I/N")]
CacheLimit = Annotated[int | None, CliOption("Limit for all copies, such as 500M or 2G.", metavar="SIZE", reads=size)]
Tokens = Annotated[File, CliOption("The list of tokens, tokens.toml.")]
Log = Annotated[File, CliOption("Default: beside the plan.")]
AllowedSigners = Annotated[File, CliOption("The signers that count.")]
TemplatesFolder = Annotated[
    Path | None, CliOption("Templates that replace the built-in ones.", metavar="DIR", exists=True, files=False)
]
Draft = Annotated[bool, CliOption("Open pull requests as drafts.")]

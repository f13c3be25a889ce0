"""The options of `secrets`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Struct

from migrator.options import UsageError
from migrator.options.analysis import Sources
from migrator.options.declared import CliArgument, CliOption
from migrator.options.output import Colour, Format
from migrator.options.vocabulary import (
    LEDGER,
    All,
    AllowedSigners,
    Color,
    Deadline,
    ExitZero,
    File,
    Folder,
    Ledger,
    ListingFormat,
    Log,
    MaxRequests,
    Output,
    OutputFile,
    Repo,
    ShardOption,
    Tokens,
    Workspace,
)

SIGN = CliOption("Sign with this SSH key.", metavar="KEY", folders=False)
PlanFile = Annotated[Path, CliArgument("The file that `secrets plan` wrote.", metavar="PLAN")]


class Lasting(Struct, frozen=True):
    """Where answers are kept, how old they may be, in hours, and what ends a run: so many requests, or seconds."""

    ledger: Annotated[Ledger, CliOption("Where answers about a workspace are kept.")] = LEDGER
    max_age: Annotated[int, CliOption("With --all: how old an answer may be.", metavar="HOURS", min=0, max=720)] = 24
    max_requests: Annotated[MaxRequests, CliOption("With --all: so many in this run.")] = None
    deadline: Annotated[Deadline, CliOption("With --all: how long it may take, as 90m.")] = None


class ListingOptions(Struct, frozen=True):
    """Of whose variables. `path` is a folder of the repository; `rollback_window` is in days."""

    path: Folder = None
    workspace: Annotated[Workspace, CliOption("Default: as the remote origin says.")] = ""
    repo: Annotated[Repo, CliOption("Default: as the remote origin says.")] = ""
    all: Annotated[All, CliOption("Every repository of the workspace.")] = False
    rollback_window: Annotated[int, CliOption("Old runs that count.", metavar="DAYS", min=0, max=3650)] = 30
    tokens: Tokens = None
    lasting: Lasting = Lasting()
    sources: Sources = Sources()

    def __post_init__(self) -> None:
        if self.all and self.repo:
            raise UsageError("--all and --repo exclude each other")


class ListShowing(Struct, frozen=True):
    """How variables are told. `output_file` None: standard output."""

    format: ListingFormat = Format.TEXT
    output_file: Annotated[
        OutputFile, CliOption("Write the list to this file; an HTML page has CSV and JSON beside it.")
    ] = None
    color: Color = Colour.AUTO


class ListOptions(Struct, frozen=True):
    """What is listed of them."""

    by: Annotated[str, CliOption("Group by the tokens of --tokens.", metavar="token")] = ""
    shard: Annotated[ShardOption, CliOption("With --all: one part of N; in a parallel step by itself.")] = ""
    verdict: Annotated[
        tuple[str, ...], CliOption("Show these only; the exit code is that of all.", metavar="VERDICT")
    ] = ()
    exit_zero: ExitZero = False


class PlanOptions(Struct, frozen=True):
    """`sign` are keys that sign the plan, which is good for `expires` days."""

    output: Annotated[Output, CliOption("The plan.")] = Path("plan.json")
    sign: Annotated[tuple[Path, ...], SIGN] = ()
    expires: Annotated[int, CliOption("How long it is good.", metavar="DAYS", min=1, max=90)] = 7


class Signers(Struct, frozen=True):
    """Whose signatures a plan needs, and how many of them."""

    allowed_signers: Annotated[AllowedSigners, CliOption("Whose keys count, as ssh-keygen has it.")] = None
    require_signatures: Annotated[int, CliOption("So many, of different people.", metavar="N", min=0)] = 0


class ApplyOptions(Struct, frozen=True):
    """How a plan is carried out. `log` None: beside the plan. `by` '' is who the credential belongs to. `sign` is a key
    that the log is signed with."""

    plan: PlanFile
    path: Folder = None
    yes: Annotated[bool, CliOption("Do not ask.")] = False
    log: Log = None
    backup: Annotated[File, CliOption("Keep values that are not secured.")] = None
    signers: Signers = Signers()
    by: Annotated[str, CliOption("Who applies it, with an access token.", metavar="EMAIL")] = ""
    sign: Annotated[Path | None, SIGN, CliOption("Sign the log with this SSH key.")] = None
    ledger: Annotated[Ledger, CliOption("Where answers about a workspace are kept.")] = LEDGER
    sources: Sources = Sources()

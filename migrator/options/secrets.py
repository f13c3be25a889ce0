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
Yes = Annotated[bool, CliOption("Do not ask before deleting.", variable=None)]
PlanFile = Annotated[Path, CliArgument("The file that `secrets plan` wrote.", metavar="PLAN")]


class Lasting(Struct, frozen=True):
    """Where answers are kept, how old they may be, in hours, and what ends a run: so many requests, or seconds."""

    ledger: Annotated[Ledger, CliOption("The ledger, which keeps answers about a workspace.")] = LEDGER
    max_age: Annotated[int, CliOption("With --all: how old an answer may be.", metavar="HOURS", min=0, max=720)] = 24
    max_requests: Annotated[MaxRequests, CliOption("With --all: send at most this many requests.")] = None
    deadline: Annotated[Deadline, CliOption("With --all: end within this time, such as 90m.")] = None


class ListingOptions(Struct, frozen=True):
    """Of whose variables. `path` is a folder of the repository; `rollback_window` is in days."""

    path: Folder = None
    workspace: Annotated[Workspace, CliOption("Default: from the remote origin.")] = ""
    repo: Annotated[Repo, CliOption("Default: from the remote origin.")] = ""
    all: Annotated[All, CliOption("Check every repository of the workspace.")] = False
    rollback_window: Annotated[
        int, CliOption("How many days of past runs to check.", metavar="DAYS", min=0, max=3650)
    ] = 30
    tokens: Tokens = None
    lasting: Lasting = Lasting()
    sources: Sources = Sources()

    def __post_init__(self) -> None:
        if self.all and self.repo:
            raise UsageError("pass --all or --repo, not both")


class ListShowing(Struct, frozen=True):
    """How variables are told. `output_file` None: standard output."""

    format: ListingFormat = Format.TEXT
    output_file: Annotated[
        OutputFile, CliOption("Write the list to this file; an HTML page gets CSV and JSON files too.")
    ] = None
    color: Color = Colour.AUTO


class ListOptions(Struct, frozen=True):
    """What is listed of them."""

    by: Annotated[str, CliOption("Group by the tokens of --tokens.", metavar="token")] = ""
    shard: Annotated[ShardOption, CliOption("With --all: one part of N; a parallel step sets it.")] = ""
    verdict: Annotated[tuple[str, ...], CliOption("Show only these; the exit code counts all.", metavar="VERDICT")] = ()
    exit_zero: ExitZero = False


class PlanOptions(Struct, frozen=True):
    """`sign` are keys that sign the plan, which is good for `expires` days."""

    output: Annotated[Output, CliOption("File for the plan.")] = Path("plan.json")
    sign: Annotated[tuple[Path, ...], SIGN] = ()
    expires: Annotated[int, CliOption("How many days the plan is valid.", metavar="DAYS", min=1, max=90)] = 7


class Signers(Struct, frozen=True):
    """Whose signatures a plan needs, and how many of them."""

    allowed_signers: Annotated[AllowedSigners, CliOption("The signers that count, in the format of ssh-keygen.")] = None
    require_signatures: Annotated[
        int, CliOption("How many signatures, each by a different person.", metavar="N", min=0)
    ] = 0


class ApplyOptions(Struct, frozen=True):
    """How a plan is carried out. `log` None: beside the plan. `by` '' is who the credential belongs to. `sign` is a key
    that the log is signed with. `unsigned`: by a plan that nobody answers for."""

    plan: PlanFile
    path: Folder = None
    yes: Yes = False
    unsigned: Annotated[
        bool, CliOption("Delete without a signature; asks for the workspace's name.", variable=None)
    ] = False
    log: Log = None
    backup: Annotated[File, CliOption("Save values that are not secured to this file.")] = None
    signers: Signers = Signers()
    applied_by: Annotated[str, CliOption("With an access token: who applies the plan.", metavar="EMAIL")] = ""
    sign: Annotated[Path | None, SIGN, CliOption("Sign the log with this SSH key.")] = None
    ledger: Annotated[Ledger, CliOption("The ledger, which keeps answers about a workspace.")] = LEDGER
    sources: Sources = Sources()

    def __post_init__(self) -> None:
        if self.signers.allowed_signers is None and self.signers.require_signatures == 0 and not self.unsigned:
            raise UsageError("patless can't tell who answers for the plan; pass --allowed-signers FILE, or --unsigned")
        if self.unsigned and (self.signers.allowed_signers or self.signers.require_signatures):
            raise UsageError("pass --unsigned or --allowed-signers, not both")

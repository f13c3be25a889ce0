"""The options of `fleet` and `secrets`, as far as several of their commands have them, and those of `fleet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Struct

from migrator.options import UsageError
from migrator.options.declared import CliArgument, CliOption
from migrator.options.output import PREVIEW, Colour, Format
from migrator.options.vocabulary import (
    JOBS,
    LEDGER,
    AllowedSigners,
    CacheLimit,
    Color,
    Config,
    Deadline,
    Draft,
    ExitZero,
    File,
    Ledger,
    LedgerWorkspace,
    Log,
    MaxRequests,
    Offline,
    Output,
    OutputFile,
    ReportFormat,
    Rules,
    Several,
    ShardOption,
    Since,
    TemplatesFolder,
    Tokens,
    Workspace,
)


class Allowance(Struct, frozen=True):
    """How much a command may ask, and for how many seconds; None for no end."""

    max_requests: Annotated[MaxRequests, CliOption("Send at most this many requests; run again to continue.")] = None
    deadline: Annotated[Deadline, CliOption("End within this time, such as 90m or 2h; run again to continue.")] = None


class Operated(Struct, frozen=True):
    """Where it is kept what is known, and what the operator says of it; `config` None: fleet.toml, if it is here."""

    ledger: Ledger = LEDGER
    config: Annotated[
        Config, CliOption("Default: fleet.toml, if it is here.", folders=False, variable="PATLESS_FLEET_CONFIG")
    ] = None


class Choice(Struct, frozen=True):
    """Which repositories of a ledger: those that a glob names, none of them is all; and those of a wave."""

    slugs: Annotated[tuple[str, ...], CliArgument("Repositories or globs; default: all.", metavar="[SLUG]...")] = ()
    wave: Annotated[str, CliOption("Only repositories of this wave.", metavar="NAME")] = ""


class RepositoryFilter(Struct, frozen=True):
    """Which repositories Bitbucket is asked to list. `since` is as typed."""

    workspace: Annotated[Workspace, CliOption("Scan this workspace.")] = ""
    project: Annotated[str, CliOption("Only repositories of this project.", metavar="KEY")] = ""
    query: Annotated[str, CliOption("Only repositories that this Bitbucket query finds.", metavar="Q")] = ""
    since: Annotated[Since, CliOption("Only repositories updated since 2026-11-17, or 7d.")] = ""


class ScanOptions(Struct, frozen=True):
    """`folder` are of clones. `listing` None: Bitbucket is asked for the list. `cache_limit` is in bytes, `timeout` in
    seconds."""

    slugs: Annotated[tuple[str, ...], CliArgument("Only these repositories.", metavar="[SLUG]...")] = ()
    filter: RepositoryFilter = RepositoryFilter()
    folder: Annotated[
        tuple[Path, ...], CliOption("Scan the commits of clones in this folder.", metavar="DIR", exists=True)
    ] = ()
    branches: Annotated[
        tuple[str, ...], CliOption("Scan these branches too, besides the main one.", metavar="GLOB")
    ] = ()
    failed: Annotated[bool, CliOption("Only repositories that the last scan could not read.")] = False
    for_secrets: Annotated[bool, CliOption("Scan all history and stored variables; says first how long it takes.")] = (
        False
    )
    limit: Annotated[int | None, CliOption("How many repositories in this run.", metavar="N", min=1)] = None
    jobs: Annotated[int, JOBS, CliOption("How many repositories at a time.", max=64)] = 8
    max_requests: MaxRequests = None
    timeout: Annotated[float, CliOption("Time for one git request, or one analysis.", metavar="SECONDS", min=1)] = 600
    shard: ShardOption = ""
    listing: Annotated[File, CliOption("The file that `fleet list` wrote.")] = None
    cache_limit: CacheLimit = None
    operated: Operated = Operated()
    rules: Rules = ()
    exit_zero: ExitZero = False

    def __post_init__(self) -> None:
        if self.folder:
            return
        asked = self.filter
        if self.listing and (asked.project or asked.query or asked.since or self.slugs or self.failed):
            raise UsageError(
                "--listing already names the repositories; leave out SLUG, --project, --query, --since, and "
                "--failed, and pass them to `patless fleet list`"
            )
        if not asked.workspace and not self.listing:
            raise UsageError("nothing to scan; pass --workspace SLUG, or --folder DIR for clones on this machine")
        if self.for_secrets and asked.since:
            raise UsageError("pass --for-secrets or --since, not both: a variable changes without its repository")


class ReportOptions(Struct, frozen=True):
    """`output` is the page; `secrets` what `secrets list --format json` printed; `log` None: beside the plan."""

    output: Annotated[Output, CliOption("File for the page; CSV and JSON files go beside it.")] = Path(
        "patless-fleet.html"
    )
    secrets: Annotated[File, CliOption("Output of `secrets list --format json`.")] = None
    tokens: Tokens = None
    plan: Annotated[File, CliOption("A plan of `secrets plan`.")] = None
    log: Annotated[Log, CliOption("Its log; default: beside the plan.")] = None
    allowed_signers: AllowedSigners = None
    workspace: LedgerWorkspace = ""
    operated: Operated = Operated()
    rules: Rules = ()


class Limits(Struct, frozen=True):
    """When another pull request may be opened. `pace` an hour, 0 for no end; `per_reviewer` open ones; no more than
    `max_red` percent of the merged ones may be red."""

    pace: Annotated[int, CliOption("How many pull requests an hour; 0 for no limit.", metavar="N", min=0)] = 10
    per_reviewer: Annotated[
        int, CliOption("At most this many open ones for a default reviewer.", metavar="N", min=1)
    ] = 3
    max_red: Annotated[
        int, CliOption("Pause when more than this share of merges failed.", metavar="PERCENT", min=0, max=100)
    ] = 10


class BranchPipelines(Struct, frozen=True):
    """What is done where the pipeline of a new branch would publish or deploy: it runs, or its commit says `[skip ci]`
    whatever a merge does with that; else nothing is opened."""

    run_pipelines: Annotated[bool, CliOption("Leave out [skip ci], though a pipeline would publish or deploy.")] = False
    accept_skip_ci: Annotated[
        bool, CliOption("Write [skip ci], though a squash or fast-forward would carry it along.")
    ] = False

    def __post_init__(self) -> None:
        if self.run_pipelines and self.accept_skip_ci:
            raise UsageError("pass --run-pipelines or --accept-skip-ci, not both")


class MigrateOptions(Struct, frozen=True):
    """What `migrate` may do. `destinations` are branches and globs of them, none is the main branch."""

    choice: Choice = Choice()
    open_prs: Annotated[bool, CliOption("Open pull requests; default: preview them.")] = False
    destinations: Annotated[Several, CliOption("Branches or globs; default: the main branch.", metavar="BRANCH")] = ()
    reopen: Annotated[bool, CliOption("Open another one after a declined or merged one.")] = False
    accept_linkage: Annotated[
        bool, CliOption("Accept that packages are linked to the repository that pushes them.")
    ] = False
    probed: Annotated[tuple[str, ...], CliOption("JSON output of `packages --probe`.", metavar="SLUG=FILE")] = ()
    limits: Limits = Limits()
    draft: Draft = False
    starting: BranchPipelines = BranchPipelines()
    templates: TemplatesFolder = None
    format: Annotated[ReportFormat, CliOption("Preview for people, or for a review by mail.", offered=PREVIEW)] = (
        Format.TEXT
    )
    output_file: Annotated[OutputFile, CliOption("Write the preview to this file.")] = None
    allowance: Allowance = Allowance()
    workspace: LedgerWorkspace = ""
    operated: Operated = Operated()
    rules: Rules = ()
    color: Color = Colour.AUTO
    exit_zero: ExitZero = False

    def __post_init__(self) -> None:
        if self.open_prs and self.format is not Format.TEXT:
            raise UsageError("--format is for the preview; leave out --open-prs")
        if self.output_file and self.format is Format.TEXT:
            raise UsageError("--output-file needs --format markdown or --format html")


class StatusOptions(Struct, frozen=True):
    """`again`: merged pull requests are asked after once more."""

    choice: Choice = Choice()
    format: ReportFormat = Format.TEXT
    offline: Offline = False
    again: Annotated[bool, CliOption("Ask about merged pull requests again, as someone may have repeated a run.")] = (
        False
    )
    allowance: Allowance = Allowance()
    workspace: LedgerWorkspace = ""
    operated: Operated = Operated()
    color: Color = Colour.AUTO
    exit_zero: ExitZero = False

    def __post_init__(self) -> None:
        if self.offline and self.again:
            raise UsageError("pass --again or --offline, not both: --again asks Bitbucket")


class RevertOptions(Struct, frozen=True):
    """`destination` '' is the main branch; `dry_run`: it is shown what would be opened."""

    slug: Annotated[str, CliArgument("The repository.", metavar="SLUG")]
    destination: Annotated[str, CliOption("Default: the main branch.", metavar="BRANCH")] = ""
    dry_run: Annotated[bool, CliOption("Preview the pull request.")] = False
    draft: Draft = False
    starting: BranchPipelines = BranchPipelines()
    templates: TemplatesFolder = None
    workspace: LedgerWorkspace = ""
    operated: Operated = Operated()
    rules: Rules = ()

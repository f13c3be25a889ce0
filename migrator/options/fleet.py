"""The options of `fleet` and `secrets`, as far as several of their commands have them, and those of `fleet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Struct

from migrator.options import UsageError
from migrator.options.declared import CliArgument, CliOption
from migrator.options.output import Colour, Format
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
    Log,
    MaxRequests,
    Offline,
    Output,
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

    max_requests: Annotated[MaxRequests, CliOption("Send no more requests; the same command goes on.")] = None
    deadline: Annotated[Deadline, CliOption("End within this time, such as 90m or 2h; likewise.")] = None


class Operated(Struct, frozen=True):
    """Where it is kept what is known, and what the operator says of it; `config` None: fleet.toml, if it is here."""

    ledger: Ledger = LEDGER
    config: Annotated[Config, CliOption("Default: fleet.toml, if it is here.", folders=False)] = None


class Choice(Struct, frozen=True):
    """Which repositories of a ledger: those that a glob names, none of them is all; and those of a wave."""

    slugs: Annotated[tuple[str, ...], CliArgument("Repositories, globs too; default: all.", metavar="[SLUG]...")] = ()
    wave: Annotated[str, CliOption("Only the repositories of this wave.", metavar="NAME")] = ""


class RepositoryFilter(Struct, frozen=True):
    """Which repositories Bitbucket is asked to list. `since` is as typed."""

    workspace: Annotated[Workspace, CliOption("Repositories of this workspace.")] = ""
    project: Annotated[str, CliOption("Only those of this project.", metavar="KEY")] = ""
    query: Annotated[str, CliOption("Only those that Bitbucket finds.", metavar="Q")] = ""
    since: Annotated[Since, CliOption("Only those updated since: 2026-11-17, or 7d.")] = ""


class ScanOptions(Struct, frozen=True):
    """`folder` are of clones. `listing` None: Bitbucket is asked for the list. `cache_limit` is in bytes, `timeout` in
    seconds."""

    slugs: Annotated[tuple[str, ...], CliArgument("Only these repositories.", metavar="[SLUG]...")] = ()
    filter: RepositoryFilter = RepositoryFilter()
    folder: Annotated[
        tuple[Path, ...], CliOption("Clones on this machine: their commits.", metavar="DIR", exists=True)
    ] = ()
    branches: Annotated[tuple[str, ...], CliOption("These branches besides the main one.", metavar="GLOB")] = ()
    failed: Annotated[bool, CliOption("Only those that could not be read.")] = False
    for_secrets: Annotated[bool, CliOption("All history, and stored variables: tells first how long it takes.")] = False
    limit: Annotated[int | None, CliOption("So many in this run.", metavar="N", min=1)] = None
    jobs: Annotated[int, JOBS, CliOption("So many at a time.", max=64)] = 8
    max_requests: MaxRequests = None
    timeout: Annotated[float, CliOption("For one conversation of git, or analysis.", metavar="SECONDS", min=1)] = 600
    shard: ShardOption = ""
    listing: Annotated[File, CliOption("What `fleet list` wrote, once for all.")] = None
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
                "--listing says which repositories there are: leave out SLUG, --project, --query, --since and "
                "--failed; `patless fleet list` takes them"
            )
        if not asked.workspace and not self.listing:
            raise UsageError("name what to scan: --workspace SLUG, or --folder DIR for clones on this machine")
        if self.for_secrets and asked.since:
            raise UsageError("--for-secrets and --since exclude each other: a variable changes without its repository")


class ReportOptions(Struct, frozen=True):
    """`output` is the page; `secrets` what `secrets list --format json` printed; `log` None: beside the plan."""

    output: Annotated[Output, CliOption("The page; CSV and JSON go beside it.")] = Path("patless-fleet.html")
    secrets: Annotated[File, CliOption("What `secrets list --format json` printed.")] = None
    tokens: Tokens = None
    plan: Annotated[File, CliOption("A plan of `secrets plan`.")] = None
    log: Annotated[Log, CliOption("Its log; default: beside it.")] = None
    allowed_signers: AllowedSigners = None
    operated: Operated = Operated()
    rules: Rules = ()


class Limits(Struct, frozen=True):
    """When another pull request may be opened. `pace` an hour, 0 for no end; `per_reviewer` open ones; no more than
    `max_red` percent of the merged ones may be red."""

    pace: Annotated[int, CliOption("Opened in an hour; 0 for no end.", metavar="N", min=0)] = 10
    per_reviewer: Annotated[int, CliOption("Open at a time for one default reviewer.", metavar="N", min=1)] = 3
    max_red: Annotated[int, CliOption("No more above so many red merges.", metavar="PERCENT", min=0, max=100)] = 10


class MigrateOptions(Struct, frozen=True):
    """What `migrate` may do. `destinations` are branches and globs of them, none is the main branch."""

    choice: Choice = Choice()
    open_prs: Annotated[bool, CliOption("Open pull requests; else show what would be.")] = False
    destinations: Annotated[Several, CliOption("Branches, globs too; default: the main branch.", metavar="BRANCH")] = ()
    reopen: Annotated[bool, CliOption("Another one where one was declined, or merged before.")] = False
    accept_linkage: Annotated[bool, CliOption("Packages that are pushed are linked to their repository.")] = False
    probed: Annotated[tuple[str, ...], CliOption("What `packages --probe` printed as JSON.", metavar="SLUG=FILE")] = ()
    limits: Limits = Limits()
    draft: Draft = False
    run_pipelines: Annotated[bool, CliOption("No [skip ci], though a pipeline would publish or deploy.")] = False
    templates: TemplatesFolder = None
    allowance: Allowance = Allowance()
    operated: Operated = Operated()
    rules: Rules = ()
    color: Color = Colour.AUTO
    exit_zero: ExitZero = False


class StatusOptions(Struct, frozen=True):
    """`again`: merged pull requests are asked after once more."""

    choice: Choice = Choice()
    format: ReportFormat = Format.TEXT
    offline: Offline = False
    again: Annotated[bool, CliOption("Ask after merged pull requests once more: a run may have been repeated.")] = False
    allowance: Allowance = Allowance()
    operated: Operated = Operated()
    color: Color = Colour.AUTO
    exit_zero: ExitZero = False

    def __post_init__(self) -> None:
        if self.offline and self.again:
            raise UsageError("--again asks Bitbucket, and --offline does not; leave one of them out")


class RevertOptions(Struct, frozen=True):
    """`destination` '' is the main branch; `dry_run`: it is shown what would be opened."""

    slug: Annotated[str, CliArgument("The repository.", metavar="SLUG")]
    destination: Annotated[str, CliOption("Default: the main branch.", metavar="BRANCH")] = ""
    dry_run: Annotated[bool, CliOption("Show what would be opened.")] = False
    draft: Draft = False
    templates: TemplatesFolder = None
    operated: Operated = Operated()
    rules: Rules = ()

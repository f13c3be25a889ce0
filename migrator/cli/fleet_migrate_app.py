"""The options of `patless fleet migrate`, `status` and `revert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour
from migrator.cli.fleet_app import LEDGER, Config, Ledger
from migrator.cli.options import listed
from migrator.cli.shared import Color, ExitZero, PlainFormat, Rules, end, folders
from migrator.reports.formats import Format

Slugs = Annotated[list[str] | None, typer.Argument(metavar="[SLUG]...", help="Repositories, globs too; default: all.")]
Wave = Annotated[str, typer.Option("--wave", metavar="NAME", help="Only the repositories of this wave.")]
Templates = Annotated[
    Path | None,
    typer.Option("--templates", metavar="DIR", help="Other templates than the built-in.", exists=True, file_okay=False),
]
Most = Annotated[
    int | None,
    typer.Option("--max-requests", min=1, metavar="N", help="Send no more requests; the same command goes on."),
]
Deadline = Annotated[
    str, typer.Option("--deadline", metavar="TIME", help="End within this time, such as 90m or 2h; likewise.")
]
Draft = Annotated[bool, typer.Option("--draft", help="Open pull requests as drafts.")]


def migrate(
    slugs: Slugs = None,
    open_prs: Annotated[bool, typer.Option("--open-prs", help="Open pull requests; else show what would be.")] = False,
    destinations: Annotated[
        list[str] | None,
        typer.Option("--destinations", metavar="BRANCH", help="Branches, globs too; default: the main branch."),
    ] = None,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Another one where one was declined, or merged before.")
    ] = False,
    accept_linkage: Annotated[
        bool, typer.Option("--accept-linkage", help="Packages that are pushed are linked to their repository.")
    ] = False,
    probed: Annotated[
        list[str] | None, typer.Option("--probed", metavar="SLUG=FILE", help="What `packages --probe` printed as JSON.")
    ] = None,
    pace: Annotated[int, typer.Option("--pace", min=0, metavar="N", help="Opened in an hour; 0 for no end.")] = 10,
    per_reviewer: Annotated[
        int, typer.Option("--per-reviewer", min=1, metavar="N", help="Open at a time for one default reviewer.")
    ] = 3,
    max_red: Annotated[
        int, typer.Option("--max-red", min=0, max=100, metavar="PERCENT", help="No more above so many red merges.")
    ] = 10,
    draft: Draft = False,
    run_pipelines: Annotated[
        bool, typer.Option("--run-pipelines", help="No [skip ci], though a pipeline would publish or deploy.")
    ] = False,
    templates: Templates = None,
    max_requests: Most = None,
    deadline: Deadline = "",
    wave: Wave = "",
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
    color: Color = Colour.AUTO,
    exit_zero: ExitZero = False,
) -> None:
    """Show the pull requests that move repositories, or open them with --open-prs."""

    def run() -> int:
        from migrator.cli import fleet_migrate
        from migrator.cli.fleet_asking import FleetShowing, ScanOptions
        from migrator.cli.fleet_reading import MigrateOptions
        from migrator.cli.network import Allowance, seconds
        from migrator.fleet.pacing import Limits

        asked = ScanOptions(ledger, tuple(slugs or ()), config, folders(rules), wave, templates, tuple(probed or ()))
        limits = Limits(pace, per_reviewer, max_red / 100)
        doing = MigrateOptions(open_prs, listed(destinations), reopen, accept_linkage, draft, not run_pipelines, limits)
        asking = Allowance(max_requests, seconds(deadline))
        return fleet_migrate.run(asked, doing, FleetShowing(colour=color, exit_zero=exit_zero), asking)

    end(run)


def status(
    slugs: Slugs = None,
    format: PlainFormat = Format.TEXT,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask Bitbucket.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask after merged pull requests once more: a run may have been repeated.")
    ] = False,
    max_requests: Most = None,
    deadline: Deadline = "",
    wave: Wave = "",
    ledger: Ledger = LEDGER,
    config: Config = None,
    color: Color = Colour.AUTO,
    exit_zero: ExitZero = False,
) -> None:
    """Say how far each repository is, and what became of its pull requests."""

    def run() -> int:
        from migrator.cli import fleet_status
        from migrator.cli.fleet_asking import FleetShowing, ScanOptions
        from migrator.cli.network import Allowance, seconds

        if offline and again:
            raise failures.UsageError("--again asks Bitbucket, and --offline does not; leave one of them out")
        asked = ScanOptions(ledger, tuple(slugs or ()), config, wave=wave)
        asking = Allowance(max_requests, seconds(deadline))
        return fleet_status.run(
            asked, FleetShowing(format, color, exit_zero), offline=offline, again=again, asking=asking
        )

    end(run)


def revert(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The repository.")],
    destination: Annotated[str, typer.Option("--destination", metavar="BRANCH", help="Default: the main branch.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be opened.")] = False,
    draft: Draft = False,
    templates: Templates = None,
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
) -> None:
    """Open the pull request that takes a merged one back."""

    def run() -> int:
        from migrator.cli import fleet_revert
        from migrator.cli.fleet_asking import ScanOptions

        asked = ScanOptions(ledger, (), config, folders(rules), templates=templates)
        return fleet_revert.run(asked, slug, destination, draft=draft, shows=dry_run)

    end(run)


def add(app: typer.Typer) -> None:
    """Put these commands beside the others of `patless fleet`."""
    for command in (migrate, status, revert):
        app.command()(command)

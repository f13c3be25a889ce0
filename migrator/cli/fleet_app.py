"""The options of `patless fleet`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour
from migrator.cli.options import Form, listed

app = typer.Typer(no_args_is_help=True, help="Many repositories: what is in them, their migration, and how far it is.")

LEDGER = Path("patless-fleet.db")
Ledger = Annotated[
    Path, typer.Option("--ledger", metavar="FILE", help="What is known of the repositories.", dir_okay=False)
]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="DIR", help="A folder of further rules.", exists=True, file_okay=False),
]
Color = Annotated[Colour, typer.Option("--color", help="Colours; NO_COLOR and FORCE_COLOR count too.")]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Default: fleet.toml, if it is here.", dir_okay=False),
]
Shape = Annotated[Form, typer.Option("--format", help="For people, programs, reviews.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 in place of 1.")]


Workspace = Annotated[str, typer.Option("--workspace", metavar="SLUG", help="Repositories of this workspace.")]


@app.command()
def scan(
    slugs: Annotated[list[str] | None, typer.Argument(metavar="[SLUG]...", help="Only these repositories.")] = None,
    workspace: Workspace = "",
    folder: Annotated[
        list[Path] | None,
        typer.Option("--folder", metavar="DIR", help="Clones on this machine: their commits.", exists=True),
    ] = None,
    project: Annotated[str, typer.Option("--project", metavar="KEY", help="Only those of this project.")] = "",
    query: Annotated[str, typer.Option("--query", metavar="Q", help="Only those that Bitbucket finds.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="Only those updated since: 2026-11-17, or 7d.")
    ] = "",
    branches: Annotated[
        list[str] | None, typer.Option("--branches", metavar="GLOB", help="These branches besides the main one.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that could not be read.")] = False,
    for_secrets: Annotated[
        bool, typer.Option("--for-secrets", help="All history, and stored variables: tells first how long it takes.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="So many in this run.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, metavar="N", help="So many at a time.")] = 8,
    max_requests: Annotated[
        int | None, typer.Option("--max-requests", min=1, metavar="N", help="So many of the API in this run.")
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="SECONDS", help="For one conversation of git.")
    ] = 600,
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="One part of N; in a parallel step by itself.")
    ] = "",
    ledger: Ledger = LEDGER,
    rules: Rules = None,
    config: Config = None,
    exit_zero: ExitZero = False,
) -> None:
    """Look at the main branch of every repository, and write down what is there."""

    def run() -> int:
        from migrator.cli import fleet

        return fleet.scan(
            fleet.Scanning(
                config=config,
                rules=tuple(one.resolve() for one in rules or ()),
                ledger=ledger,
                selection=fleet.selection(workspace, project, query, since, slugs or ()),
                folders=tuple(folder or ()),
                since=since,
                branches=tuple(branches or ()),
                failed=failed,
                limit=limit,
                jobs=jobs,
                most=max_requests,
                seconds=timeout,
                shard=shard,
                secrets=for_secrets,
                exit_zero=exit_zero,
            )
        )

    _end(run)


@app.command()
def merge(
    ledgers: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Ledgers, of shards or machines.")],
    ledger: Ledger = LEDGER,
) -> None:
    """Join ledgers into the one of --ledger: of each repository what was looked at last."""

    def run() -> int:
        from migrator.cli import fleet

        return fleet.merge(ledger, ledgers)

    _end(run)


@app.command()
def packages(
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
    format: Shape = Form.TEXT,
    color: Color = Colour.AUTO,
) -> None:
    """Say who pushes and who reads each package, and what pays to settle first."""

    def run() -> int:
        from migrator.cli import fleet_packages

        return fleet_packages.run(ledger, config, rules or [], format, color)

    _end(run)


Slugs = Annotated[list[str] | None, typer.Argument(metavar="[SLUG]...", help="Repositories, globs too; default: all.")]
Wave = Annotated[str, typer.Option("--wave", metavar="NAME", help="Only the repositories of this wave.")]
Templates = Annotated[
    Path | None,
    typer.Option("--templates", metavar="DIR", help="Other templates than the built-in.", exists=True, file_okay=False),
]
Draft = Annotated[bool, typer.Option("--draft", help="Open pull requests as drafts.")]


@app.command()
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
    wave: Wave = "",
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
    color: Color = Colour.AUTO,
    exit_zero: ExitZero = False,
) -> None:
    """Show the pull requests that move repositories, or open them with --open-prs."""

    def run() -> int:
        from migrator.cli import fleet_migrate as command
        from migrator.fleet.pacing import Limits

        asked = command.Asked(ledger, tuple(slugs or ()), config, _folders(rules), wave, templates, tuple(probed or ()))
        limits = Limits(pace, per_reviewer, max_red / 100)
        doing = command.Doing(open_prs, listed(destinations), reopen, accept_linkage, draft, not run_pipelines, limits)
        return command.migrate(asked, doing, command.Showing(colour=color, exit_zero=exit_zero))

    _end(run)


@app.command()
def status(
    slugs: Slugs = None,
    format: Shape = Form.TEXT,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask Bitbucket.")] = False,
    wave: Wave = "",
    ledger: Ledger = LEDGER,
    config: Config = None,
    color: Color = Colour.AUTO,
    exit_zero: ExitZero = False,
) -> None:
    """Say how far each repository is, and what became of its pull requests."""

    def run() -> int:
        from migrator.cli import fleet_migrate as command

        if format in (Form.MARKDOWN, Form.HTML):
            raise failures.UsageError("--format is text or json here")
        asked = command.Asked(ledger, tuple(slugs or ()), config, wave=wave)
        return command.status(asked, command.Showing(format, color, exit_zero), offline=offline)

    _end(run)


@app.command()
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
        from migrator.cli import fleet_migrate as command

        asked = command.Asked(ledger, (), config, _folders(rules), templates=templates)
        return command.revert(asked, slug, destination, draft=draft, shows=dry_run)

    _end(run)


def _folders(rules: list[Path] | None) -> tuple[Path, ...]:
    return tuple(folder.resolve() for folder in rules or ())


@app.command()
def report(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="The page; CSV and JSON go beside it.", dir_okay=False),
    ] = Path("patless-fleet.html"),
    secrets: Annotated[
        Path | None,
        typer.Option("--secrets", metavar="FILE", help="What `secrets list --format json` printed.", dir_okay=False),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="A plan of `secrets plan`.", dir_okay=False)
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="Its log; default: beside it.", dir_okay=False)
    ] = None,
    allowed_signers: Annotated[
        Path | None, typer.Option("--allowed-signers", metavar="FILE", help="Whose keys count.", dir_okay=False)
    ] = None,
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
) -> None:
    """Write all that is known as one page for a browser."""

    def run() -> int:
        from migrator.cli import fleet_report

        asked = fleet_report.Asked(ledger, output, config, _folders(rules), secrets, plan, log, allowed_signers)
        return fleet_report.run(asked)

    _end(run)


def _end(run: Callable[[], int]) -> None:
    raise typer.Exit(failures.guarded(run))

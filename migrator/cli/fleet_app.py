"""The options of `patless fleet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrator.cli.cache_app import Limit
from migrator.cli.console import Colour
from migrator.cli.shared import Color, ExitZero, PictureFormat, Rules, Tokens, end, folders
from migrator.reports.formats import Format

app = typer.Typer(no_args_is_help=True, help="Many repositories: what is in them, their migration, and how far it is.")

LEDGER = Path("patless-fleet.db")
Ledger = Annotated[
    Path, typer.Option("--ledger", metavar="FILE", help="What is known of the repositories.", dir_okay=False)
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Default: fleet.toml, if it is here.", dir_okay=False),
]
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
        float, typer.Option("--timeout", min=1, metavar="SECONDS", help="For one conversation of git, or analysis.")
    ] = 600,
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="One part of N; in a parallel step by itself.")
    ] = "",
    listing: Annotated[
        Path | None,
        typer.Option("--listing", metavar="FILE", help="What `fleet list` wrote, once for all.", dir_okay=False),
    ] = None,
    cache_limit: Limit = "",
    ledger: Ledger = LEDGER,
    rules: Rules = None,
    config: Config = None,
    exit_zero: ExitZero = False,
) -> None:
    """Look at the main branch of every repository, and write down what is there."""

    def run() -> int:
        from migrator.cli import cache, fleet

        return fleet.scan(
            fleet.Scanning(
                config=config,
                rules=folders(rules),
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
                listing=listing,
                cache_limit=cache.size(cache_limit),
            )
        )

    end(run)


@app.command(name="list")
def list_(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The list.", dir_okay=False)],
    workspace: Workspace = "",
    project: Annotated[str, typer.Option("--project", metavar="KEY", help="Only those of this project.")] = "",
    query: Annotated[str, typer.Option("--query", metavar="Q", help="Only those that Bitbucket finds.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="Only those updated since: 2026-11-17, or 7d.")
    ] = "",
    max_requests: Annotated[
        int | None, typer.Option("--max-requests", min=1, metavar="N", help="So many of the API in this run.")
    ] = None,
) -> None:
    """Write down which repositories there are, for `scan --listing` of several machines."""

    def run() -> int:
        from migrator.cli import fleet, fleet_listing

        return fleet_listing.write(fleet.selection(workspace, project, query, since, ()), output, max_requests)

    end(run)


@app.command()
def forget(
    slugs: Annotated[list[str], typer.Argument(metavar="SLUG...", help="Slugs or UUIDs.")],
    ledger: Ledger = LEDGER,
) -> None:
    """Take repositories out of the ledger: a scan that finds them looks at them anew."""

    def run() -> int:
        from migrator.cli import fleet_forget

        return fleet_forget.run(ledger, slugs)

    end(run)


@app.command()
def merge(
    ledgers: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Ledgers, of shards or machines.")],
    ledger: Ledger = LEDGER,
) -> None:
    """Join ledgers into the one of --ledger: of each repository what was looked at last."""

    def run() -> int:
        from migrator.cli import fleet

        return fleet.merge(ledger, ledgers)

    end(run)


@app.command()
def packages(
    ledger: Ledger = LEDGER,
    config: Config = None,
    rules: Rules = None,
    format: PictureFormat = Format.TEXT,
    color: Color = Colour.AUTO,
) -> None:
    """Say who pushes and who reads each package, and what pays to settle first."""

    def run() -> int:
        from migrator.cli import fleet_packages

        return fleet_packages.run(ledger, config, rules or [], format, color)

    end(run)


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
    tokens: Tokens = None,
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

        asked = fleet_report.ReportOptions(
            ledger, output, config, folders(rules), secrets, tokens, plan, log, allowed_signers
        )
        return fleet_report.run(asked)

    end(run)

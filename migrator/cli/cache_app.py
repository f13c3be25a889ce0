"""The options of `patless cache`."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli.shared import end

app = typer.Typer(help="The copies of repositories on this machine.")

Limit = Annotated[
    str, typer.Option("--cache-limit", metavar="SIZE", help="The most bytes of all copies, such as 500M or 2G.")
]


@app.callback(invoke_without_command=True)
def cache(context: typer.Context) -> None:
    """Show where the copies of repositories are, how large, and of what."""

    def run() -> int:
        from migrator.cli import cache

        return cache.show()

    if context.invoked_subcommand is None:
        end(run)


@app.command()
def prune(cache_limit: Limit = "") -> None:
    """Take away copies of repositories that are gone; with a limit, also the least recently used ones."""

    def run() -> int:
        from migrator.cli import cache

        return cache.prune(cache_limit)

    end(run)

"""The commands of `patless cache`."""

from __future__ import annotations

import typer

from migrator.cli.commands import command, end
from migrator.cli.helping import WholeGroup
from migrator.options.vocabulary import CacheLimit

app = typer.Typer(cls=WholeGroup, help="Manage the copies of repositories and the saved answers on this machine.")


@app.callback(invoke_without_command=True)
def cache(context: typer.Context) -> None:
    """Show where copies of repositories and saved answers are, and their size."""

    def run() -> int:
        from migrator.cli import cache

        return cache.show()

    if context.invoked_subcommand is None:
        end(run)


@command(app)
def prune(cache_limit: CacheLimit = None) -> int:
    """Delete saved answers and copies of removed repositories; with a limit, also the least recently used ones."""
    from migrator.cli import cache

    return cache.prune(cache_limit)

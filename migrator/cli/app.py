"""The command line: each command says which options it has, and hands them to the function that does the rest."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli import cache_app, fleet_app, secrets_app
from migrator.cli.commands import command
from migrator.cli.helping import SETTINGS, WholeGroup
from migrator.cli.pipeline_step import EPILOG
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, CheckOptions, Codes, FixOptions, PackagesOptions, Sources
from migrator.options.bot import BotOptions
from migrator.options.declared import CliArgument, CliOption
from migrator.options.output import Colour, Format
from migrator.options.vocabulary import Color, Repo, ReportFormat, Workspace

app = typer.Typer(
    name="patless",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    cls=WholeGroup,
    context_settings=SETTINGS,
    help="Move Bitbucket Pipelines from stored tokens to the native credentials of Bitbucket Packages.",
    epilog="Exit codes: 0 nothing left to do, 1 something left, 2 usage or configuration, 3 unreadable input, 4 "
    "Bitbucket or a registry refused, 70 fault. "
    "Environment variables such as PATLESS_FORMAT set options; the command line wins.",
)

app.add_typer(secrets_app.app, name="secrets")
app.add_typer(fleet_app.app, name="fleet")
app.add_typer(cache_app.app, name="cache")


@command(app)
def check(options: CheckOptions, reading: AnalysisOptions) -> int:
    """Find logins with stored tokens; changes nothing."""
    from migrator.cli import check

    return check.run(reading, options)


@command(app)
def fix(options: FixOptions, reading: AnalysisOptions) -> int:
    """Fix logins; only safe fixes by default."""
    from migrator.cli import fix

    return fix.run(reading, options)


@command(app, epilog=EPILOG)
def packages(options: PackagesOptions, sources: Sources) -> int:
    """List the images that steps push and read."""
    if options.probe:
        from migrator.cli import probe

        return probe.run(options, sources)
    from migrator.cli import packages

    return packages.run(options, sources)


@command(app)
def rules(sources: Sources, color: Color = Colour.AUTO) -> int:
    """List the rules, and the reasons why a fix is not safe."""
    from migrator.cli import rules

    return rules.list_all(sources, color)


@command(app)
def explain(
    *,
    name: Annotated[str | None, CliArgument("A rule, or the code of a reason.", metavar="[RULE|REASON]")] = None,
    trace: Annotated[
        str | None, CliOption("Show how patless came to the findings at this line.", metavar="PATH:LINE")
    ] = None,
    sources: Sources,
    color: Color = Colour.AUTO,
) -> int:
    """Explain a rule, a reason, or a finding."""
    if name is not None and trace is None:
        from migrator.cli import rules

        return rules.explain_one(name, sources, color)
    if name is None and trace is not None:
        from migrator.cli import trace as tracing

        return tracing.run(trace, sources, color)
    if name is None:
        raise UsageError(
            "nothing to explain; pass a rule or a reason, or --trace PATH:LINE; `patless rules` lists them"
        )
    raise UsageError("pass a rule or a reason, or --trace PATH:LINE, not both")


@command(app)
def bot(options: BotOptions) -> int:
    """Report on a pull request: annotations and comments."""
    from migrator.cli import bot

    return bot.run(options)


@command(app)
def lsp(sources: Sources, codes: Codes) -> int:
    """Serve findings and fixes to an editor, which runs this."""
    from migrator.cli import lsp

    return lsp.run(sources, codes)


@command(app)
def doctor(
    workspace: Annotated[Workspace, CliOption("Ask about this workspace too.")] = "",
    repo: Annotated[Repo, CliOption("Ask about this repository of the workspace too.")] = "",
    format: ReportFormat = Format.TEXT,
    color: Color = Colour.AUTO,
) -> int:
    """Show what your Bitbucket credential can do."""
    from migrator.cli import doctor

    return doctor.run(workspace, repo, format, color)


@command(app)
def demo(
    keep: Annotated[bool, CliOption("Keep the workspace until Ctrl-C, to try things.")] = False,
    open: Annotated[bool, CliOption("Open the report in a browser.")] = False,
    color: Color = Colour.AUTO,
) -> int:
    """Tour patless in a demo workspace on this machine."""
    from migrator.cli import demo

    return demo.run(color, keep=keep, open=open)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"patless {version('patless')}")
        raise typer.Exit


@app.callback()
def _patless(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before a command."""

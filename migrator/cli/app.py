"""The command line: options become records, and a function per command does the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from migrator.cli import cache_app, failures, fleet_app, fleet_migrate_app, secrets_app
from migrator.cli.console import Colour
from migrator.cli.options import AnalysisOptions, Comments, FailOn, Showing, Style, listed
from migrator.cli.pipeline_step import EPILOG
from migrator.cli.shared import (
    Color,
    Config,
    ExitZero,
    FindingsFormat,
    NoConfig,
    PlainFormat,
    Rules,
    end,
    folders,
    one_configuration,
)
from migrator.reports.formats import Format

app = typer.Typer(
    name="patless",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Move Bitbucket Pipelines from stored tokens to the native authentication of Bitbucket Packages.",
    epilog="Exit codes: 0 nothing left to do, 1 something is, 2 usage or configuration, 3 unreadable input, "
    "4 Bitbucket or a registry refused, 70 fault.",
)

app.add_typer(secrets_app.app, name="secrets")
fleet_migrate_app.add(fleet_app.app)
app.add_typer(fleet_app.app, name="fleet")
app.add_typer(cache_app.app, name="cache")

Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files and folders, or -; default: all.")]
Select = Annotated[list[str] | None, typer.Option("--select", metavar="CODE", help="Only these rules or reasons.")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="CODE", help="Not these rules or reasons.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, metavar="N", help="Processes for several repositories.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="One line for each finding, nothing else.")]
Strict = Annotated[bool, typer.Option("--strict", help="Report-only findings count as left to do.")]
Baseline = Annotated[
    Path | None, typer.Option("--baseline", metavar="FILE", help="Leave out the findings in this file.", dir_okay=False)
]
StdinFilename = Annotated[
    Path | None, typer.Option("--stdin-filename", metavar="FILE", help="What - is: a file of a repository.")
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--output-file",
        metavar="FILE",
        help="Write the report to this file; an HTML page has CSV and JSON beside it.",
        dir_okay=False,
    ),
]
InStyle = Annotated[
    Style,
    typer.Option(
        "--style", help="What a login becomes: a pipe for pushes only; in called files in place or by a bridge."
    ),
]
PipeVersion = Annotated[str, typer.Option("--pipe-version", metavar="VERSION", help="The version of the push pipe.")]
Offline = Annotated[bool, typer.Option("--offline", help="Do not ask Bitbucket about the push pipe.")]


@app.command()
def check(
    path: Paths = None,
    format: FindingsFormat = Format.TEXT,
    select: Select = None,
    ignore: Ignore = None,
    strict: Strict = False,
    exit_zero: ExitZero = False,
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    jobs: Jobs = None,
    quiet: Quiet = False,
    color: Color = Colour.AUTO,
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="Count unsafe fixes in the hint.")] = False,
    style: InStyle = Style.LOGIN,
    pipe_version: PipeVersion = "",
    offline: Offline = False,
    output_file: OutputFile = None,
    baseline: Baseline = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write the findings to the baseline.")
    ] = False,
    stdin_filename: StdinFilename = None,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count by rule, verdict and reason.")] = False,
) -> None:
    """Find stored credentials, what would change, and why not."""

    def run() -> int:
        from migrator.cli import check, standard_input

        reading = _reading(path, select, ignore, rules, config, no_config, jobs)
        reading = replace(reading, style=style, pipe_version=pipe_version, offline=offline)
        reading = replace(reading, baseline=baseline, write_baseline=write_baseline)
        reading = replace(reading, buffer=standard_input.buffer(reading.paths, stdin_filename))
        showing = Showing(format, color, quiet, strict, exit_zero, output_file, statistics)
        return check.run(reading, showing, unsafe=unsafe_fixes)

    end(run)


@app.command()
def fix(
    path: Paths = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print a diff and write nothing.")] = False,
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="Apply unsafe fixes as well.")] = False,
    exit_non_zero_on_fix: Annotated[
        bool, typer.Option("--exit-non-zero-on-fix", help="Exit 1 if a file was changed.")
    ] = False,
    style: InStyle = Style.LOGIN,
    pipe_version: PipeVersion = "",
    offline: Offline = False,
    format: PlainFormat = Format.TEXT,
    select: Select = None,
    ignore: Ignore = None,
    strict: Strict = False,
    exit_zero: ExitZero = False,
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    jobs: Jobs = None,
    quiet: Quiet = False,
    color: Color = Colour.AUTO,
    baseline: Baseline = None,
    stdin_filename: StdinFilename = None,
) -> None:
    """Rewrite what can be shown to behave the same."""

    def run() -> int:
        from migrator.cli import fix, standard_input

        reading = _reading(path, select, ignore, rules, config, no_config, jobs)
        reading = replace(reading, style=style, pipe_version=pipe_version, offline=offline)
        reading = replace(reading, baseline=baseline)
        reading = replace(reading, buffer=standard_input.buffer(reading.paths, stdin_filename))
        fixing = fix.Fixing(unsafe_fixes, diff, exit_non_zero_on_fix)
        return fix.run(reading, Showing(format, color, quiet, strict, exit_zero), fixing)

    end(run)


@app.command(epilog=EPILOG)
def packages(
    path: Annotated[Path | None, typer.Argument(metavar="[PATH]", help="A folder of the repository.")] = None,
    probe: Annotated[bool, typer.Option("--probe", help="Ask the registry, in a pipeline step.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Add what --probe proves to own-packages.")] = False,
    format: PlainFormat = Format.TEXT,
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    color: Color = Colour.AUTO,
) -> None:
    """List the images that are pushed and read, and whose."""

    def run() -> int:
        from migrator.cli import packages

        reading = _reading([path] if path else None, None, None, rules, config, no_config, None)
        if write and not probe:
            raise failures.UsageError("--write needs --probe, which finds out what to write")
        if probe:
            from migrator.cli import probe as probing

            return probing.run(reading, Showing(format, color), write=write)
        return packages.run(reading, Showing(format, color))

    end(run)


@app.command()
def rules(rules: Rules = None, config: Config = None, no_config: NoConfig = False, color: Color = Colour.AUTO) -> None:
    """List the rules, and the reasons to hold back."""

    def run() -> int:
        from migrator.cli.rules import list_all

        return list_all(_reading(None, None, None, rules, config, no_config, None), color)

    end(run)


@app.command()
def explain(
    name: Annotated[str | None, typer.Argument(metavar="[RULE|REASON]")] = None,
    trace: Annotated[
        str | None,
        typer.Option("--trace", metavar="PATH:LINE", help="Show how patless came to the findings at this line."),
    ] = None,
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    color: Color = Colour.AUTO,
) -> None:
    """Tell more about a rule, a reason, or a finding."""

    def run() -> int:
        reading = _reading(None, None, None, rules, config, no_config, None)
        if name is not None and trace is None:
            from migrator.cli.rules import explain_one

            return explain_one(name, reading, color)
        if name is None and trace is not None:
            from migrator.cli import trace as tracing

            return tracing.run(trace, reading, color)
        raise failures.UsageError("explain takes a rule or a reason, or --trace PATH:LINE, and not both")

    end(run)


@app.command()
def bot(
    path: Paths = None,
    workspace: Annotated[
        str, typer.Option("--workspace", metavar="SLUG", help="Pull requests of this workspace, read through git.")
    ] = "",
    repo: Annotated[str, typer.Option("--repo", metavar="SLUG", help="Of this repository of it only.")] = "",
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", metavar="N", min=1, help="This one only; default: all open ones.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The files, not only what is changed in them.")] = False,
    new_only: Annotated[bool, typer.Option("--new-only", help="What was not there at --since.")] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="REF", help="A branch, tag or commit, a day (2026-11-17) or an age (7d).")
    ] = "",
    comment_style: Annotated[
        Comments, typer.Option("--comment-style", help="A comment on each finding's line, with the change.")
    ] = Comments.NONE,
    max_comments: Annotated[
        int, typer.Option("--max-comments", metavar="N", min=0, help="The most comments on lines.")
    ] = 30,
    status: Annotated[bool, typer.Option("--status", help="Set a build status too.")] = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 for such findings, each with those before.")] = (
        FailOn.NEVER
    ),
    select: Select = None,
    ignore: Ignore = None,
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    quiet: Quiet = False,
    color: Color = Colour.AUTO,
) -> None:
    """Report on a pull request: annotations, a summary, comments on lines."""

    def run() -> int:
        from migrator.cli import bot
        from migrator.cli.bot_writing import BotOptions

        reading = _reading(path, select, ignore, rules, config, no_config, None)
        asked = BotOptions(reading, workspace, repo, pull_request, everything, new_only, since)
        asked = replace(asked, comments=comment_style, limit=max_comments, status=status, fail_on=fail_on)
        return bot.run(asked, Showing(colour=color, quiet=quiet))

    end(run)


@app.command()
def doctor(
    workspace: Annotated[str, typer.Option("--workspace", metavar="SLUG", help="Ask about this workspace too.")] = "",
    repo: Annotated[str, typer.Option("--repo", metavar="SLUG", help="Ask about this repository of it too.")] = "",
    format: PlainFormat = Format.TEXT,
    color: Color = Colour.AUTO,
) -> None:
    """Tell what the credential for Bitbucket in the environment may do."""

    def run() -> int:
        from migrator.cli import doctor

        return doctor.run(workspace, repo, Showing(format, color))

    end(run)


@app.command()
def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the workspace there until Ctrl-C, to try things.")
    ] = False,
    open: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
    color: Color = Colour.AUTO,
) -> None:
    """Show all of it in a made-up workspace on this machine."""

    def run() -> int:
        from migrator.cli import demo

        return demo.run(color, keep=keep, show=open)

    end(run)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"patless {version('patless')}")
        raise typer.Exit


@app.callback()
def _patless(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before a command."""


def _reading(
    paths: list[Path] | None,
    select: list[str] | None,
    ignore: list[str] | None,
    rules: list[Path] | None,
    config: Path | None,
    no_config: bool,
    jobs: int | None,
) -> AnalysisOptions:
    one_configuration(config, no_config)
    return AnalysisOptions(tuple(paths or ()), listed(select), listed(ignore), folders(rules), config, no_config, jobs)

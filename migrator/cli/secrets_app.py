"""The options of `patless secrets`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli import failures
from migrator.cli.console import Colour
from migrator.cli.options import AnalysisOptions, Showing
from migrator.cli.shared import (
    Color,
    Config,
    ExitZero,
    NoConfig,
    Rules,
    Tokens,
    VariablesFormat,
    end,
    folders,
    one_configuration,
)
from migrator.reports.formats import Format

if TYPE_CHECKING:
    from migrator.cli import secrets
    from migrator.cli.secrets_asking import Lasting

LEDGER = Path("patless-fleet.db")
app = typer.Typer(no_args_is_help=True, help="Stored variables: which nobody needs any more, and their removal.")

Where = Annotated[Path | None, typer.Argument(metavar="[PATH]", help="A folder of the repository.")]
Workspace = Annotated[str, typer.Option("--workspace", metavar="SLUG", help="Default: as the remote origin says.")]
Repo = Annotated[str, typer.Option("--repo", metavar="SLUG", help="Default: as the remote origin says.")]
All = Annotated[bool, typer.Option("--all", help="Every repository of the workspace.")]
Window = Annotated[int, typer.Option("--rollback-window", min=0, max=3650, metavar="DAYS", help="Old runs that count.")]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--output-file",
        metavar="FILE",
        help="Write the list to this file; an HTML page has CSV and JSON beside it.",
        dir_okay=False,
    ),
]
Allowed = Annotated[
    Path | None,
    typer.Option("--allowed-signers", metavar="FILE", help="Whose keys count, as ssh-keygen has it.", dir_okay=False),
]
Required = Annotated[
    int, typer.Option("--require-signatures", min=0, metavar="N", help="So many, of different people.")
]
Ledger = Annotated[
    Path, typer.Option("--ledger", metavar="FILE", help="Where answers about a workspace are kept.", dir_okay=False)
]
MaxAge = Annotated[
    int, typer.Option("--max-age", min=0, max=720, metavar="HOURS", help="With --all: how old an answer may be.")
]
MaxRequests = Annotated[
    int | None, typer.Option("--max-requests", min=1, metavar="N", help="With --all: so many in this run.")
]
Deadline = Annotated[str, typer.Option("--deadline", metavar="TIME", help="With --all: how long it may take, as 90m.")]
Part = Annotated[
    str, typer.Option("--shard", metavar="I/N", help="With --all: one part of N; in a parallel step by itself.")
]
Log = Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Default: beside the plan.", dir_okay=False)]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="The file that `secrets plan` wrote.")]


@app.command("list")
def list_(
    path: Where = None,
    workspace: Workspace = "",
    repo: Repo = "",
    all: All = False,
    rollback_window: Window = 30,
    by: Annotated[str, typer.Option("--by", metavar="token", help="Group by the tokens of --tokens.")] = "",
    tokens: Tokens = None,
    ledger: Ledger = LEDGER,
    max_age: MaxAge = 24,
    max_requests: MaxRequests = None,
    deadline: Deadline = "",
    shard: Part = "",
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    format: VariablesFormat = Format.TEXT,
    output_file: OutputFile = None,
    color: Color = Colour.AUTO,
    verdict: Annotated[
        list[str] | None,
        typer.Option("--verdict", metavar="VERDICT", help="Show these only; the exit code is that of all."),
    ] = None,
    exit_zero: ExitZero = False,
) -> None:
    """Say of each variable that a login to Packages uses or used what may become of it."""

    def run() -> int:
        from migrator.cli import secrets, secrets_asking

        if by not in ("", "token"):
            raise failures.UsageError("--by knows `token` only")
        if by and not tokens:
            raise failures.UsageError("--by token needs --tokens FILE, in which the owner says what tokens there are")
        if shard and not all:
            raise failures.UsageError("--shard is a part of a workspace, which is listed with --all")
        lasting = secrets_asking.part(_lasting(ledger, max_age, max_requests, deadline), shard)
        asked = _asked(path, workspace, repo, all, rollback_window, tokens, rules, config, no_config, lasting)
        showing = Showing(format, color, exit_zero=exit_zero, output=output_file)
        return secrets.list_all(asked, showing, secrets.verdicts(verdict or ()))

    end(run)


@app.command()
def plan(
    path: Where = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The plan.", dir_okay=False)] = Path(
        "plan.json"
    ),
    sign: Annotated[
        list[Path] | None, typer.Option("--sign", metavar="KEY", help="Sign with this SSH key.", dir_okay=False)
    ] = None,
    expires: Annotated[int, typer.Option("--expires", min=1, max=90, metavar="DAYS", help="How long it is good.")] = 7,
    workspace: Workspace = "",
    repo: Repo = "",
    all: All = False,
    rollback_window: Window = 30,
    tokens: Tokens = None,
    ledger: Ledger = LEDGER,
    max_age: MaxAge = 24,
    max_requests: MaxRequests = None,
    deadline: Deadline = "",
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
    format: VariablesFormat = Format.TEXT,
    output_file: OutputFile = None,
    color: Color = Colour.AUTO,
) -> None:
    """Write down what may be removed and on what evidence, for others to read and to sign."""

    def run() -> int:
        from migrator.cli import secrets

        lasting = _lasting(ledger, max_age, max_requests, deadline)
        asked = _asked(path, workspace, repo, all, rollback_window, tokens, rules, config, no_config, lasting)
        return secrets.plan(asked, Showing(format, color, output=output_file), output, expires, sign or [])

    end(run)


@app.command()
def sign(
    plan: PlanFile,
    key: Annotated[Path, typer.Option("--key", metavar="KEY", help="An SSH key.", dir_okay=False)],
) -> None:
    """Sign a plan that you have read."""

    def run() -> int:
        from migrator.cli import secrets_proof

        return secrets_proof.sign(plan, key)

    end(run)


@app.command()
def apply(
    plan: PlanFile,
    path: Where = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    log: Log = None,
    backup: Annotated[
        Path | None, typer.Option("--backup", metavar="FILE", help="Keep values that are not secured.", dir_okay=False)
    ] = None,
    allowed_signers: Allowed = None,
    require_signatures: Required = 0,
    by: Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who applies it, with an access token.")] = "",
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY", help="Sign the log with this SSH key.", dir_okay=False)
    ] = None,
    ledger: Ledger = LEDGER,
    rules: Rules = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Remove the variables of a plan whose evidence still holds. There is no removal without a plan."""

    def run() -> int:
        from migrator.cli import secrets_apply as command

        asked = _asked(path, "", "", False, 30, None, rules, config, no_config, _lasting(ledger))
        doing = command.ApplyOptions(yes, log, backup, allowed_signers, require_signatures, by, sign)
        return command.apply(plan, asked, doing)

    end(run)


@app.command()
def verify(plan: PlanFile, log: Log = None, allowed_signers: Allowed = None, require_signatures: Required = 0) -> None:
    """Check a plan, its signatures and its log, offline: what an auditor keeps."""

    def run() -> int:
        from migrator.cli import secrets_proof

        return secrets_proof.verify(plan, log, allowed_signers, require_signatures)

    end(run)


def _asked(
    path: Path | None,
    workspace: str,
    repo: str,
    everything: bool,
    window: int,
    tokens: Path | None,
    rules: list[Path] | None,
    config: Path | None,
    no_config: bool,
    lasting: Lasting,
) -> secrets.ListingOptions:
    from migrator.cli import secrets

    one_configuration(config, no_config)
    if everything and repo:
        raise failures.UsageError("--all and --repo exclude each other")
    reading = AnalysisOptions(rules=folders(rules), config=config, no_config=no_config)
    return secrets.ListingOptions(reading, path, workspace, repo, everything, window, tokens, lasting)


def _lasting(ledger: Path, hours: int = 24, most: int | None = None, deadline: str = "") -> Lasting:
    from migrator.cli import network, secrets_asking

    return secrets_asking.Lasting(ledger, timedelta(hours=hours), most, network.seconds(deadline))

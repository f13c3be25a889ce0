"""What a credential is, may and reaches: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.diagnosis import Diagnosis
from migrator.reports import machine
from migrator.reports.paint import Paint
from migrator.text.mask import printable

_UNSAID = "Bitbucket does not say"
_ACCEPTED = {True: "accepted", False: "not accepted", None: "not known whether it is accepted"}
_NO_USER = "an access token may have no account of its own; name --workspace and --repo to ask what it reaches"


def text(found: Diagnosis, budget: Budget, paint: Paint = Paint()) -> str:
    """What was asked and answered, then what each command lacks and does not need."""
    facts = [
        ("Bitbucket", f"{found.url}, {'reached' if found.reached else 'not reached'}"),
        ("credential", f"{found.kind}, {_ACCEPTED[found.accepted]}"),
        ("who", f"{found.user.name} {found.user.uuid}".strip() if found.user else "not known"),
        ("type", found.standing.credential_type or _UNSAID),
        ("scopes", _UNSAID if found.scopes is None else ", ".join(found.scopes) or "none"),
        ("workspaces", _UNSAID if found.workspaces is None else ", ".join(found.workspaces) or "none"),
        ("limit", _limit(found)),
        ("budget", f"{budget.per_hour} requests an hour and {budget.per_second} a second, counted in {budget.file}"),
    ]
    lines = [f"{paint.bold(name.ljust(10))}  {_line(told)}" for name, told in facts]
    lines += ["", *(_check(check.what, check.why, paint) for check in found.checks)]
    if found.kind is CredentialKind.ACCESS_TOKEN and found.user is None and found.reached:
        lines.append(f"     {_NO_USER}")
    return "\n".join([*lines, "", *_commands(found, paint)]) + "\n"


def document(found: Diagnosis, budget: Budget) -> str:
    """The JSON: null is what Bitbucket does not say."""
    return machine.dump(
        {
            "schema_version": 1,
            "url": found.url,
            "reached": found.reached,
            "credential": {
                "kind": str(found.kind),
                "accepted": found.accepted,
                "type": found.standing.credential_type,
                "scopes": None if found.scopes is None else list(found.scopes),
            },
            "user": {"uuid": found.user.uuid, "name": found.user.name} if found.user else None,
            "workspaces": None if found.workspaces is None else list(found.workspaces),
            "limits": {
                "per_hour": found.standing.per_hour,
                "near": found.standing.near_limit,
                "budget_per_hour": budget.per_hour,
                "budget_per_second": budget.per_second,
            },
            "checks": [{"what": one.what, "read": not one.why, "why": one.why or None} for one in found.checks],
            "commands": [
                {"command": fit.command, "missing": list(fit.missing), "beyond": list(fit.beyond)} for fit in found.fits
            ],
        }
    )


def _limit(found: Diagnosis) -> str:
    said = found.standing.per_hour
    if said is None:
        return f"{_UNSAID}; the documents say 1,000 requests an hour, and more for access tokens of large workspaces"
    return f"{said:,} requests an hour{', nearly used up' if found.standing.near_limit else ''}"


def _line(text: str) -> str:
    return printable(" ".join(text.split()))


def _check(what: str, why: str, paint: Paint) -> str:
    mark = paint.red("no ") if why else paint.green("yes")
    return f"{mark}  {_line(f'{what}: {why}' if why else what)}"


def _commands(found: Diagnosis, paint: Paint) -> Iterable[str]:
    if not found.fits:
        yield f"What each command needs cannot be compared, as {_UNSAID} which scopes the credential has."
        return
    rows = [("command", "lacks", "does not need")]
    rows += [(fit.command, ", ".join(fit.missing) or "-", ", ".join(fit.beyond) or "-") for fit in found.fits]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for number, (command, lacks, beyond) in enumerate(rows):
        line = f"{command.ljust(widths[0])}  {lacks.ljust(widths[1])}  {beyond}"
        yield paint.bold(line) if number == 0 else line

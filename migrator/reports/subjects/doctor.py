"""What a credential is, may and reaches."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from migrator.bitbucket.budget import Budget
from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.diagnosis import Diagnosis
from migrator.bitbucket.records import Account
from migrator.bitbucket.scopes import Fit
from migrator.reports.document import Column, Document, Section, Subject, Table, TableRow, Tone
from migrator.reports.records.words import SCHEMA_VERSION

_UNSAID = "Bitbucket does not say"
_ACCEPTED = {True: "accepted", False: "not accepted", None: "patless can't tell whether Bitbucket accepts it"}
_UNASKED = "not checked"
_NO_USER = "an access token may have no account; pass `--workspace` and `--repo` to ask what it reaches"


class CredentialRecord(Struct, frozen=True):
    kind: str
    accepted: bool | None
    type: str | None
    scopes: tuple[str, ...] | None


class LimitsRecord(Struct, frozen=True):
    per_hour: int | None
    near: bool | None
    budget_per_hour: int
    budget_per_second: int


class AnswerRecord(Struct, frozen=True):
    what: str
    read: bool
    why: str | None


class DoctorRecord(Struct, frozen=True):
    """None is what Bitbucket does not say."""

    schema_version: int
    url: str
    reached: bool
    credential: CredentialRecord
    user: Account | None
    workspaces: tuple[str, ...] | None
    limits: LimitsRecord
    checks: tuple[AnswerRecord, ...]
    commands: tuple[Fit, ...]


def subject(found: Diagnosis, budget: Budget) -> Subject:
    return Subject(lambda _: document(found, budget), {".json": lambda: record(found, budget)})


def document(found: Diagnosis, budget: Budget) -> Document:
    """What was asked and answered, then what each command lacks and does not need."""
    columns = (Column("command"), Column("lacks"), Column("does not need"))
    unknown = f"patless can't compare what each command needs: {_UNSAID} which scopes the credential has."
    fits = tuple(
        TableRow((fit.command, ", ".join(fit.missing) or "-", ", ".join(fit.beyond) or "-")) for fit in found.fits
    )
    tables = (
        Table("facts", "Credential", (Column("", "label"), Column("")), tuple(_facts(found, budget))),
        Table(
            "checks",
            "Asked",
            (Column("", "mark"), Column("")),
            tuple(_checks(found)),
            (("yes", Tone.GOOD), ("no", Tone.BAD)),
            empty="",
        ),
        Table("commands", "Commands", columns, fits, empty=unknown),
    )
    return Document("The Bitbucket credential", found.url, (Section("doctor", "Credential", tables=tables),))


def record(found: Diagnosis, budget: Budget) -> DoctorRecord:
    standing = found.standing
    return DoctorRecord(
        SCHEMA_VERSION,
        found.url,
        found.reached,
        CredentialRecord(str(found.kind), found.accepted, standing.credential_type, found.scopes),
        found.user,
        found.workspaces,
        LimitsRecord(standing.per_hour, standing.near_limit, budget.per_hour, budget.per_second),
        tuple(AnswerRecord(one.what, not one.why, one.why or None) for one in found.checks),
        found.fits,
    )


def _facts(found: Diagnosis, budget: Budget) -> Iterator[TableRow]:
    facts = (
        ("Bitbucket", f"{found.url}, {'reached' if found.reached else 'not reached'}"),
        ("credential", f"{found.kind}, {_ACCEPTED[found.accepted] if found.reached else _UNASKED}"),
        ("who", f"{found.user.name} {found.user.uuid}" if found.user else "not known"),
        ("type", found.standing.credential_type or _UNSAID),
        ("scopes", _UNSAID if found.scopes is None else ", ".join(found.scopes) or "none"),
        ("workspaces", _UNSAID if found.workspaces is None else ", ".join(found.workspaces) or "none"),
        ("limit", _limit(found)),
        ("budget", f"{budget.per_hour} requests an hour and {budget.per_second} a second, counted in {budget.file}"),
    )
    return (TableRow((name, " ".join(told.split()))) for name, told in facts)


def _limit(found: Diagnosis) -> str:
    told = found.standing.per_hour
    if told is None:
        return f"{_UNSAID}; its pages say 1,000 requests an hour, and more for access tokens of large workspaces"
    return f"{told:,} requests an hour{', nearly used up' if found.standing.near_limit else ''}"


def _checks(found: Diagnosis) -> Iterator[TableRow]:
    for one in found.checks:
        told = f"{one.what}: {one.why}" if one.why else one.what
        yield TableRow(("no" if one.why else "yes", " ".join(told.split())))
    if found.kind is CredentialKind.ACCESS_TOKEN and found.user is None and found.reached:
        yield TableRow(("", _NO_USER))

"""A plan: which variables are to be removed, on what evidence. Canonical JSON, so that a signature holds."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct, field

from migrator.bitbucket.records import Level, Variable
from migrator.rulebook import reading as books
from migrator.secrets import keeping
from migrator.secrets.keeping import NotKept
from migrator.secrets.records import Evidence, Listing, RemovalVerdict, VariableRow
from migrator.secrets.references.records import UseKind

_UNUSED = {kind.value for kind in UseKind if not kind.is_use}


class PlanError(Exception):
    """The file is no plan, or not as it was written. The message is a sentence."""


class PlanEvidence(Struct, frozen=True, order=True):
    """Evidence as a plan keeps it; `line` is for people and no part of what it means."""

    kind: str
    ref: str
    path: str
    line: int
    text: str


class Waived(Struct, frozen=True):
    doubt: str
    path: str
    variable: str
    reason: str
    until: str


class PlanRow(Struct, frozen=True):
    """A variable to remove. `repository` is '' for one of the workspace, `environment` for one of no deployment.

    `meaning` is the digest of what the verdict rests on, without lines and commits.
    """

    repository: str
    level: Level
    environment: str
    environment_uuid: str
    key: str
    uuid: str
    secured: bool
    verdict: RemovalVerdict
    meaning: str
    evidence: tuple[PlanEvidence, ...] = ()
    waivers: tuple[Waived, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def variable(self) -> Variable:
        return Variable(
            self.level, self.key, self.uuid, self.secured, self.environment or None, self.environment_uuid or None
        )

    @property
    def place(self) -> str:
        """For people."""
        if self.level is Level.WORKSPACE:
            return "the workspace"
        where = f"deployment {self.environment} of " if self.level is Level.DEPLOYMENT else ""
        return f"{where}{self.repository}"


class Plan(Struct, frozen=True):
    """`repository` is '' where the whole workspace was looked at; `window` is in days; `heads` are commits by
    repository and full ref. `rules` and `configuration` are digests. Times are ISO 8601 with a zone."""

    schema_version: int
    tool: str
    workspace: str
    repository: str
    created: str
    expires: str
    window: int
    rules: str
    configuration: str
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    rows: tuple[PlanRow, ...] = ()

    @property
    def expiry(self) -> datetime:
        return datetime.fromisoformat(self.expires)

    @property
    def digest(self) -> str:
        return hashlib.sha256(text(self).encode()).hexdigest()


def rows(listing: Listing) -> tuple[PlanRow, ...]:
    """What may go of what was listed."""
    return tuple(_row(row) for row in listing.rows if row.verdict.may_go)


def _row(row: VariableRow) -> PlanRow:
    variable = row.variable
    return PlanRow(
        row.repository,
        variable.level,
        variable.environment or "",
        variable.environment_uuid or "",
        variable.key,
        variable.uuid,
        variable.secured,
        row.verdict,
        meaning(row.verdict, row.evidence),
        tuple(PlanEvidence(one.kind, one.ref, one.path, one.line, one.text) for one in row.evidence),
        tuple(Waived(one.doubt, one.path, one.variable, one.reason, one.until.isoformat()) for one in row.waivers),
        row.assumptions,
    )


def meaning(verdict: RemovalVerdict, evidence: Iterable[Evidence | PlanEvidence]) -> str:
    """The digest of a verdict and its evidence: mentions, lines and commits are no part of it."""
    return hashlib.sha256(_canonical([verdict.value, sorted(meant(evidence))]).encode()).hexdigest()


def meant(evidence: Iterable[Evidence | PlanEvidence]) -> set[tuple[str, str, str, str]]:
    return {(one.kind, one.ref, one.path, one.text) for one in evidence if one.kind not in _UNUSED}


def text(plan: Plan) -> str:
    return _canonical(msgspec.to_builtins(plan)) + "\n"


def read(path: Path) -> Plan:
    """Raises PlanError where the file is not byte for byte what `text` makes of its plan."""
    try:
        data = keeping.read(path)
    except NotKept as error:
        raise PlanError(f"{error}; name the file that `secrets plan` wrote") from None
    try:
        plan = msgspec.json.decode(data, type=Plan)
        if plan.expiry.tzinfo is None or datetime.fromisoformat(plan.created).tzinfo is None:
            raise ValueError
        for waiver in (one for row in plan.rows for one in row.waivers):
            date.fromisoformat(waiver.until)
    except (msgspec.DecodeError, ValueError):
        raise PlanError(f"{path}: not a plan of `patless secrets plan`, or cut off; write a new one") from None
    if plan.schema_version != 1:
        raise PlanError(f"{path}: the plan has version {plan.schema_version}; this patless reads version 1")
    if text(plan).encode() != data:
        raise PlanError(f"{path}: the plan was changed by hand or by a formatter; write a new one with `secrets plan`")
    wrong = next((row for row in plan.rows if row.meaning != meaning(row.verdict, row.evidence)), None)
    if wrong or any(not row.verdict.may_go for row in plan.rows):
        raise PlanError(f"{path}: the evidence of a row does not fit its digest or verdict; write a new plan")
    if len({row.uuid for row in plan.rows}) != len(plan.rows):
        raise PlanError(f"{path}: two rows name one variable; write a new plan")
    return plan


def rules_digest(folders: Iterable[Path]) -> str:
    """Of all files of rules that are loaded, by name and content. Raises OSError."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in books.every(folder):
            data = file.read_bytes()
            digest.update(os.fsencode(file.relative_to(folder)) + f"\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def digest_of(value: object) -> str:
    return hashlib.sha256(_canonical(msgspec.to_builtins(value)).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, indent=1)


def by_uuid(plan: Plan) -> Mapping[str, PlanRow]:
    return {row.uuid: row for row in plan.rows}

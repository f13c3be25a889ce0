"""The JSON of `fleet status`, and that beside the page of `fleet report`. `fleet-status.schema.json` and
`fleet.schema.json` in `migrator/reports/` describe them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from migrator.bitbucket.records import Level
from migrator.findings.records import Verdict
from migrator.fleet.following import Standing, StatusRow, counted
from migrator.fleet.records import SeenFinding
from migrator.reports.known import Audit, Fleet, KeptVariable, Owned, PlanOutcome
from migrator.reports.records.secrets import (
    Environment,
    ListedToken,
    NotCheckedRecord,
    Repository,
    VariableRecord,
    judged,
    listed,
    not_checked,
    variables,
)
from migrator.reports.records.words import SCHEMA_VERSION, Count, SaidFinding, Strings, about
from migrator.secrets.plan import Plan
from migrator.secrets.signing import Signature

_MERGED = {Standing.MERGED_GREEN: "merged", Standing.MERGED_RED: "merged"}
_STATES = sorted({_MERGED.get(state, str(state)) for state in Standing})
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class RequestRecord(Struct, frozen=True):
    id: int
    url: str
    branch: str
    destination: str


class StandingRecord(Struct, frozen=True):
    slug: str
    uuid: str
    destination: str | None
    state: Annotated[str, Meta(extra_json_schema={"enum": _STATES})]
    run: Annotated[
        str | None,
        about("How the first run after the merge ended", extra_json_schema={"enum": ["green", "red", None]}),
    ]
    age_days: Annotated[int | None, about("Of an open pull request")]
    findings: Count
    held_back: Annotated[Count, about("Findings that need review, or that fleet migrate left alone")]
    unread: Annotated[Count, about("Files that could not be read")]
    pull_request: RequestRecord | None
    error: str | None
    was: Annotated[Strings, about("Slugs that the repository had before")]
    why: Annotated[str | None, about("Why fleet migrate left all findings alone")]


class StatusSummary(Struct, frozen=True):
    workspace: str
    repositories: int
    destinations: int
    states: dict[str, int]
    findings: int
    held_back: int


class StatusRecord(Struct, frozen=True):
    schema_version: Literal[1]
    repositories: Annotated[tuple[StandingRecord, ...], about("One entry for each destination branch of a repository")]
    summary: StatusSummary


class OwnedRecord(StandingRecord, frozen=True):
    project: str | None
    wave: str | None
    owner: str | None
    due: date | None


class OwnedFinding(SaidFinding, frozen=True):
    repository: str
    destination: str
    change: Annotated[str | None, about("the fix as lines with - and +")]
    left: Annotated[bool, about("false where a merge after the scan took it away")]


class OwnedToken(ListedToken, frozen=True):
    revocable: Annotated[bool | None, about("null where the list of --secrets does not judge it")]
    why: Strings
    notes: Strings


class KeptRecord(Struct, frozen=True):
    level: Level
    repository: Repository
    environment: Environment
    key: str
    secured: bool
    seen: Moment


class UnkeptRecord(Struct, frozen=True):
    repository: str
    reason: str


class SignatureRecord(Struct, frozen=True):
    file: str
    signer: Annotated[str | None, about("null for one that is not good")]
    key: str | None
    error: str | None


class OutcomeRecord(Struct, frozen=True):
    level: Level
    repository: Repository
    environment: Environment
    key: str
    verdict: str
    outcome: Annotated[str | None, about("what the log says last, null where it says nothing")]


class PlanRecord(Struct, frozen=True):
    digest: Digest
    rules: Digest
    configuration: Digest
    created: Moment
    expires: Moment
    signatures: Annotated[
        tuple[SignatureRecord, ...] | None,
        about("null where --allowed-signers was not given, so that none was checked"),
    ]
    outcomes: tuple[OutcomeRecord, ...]


class FleetSummary(StatusSummary, frozen=True):
    left: Annotated[dict[str, int], about("findings that are left, by verdict")]


class FleetRecord(Struct, frozen=True):
    """What was not given is null, and not empty."""

    schema_version: Literal[1]
    repositories: Annotated[
        tuple[OwnedRecord, ...],
        about("As fleet status has them, one entry for each destination branch, with what the operator states"),
    ]
    findings: tuple[OwnedFinding, ...]
    variables: Annotated[tuple[VariableRecord, ...] | None, about("Of --secrets; null where it was not given")]
    not_checked: Annotated[tuple[NotCheckedRecord, ...] | None, about("As variables")]
    tokens: tuple[OwnedToken, ...]
    stored: Annotated[
        tuple[KeptRecord, ...],
        about("Variables of logins as fleet scan --for-secrets saw them, without a verdict"),
    ]
    not_stored: Annotated[tuple[UnkeptRecord, ...], about("What that scan could not look at")]
    plan: PlanRecord | None
    summary: FleetSummary


def status(workspace: str, found: Sequence[StatusRow]) -> StatusRecord:
    """`state` is one of the schema's; how the first run after a merge ended is in `run`."""
    return StatusRecord(SCHEMA_VERSION, tuple(map(_standing, found)), _summary(workspace, found))


def fleet(known: Fleet) -> FleetRecord:
    audit = known.audit
    verdicts = Counter(finding.verdict for one in known.owned for finding in one.left)
    left = {str(verdict): verdicts[verdict] for verdict in Verdict}
    return FleetRecord(
        SCHEMA_VERSION,
        tuple(map(_owned, known.owned)),
        tuple(_finding(one, finding) for one in known.owned for finding in one.findings),
        variables(audit.listing) if audit.listing else None,
        not_checked(audit.listing) if audit.listing else None,
        tuple(_tokens(audit)),
        tuple(map(_kept, audit.kept)),
        tuple(UnkeptRecord(slug, why) for slug, why in audit.unread),
        _plan(audit.plan, audit) if audit.plan else None,
        FleetSummary(**asdict(_summary(known.workspace, [one.standing for one in known.owned])), left=left),
    )


def _summary(workspace: str, found: Sequence[StatusRow]) -> StatusSummary:
    """Repositories that are gone, transferred or archived are in `states` only."""
    there = [row for row in found if row.standing.counts]
    return StatusSummary(
        workspace,
        len({row.uuid for row in there}),
        len(there),
        counted(found),
        sum(row.findings for row in there),
        sum(row.held_back for row in there),
    )


def _standing(row: StatusRow) -> StandingRecord:
    change = row.change
    request = None
    if change and change.pull_request is not None:
        request = RequestRecord(change.pull_request, change.url, change.branch, change.destination)
    return StandingRecord(
        row.slug,
        row.uuid,
        row.destination or None,
        _MERGED.get(row.standing, str(row.standing)),
        (change.run or None) if change else None,
        row.days,
        row.findings,
        row.held_back,
        row.unread,
        request,
        row.error or None,
        row.was,
        row.why or None,
    )


def _owned(one: Owned) -> OwnedRecord:
    wave = one.wave
    return OwnedRecord(
        **asdict(_standing(one.standing)),
        project=one.repository.project or None,
        wave=wave.name if wave else None,
        owner=(wave.owner or None) if wave else None,
        due=wave.due if wave else None,
    )


def _finding(owned: Owned, one: SeenFinding) -> OwnedFinding:
    return OwnedFinding(
        **asdict(SaidFinding.of(one)),
        repository=owned.repository.slug,
        destination=owned.standing.destination,
        change=one.change or None,
        left=one in owned.left,
    )


def _tokens(audit: Audit) -> Iterator[OwnedToken]:
    yield from (OwnedToken(**asdict(judged(row))) for row in audit.tokens)
    yield from (OwnedToken(**asdict(listed(token)), revocable=None, why=(), notes=()) for token in audit.unjudged)


def _kept(one: KeptVariable) -> KeptRecord:
    variable = one.variable
    where = (variable.level, one.repository, variable.environment or None)
    return KeptRecord(*where, variable.key, variable.secured, one.at)


def _plan(plan: Plan, audit: Audit) -> PlanRecord:
    signatures = audit.signatures
    return PlanRecord(
        plan.digest,
        plan.rules,
        plan.configuration,
        plan.created,
        plan.expires,
        None if signatures is None else tuple(map(_signature, signatures)),
        tuple(map(_outcome, audit.outcomes)),
    )


def _signature(one: Signature) -> SignatureRecord:
    return SignatureRecord(one.file.name, one.signer or None, one.key or None, one.why or None)


def _outcome(one: PlanOutcome) -> OutcomeRecord:
    row = one.row
    where = (row.level, row.repository, row.environment or None)
    return OutcomeRecord(*where, row.key, str(row.verdict), one.text or None)

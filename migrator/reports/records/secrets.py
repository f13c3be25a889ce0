"""The JSON of `secrets list` and `secrets plan`. `migrator/reports/secrets.schema.json` describes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.reports.records.words import SCHEMA_VERSION, Count, Strings, about
from migrator.reports.wording import stored as words
from migrator.reports.wording.stored import Paired, ToDo
from migrator.secrets.records import Alive, Evidence, Listing, RemovalVerdict, StoredAt, VariableRow, Waiver
from migrator.secrets.tokens import Token, TokenRow
from migrator.text.toml import ConfigurationError

Repository = Annotated[str, about("empty on the workspace level")]
Environment = Annotated[str | None, about("null on all but the deployment level, and for all of that")]


class AliveRecord(Struct, frozen=True):
    branch: str
    author: Annotated[str, about("of its last commit")]
    committed: Annotated[datetime | None, about("null where the commit states no time that there is")]
    last_run: Annotated[str | None, about("null for none within the window", extra_json_schema={"format": "date"})]


class WaiverRecord(Struct, frozen=True):
    doubt: str
    path: Annotated[str, about("empty for any")]
    variable: Annotated[str, about("empty for any")]
    reason: str
    until: date


class VariableRecord(Struct, frozen=True, kw_only=True):
    level: Annotated[Level | None, about("null where the verdict is undefined-variable")]
    repository: Repository
    environment: Environment
    key: str
    uuid: Annotated[
        str | None,
        about("null where it is stored nowhere, or may be on a level that could not be read"),
    ]
    together: Annotated[
        Strings | UnsetType,
        about("others of the same place and verdict that belong to it, such as the user name of a token"),
    ] = field(name="with", default=UNSET)
    secured: bool
    verdict: RemovalVerdict
    evidence: tuple[Evidence, ...]
    evidence_others: Annotated[Count, about("how many more pieces of evidence there are")] = 0
    assumptions: Annotated[Strings, about("what whoever signs the removal answers for")]
    uncovers: Annotated[
        tuple[Level, ...],
        about("levels whose variable of this name pipelines see after the removal, the first one first"),
    ]
    alive: Annotated[tuple[AliveRecord, ...], about("branches that keep it in use")]
    alive_others: Annotated[Count, about("how many more branches keep it in use")] = 0
    waivers: Annotated[tuple[WaiverRecord, ...], about("that the verdict rests on")]


class StoredRecord(Struct, frozen=True):
    level: Level
    repository: Repository
    environment: Environment
    key: str


class NotCheckedRecord(Struct, frozen=True):
    level: Level
    repository: Repository
    environment: Environment
    reason: str


class ListedToken(Struct, frozen=True):
    """As its owner lists it."""

    label: str
    owner: str
    expires: date | None
    variables: tuple[StoredRecord, ...]
    consumers: Annotated[Strings, about("outside of Pipelines")]


class TokenRecord(ListedToken, frozen=True):
    revocable: bool
    why: Annotated[Strings, about("why it cannot be revoked; empty where it can")]
    notes: Strings


class NextRecord(Struct, frozen=True):
    what: Annotated[str, about("goes on after the number of variables")]
    do: str
    verdicts: tuple[RemovalVerdict, ...]
    variables: Count
    entries: Annotated[Count, about("a user name and its token are one")]


class ListingSummary(Struct, frozen=True, kw_only=True):
    workspace: str
    repositories: Annotated[Count, about("that were read")]
    variables: Count
    others: Annotated[Count, about("stored variables that no login to Packages uses")]
    verdicts: Annotated[
        dict[RemovalVerdict, Count], Meta(extra_json_schema={"propertyNames": {"enum": list(RemovalVerdict)}})
    ]
    not_checked: Count
    never_had_pipelines: Annotated[Count | UnsetType, about("repositories whose variables were not asked for")] = UNSET
    left: Annotated[Count | UnsetType, about("repositories that were not asked for yet")] = UNSET
    other_parts: Annotated[Count | UnsetType, about("repositories that belong to other parts, with --shard")] = UNSET
    since: Annotated[
        str | UnsetType | None,
        about("when the oldest answer was given that the list rests on, where some are of a run before"),
    ] = UNSET
    tokens: Count
    revocable: Count


class SecretsRecord(Struct, frozen=True, kw_only=True):
    schema_version: Literal[1]
    summary: ListingSummary
    next: Annotated[
        tuple[NextRecord, ...] | UnsetType,
        about("what can be done about the variables, the most urgent first"),
    ] = UNSET
    variables: tuple[VariableRecord, ...]
    not_checked: tuple[NotCheckedRecord, ...]
    tokens: Annotated[tuple[TokenRecord, ...], about("of the owner's list, the first to expire first")]


def secrets(listing: Listing, tokens: Sequence[TokenRow] = ()) -> SecretsRecord:
    """All that is kept."""
    gaps = not_checked(listing)
    verdicts = Counter(row.verdict for row in listing.rows)
    return SecretsRecord(
        schema_version=SCHEMA_VERSION,
        summary=ListingSummary(
            workspace=listing.workspace,
            repositories=len(listing.heads),
            variables=len(listing.rows),
            others=listing.others,
            verdicts={verdict: verdicts[verdict] for verdict in RemovalVerdict},
            not_checked=len(gaps),
            never_had_pipelines=len(listing.unasked),
            left=len(listing.left),
            other_parts=listing.elsewhere,
            since=listing.since or None,
            tokens=len(tokens),
            revocable=sum(row.revocable for row in tokens),
        ),
        next=tuple(map(_next, words.doings(listing.rows))),
        variables=variables(listing),
        not_checked=gaps,
        tokens=tuple(map(judged, tokens)),
    )


def variables(listing: Listing) -> tuple[VariableRecord, ...]:
    found = {row: pair for pair in words.pairs(listing.rows) for row in pair.rows}
    return tuple(_variable(row, found[row]) for row in listing.rows)


def not_checked(listing: Listing) -> tuple[NotCheckedRecord, ...]:
    return tuple(_not_checked(listing))


def listed(one: Token) -> ListedToken:
    variables = tuple(
        StoredRecord(each.level, each.repository, each.environment or None, each.key) for each in one.variables
    )
    return ListedToken(one.label, one.owner, one.expires, variables, one.consumers)


def read(path: Path) -> tuple[Listing, tuple[TokenRow, ...]]:
    """The listing that `secrets list --format json` has printed into the file at `path`, and the tokens that were
    judged by it. Raises ConfigurationError."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=SecretsRecord)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot read the list of variables: {error.strerror}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"{path}: this is not what `patless secrets list --format json` prints: {error}"
        ) from None
    listing = Listing(
        found.summary.workspace,
        tuple(map(_row, found.variables)),
        tuple((one.repository, NotChecked(one.level, one.environment, one.reason)) for one in found.not_checked),
        found.summary.others,
        {str(number): {} for number in range(found.summary.repositories)},
    )
    return listing, tuple(map(_token_row, found.tokens))


def _next(one: ToDo) -> NextRecord:
    step = one.step
    return NextRecord(step.what, step.next.replace("`", ""), step.verdicts, one.count, len(one.entries))


def _variable(row: VariableRow, pair: Paired) -> VariableRecord:
    variable = row.variable
    return VariableRecord(
        level=variable.level if row.level else None,
        repository=row.repository,
        environment=variable.environment,
        key=variable.key,
        uuid=variable.uuid or None,
        together=tuple(one.variable.key for one in pair.rows if one != row),
        secured=variable.secured,
        verdict=row.verdict,
        evidence=row.evidence,
        evidence_others=row.evidence_others,
        assumptions=row.assumptions,
        uncovers=row.uncovers,
        alive=tuple(
            AliveRecord(one.branch, one.author, _moment(one.committed), one.last_run or None) for one in row.alive
        ),
        alive_others=row.alive_others,
        waivers=tuple(WaiverRecord(one.doubt, one.path, one.variable, one.reason, one.until) for one in row.waivers),
    )


def _moment(seconds: int) -> datetime | None:
    """None for a number that is no time that can be written down; a repository can state any."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _not_checked(listing: Listing) -> Iterator[NotCheckedRecord]:
    """Of a repository that could not be read, no level of its own was."""
    for repository, one in listing.not_checked:
        yield NotCheckedRecord(one.level, repository, one.environment, one.reason)
    unread = [*listing.failed, *((each, f"it was not asked for yet: {listing.why}") for each in listing.left)]
    for repository, why in unread:
        yield from (NotCheckedRecord(level, repository, None, why) for level in (Level.DEPLOYMENT, Level.REPOSITORY))


def judged(row: TokenRow) -> TokenRecord:
    one = listed(row.token)
    return TokenRecord(
        one.label, one.owner, one.expires, one.variables, one.consumers, row.revocable, row.why, row.notes
    )


def _row(one: VariableRecord) -> VariableRow:
    return VariableRow(
        one.repository,
        Variable(one.level or Level.REPOSITORY, one.key, one.uuid or "", one.secured, one.environment),
        one.verdict,
        one.evidence,
        one.assumptions,
        tuple(map(_alive, one.alive)),
        one.uncovers,
        tuple(Waiver(each.doubt, each.reason, each.until, each.path, each.variable) for each in one.waivers),
        one.evidence_others,
        one.alive_others,
    )


def _alive(one: AliveRecord) -> Alive:
    committed = int(one.committed.timestamp()) if one.committed else 0
    return Alive(one.branch, one.author, committed, one.last_run or "")


def _token_row(one: TokenRecord) -> TokenRow:
    variables = tuple(StoredAt(each.level, each.repository, each.environment or "", each.key) for each in one.variables)
    return TokenRow(Token(one.label, one.owner, one.expires, variables, one.consumers), one.why, one.notes)

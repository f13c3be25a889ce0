"""Reads what `secrets list --format json` has printed, for a report that is made later."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.secrets.records import Alive, Evidence, Listing, Row, Stored, Verdict, Waiver
from migrator.secrets.tokens import Token, TokenRow
from migrator.text.toml import ConfigurationError


class _Alive(Struct, frozen=True):
    branch: str
    author: str
    committed: datetime | None
    last_run: str | None


class _Waiver(Struct, frozen=True):
    doubt: str
    path: str
    variable: str
    reason: str
    until: date


class _Row(Struct, frozen=True):
    level: Level | None
    repository: str
    environment: str | None
    key: str
    uuid: str | None
    secured: bool
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    assumptions: tuple[str, ...]
    uncovers: tuple[Level, ...]
    alive: tuple[_Alive, ...]
    waivers: tuple[_Waiver, ...]
    evidence_others: int = 0
    alive_others: int = 0


class _Stored(Struct, frozen=True):
    level: Level
    repository: str
    environment: str | None
    key: str


class _Gap(Struct, frozen=True):
    level: Level
    repository: str
    environment: str | None
    reason: str


class _Token(Struct, frozen=True):
    label: str
    owner: str
    expires: date | None
    variables: tuple[_Stored, ...]
    consumers: tuple[str, ...]
    why: tuple[str, ...]
    notes: tuple[str, ...]


class _Summary(Struct, frozen=True):
    workspace: str
    repositories: int
    others: int


class _Document(Struct, frozen=True):
    schema_version: int
    variables: tuple[_Row, ...]
    not_checked: tuple[_Gap, ...]
    tokens: tuple[_Token, ...]
    summary: _Summary


def read(path: Path) -> tuple[Listing, tuple[TokenRow, ...]]:
    """The listing in the file at `path`, and the tokens that were judged by it. Raises ConfigurationError."""
    try:
        data = path.read_bytes()
        found = msgspec.json.decode(data, type=_Document)
    except OSError as error:
        raise ConfigurationError(f"{path}: the list of variables cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"{path}: this is not what `patless secrets list --format json` prints: {error}"
        ) from None
    if found.schema_version != 1:
        raise ConfigurationError(f"{path}: its schema_version is {found.schema_version}, and 1 is what is read here")
    listing = Listing(
        found.summary.workspace,
        tuple(map(_row, found.variables)),
        tuple((one.repository, NotChecked(one.level, one.environment, one.reason)) for one in found.not_checked),
        found.summary.others,
        {str(number): {} for number in range(found.summary.repositories)},
    )
    return listing, tuple(map(_token, found.tokens))


def _row(one: _Row) -> Row:
    return Row(
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


def _alive(one: _Alive) -> Alive:
    return Alive(one.branch, one.author, int(one.committed.timestamp()) if one.committed else 0, one.last_run or "")


def _token(one: _Token) -> TokenRow:
    variables = tuple(Stored(each.level, each.repository, each.environment or "", each.key) for each in one.variables)
    return TokenRow(Token(one.label, one.owner, one.expires, variables, one.consumers), one.why, one.notes)

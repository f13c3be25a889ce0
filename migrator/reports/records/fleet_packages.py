"""The JSON of `fleet packages`. `migrator/reports/fleet-packages.schema.json` describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from migrator.findings.records import PackageType, Verdict
from migrator.fleet.imports import Importer, Pin, Shared
from migrator.fleet.packages import FleetPackage, PackageUse, Party, Picture
from migrator.fleet.records import SeenFinding
from migrator.reports.records.words import SCHEMA_VERSION, Count, Strings, about

Line = Annotated[int, Meta(ge=1)]
_BRANCHES = 20
"""Branches that are named of one place."""


class PlaceRecord(Struct, frozen=True):
    shared: Annotated[str | None, about("the exporter and ref of the file, null for an own file")]
    path: str
    line: Line
    column: Line
    branches: Strings
    branches_others: Annotated[Count, about("how many more branches have it")]


class PartyRecord(Struct, frozen=True):
    repository: str
    settled: Annotated[bool, about("fleet.toml calls the package the repository's own")]
    places: tuple[PlaceRecord, ...]


class UnlockedVariable(Struct, frozen=True):
    repository: str
    variable: str


class UnlocksRecord(Struct, frozen=True):
    findings: Count
    repositories: Strings
    secrets: tuple[UnlockedVariable, ...]
    partly: Annotated[Count, about("findings that also have another reason")]


class KnownRecord(Struct, frozen=True):
    name: str
    pushers: tuple[PartyRecord, ...]
    readers: tuple[PartyRecord, ...]
    contested: Annotated[bool, about("several push it, and not all of them are said to own it")]
    foreign_readers: Strings
    unlocks: Annotated[UnlocksRecord, about("what is free to change once this package alone is settled")]
    type: PackageType = PackageType.CONTAINER


class SharedFinding(Struct, frozen=True):
    rule: str
    path: str
    line: Line
    column: Line
    verdict: Verdict
    message: str
    reasons: Strings
    variables: Strings


class SharedRecord(Struct, frozen=True):
    repository: Annotated[str, about("the exporter")]
    ref: str
    pin: Pin
    path: str
    pipeline: Annotated[str | None, about("null where the import names a whole file")]
    commit: str | None
    error: Annotated[str | None, about("why it could not be read")]
    pin_bump: Annotated[bool, about("a change reaches the importers only once they name another tag")]
    importers: Annotated[tuple[Importer, ...], Meta(min_length=1)]
    findings: tuple[SharedFinding, ...]


class UnreadRecord(Struct, frozen=True):
    repository: str
    error: str


class PictureSummary(Struct, frozen=True):
    repositories: Annotated[Count, about("that were read")]
    unread: Count
    packages: Count
    contested: Count
    foreign: Annotated[Count, about("packages that a repository reads and does not push")]
    shared_pipelines: Count
    pin_bumps: Annotated[Count, about("shared pipelines with findings that are imported at a tag")]


class PictureRecord(Struct, frozen=True):
    schema_version: Literal[1]
    packages: Annotated[tuple[KnownRecord, ...], about("the packages that unblock most come first")]
    shared_pipelines: tuple[SharedRecord, ...]
    unread: tuple[UnreadRecord, ...]
    summary: PictureSummary


def packages(picture: Picture) -> PictureRecord:
    return PictureRecord(
        SCHEMA_VERSION,
        tuple(map(_known, picture.packages)),
        tuple(map(_shared, picture.shared)),
        tuple(UnreadRecord(slug, why) for slug, why in picture.unread),
        PictureSummary(
            repositories=picture.repositories,
            unread=len(picture.unread),
            packages=len(picture.packages),
            contested=sum(known.contested for known in picture.packages),
            foreign=sum(bool(known.foreign) for known in picture.packages),
            shared_pipelines=len(picture.shared),
            pin_bumps=sum(shared.bump for shared in picture.shared),
        ),
    )


def _known(known: FleetPackage) -> KnownRecord:
    gain = known.unlocks
    secrets = tuple(UnlockedVariable(one.repository, one.name) for one in gain.secrets)
    return KnownRecord(
        known.name,
        tuple(map(_party, known.pushers)),
        tuple(map(_party, known.readers)),
        known.contested,
        known.foreign,
        UnlocksRecord(gain.findings, gain.repositories, secrets, gain.partly),
        known.type,
    )


def _party(party: Party) -> PartyRecord:
    return PartyRecord(party.repository, party.settled, tuple(map(_place, party.places)))


def _place(place: PackageUse) -> PlaceRecord:
    others = max(0, len(place.branches) - _BRANCHES)
    at = (place.path, place.line, place.column)
    return PlaceRecord(place.shared or None, *at, place.branches[:_BRANCHES], others)


def _shared(shared: Shared) -> SharedRecord:
    aim = shared.target
    return SharedRecord(
        aim.repository,
        aim.ref,
        shared.pin,
        aim.path,
        aim.pipeline or None,
        shared.commit or None,
        shared.why or None,
        shared.bump,
        shared.importers,
        tuple(map(_finding, shared.findings)),
    )


def _finding(one: SeenFinding) -> SharedFinding:
    codes = tuple(dict.fromkeys(reason.code for reason in one.reasons))
    at = (one.position.line, one.position.column)
    return SharedFinding(one.rule, one.path, *at, one.verdict, one.message, codes, one.variables)

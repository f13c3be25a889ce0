"""What Bitbucket has answered about one repository's variables and runs, as it is kept for the next run.

No value is part of it, but those that name a registry of Packages and can hold nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Environment, Run, Variable
from migrator.rulebook.records import RuleBook
from migrator.secrets.records import Leaving
from migrator.secrets.survey import RecentRuns
from migrator.text.patterns import regex

_HOST = regex(r"(?:https?://)?[a-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[a-z0-9._-]{0,64}){0,4}")
"""All that a value may be that is kept: no user, no query, nothing that could be a credential beside a host."""


class KeptRun(Struct, frozen=True):
    """As in Run, without what nothing asks for."""

    uuid: str
    build_number: int | None
    created_on: datetime
    state: str | None
    ref_name: str | None
    sha: str | None


class KeptAnswers(Struct, frozen=True):
    """`variables` are those of the repository and its deployments, the `environments`; `asked` False: it never had
    pipelines, so they were not asked for. `candidates` are names as far as its files say them, and those of others that
    it `imports`. `there`: it has commits. `leaving` None: that was not looked for. `looked` is when Bitbucket was last
    asked whether its variables are these."""

    updated_on: str
    there: bool
    asked: bool
    candidates: tuple[str, ...]
    heads: dict[str, str]
    leaving: Leaving | None = None
    imports: bool = False
    variables: tuple[Variable, ...] = ()
    runs: tuple[KeptRun, ...] = ()
    environments: tuple[Environment, ...] = ()
    looked: str = ""

    @property
    def inventory(self) -> Inventory:
        return Inventory(self.variables, (), self.environments)

    def runs_again(self) -> RecentRuns:
        return RecentRuns(tuple(map(_run, self.runs)))


def bare(variables: Iterable[Variable], book: RuleBook) -> tuple[Variable, ...] | None:
    """The variables without their values; None where one names a registry beside something else, so that no part of it
    may be kept and all of it may be needed."""
    found = []
    for one in variables:
        value = one.value
        if value is not None:
            if not any(mention in value.lower() for mention in book.named):
                value = ""
            elif not _HOST.fullmatch(value):
                return None
        found.append(dataclasses.replace(one, value=value))
    return tuple(found)


def kept_runs(runs: RecentRuns) -> tuple[KeptRun, ...]:
    return tuple(
        KeptRun(one.uuid, one.build_number, one.created_on, one.state, one.ref_name, one.sha.text if one.sha else None)
        for one in runs.runs
    )


def written(document: Struct) -> bytes | None:
    """The same bytes for the same record; None for one with a name that is not text, which is not kept."""
    try:
        return msgspec.json.encode(document, order="deterministic")
    except UnicodeEncodeError:
        return None


def read(document: bytes) -> KeptAnswers | None:
    """None for what another version has written."""
    try:
        return msgspec.json.decode(document, type=KeptAnswers)
    except (msgspec.DecodeError, ValueError):
        return None


def _run(one: KeptRun) -> Run:
    """Raises ValueError where a hash is none."""
    return Run(
        uuid=one.uuid,
        build_number=one.build_number,
        created_on=one.created_on,
        state=one.state,
        result=None,
        stage=None,
        ref_type=None,
        ref_name=one.ref_name,
        sha=Hash(one.sha) if one.sha else None,
        selector=None,
        pattern=None,
    )

"""What is kept of what Bitbucket answered: no value but of a host, and nothing that another version wrote."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import Level, Run, Variable
from migrator.rulebook import reading as rulebook
from migrator.secrets import answers, kept
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.records import RefFacts, RepositoryFacts, Stand
from migrator.secrets.references.records import Doubt, Found, OpaqueKind
from migrator.secrets.survey import RecentRuns

BOOK = rulebook.load()
WHEN = datetime(2026, 11, 24, tzinfo=UTC)


def variable(value: str | None) -> Variable:
    return Variable(Level.REPOSITORY, "REGISTRY", "{1}", value is None, value=value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        ("", ""),
        ("s3cret", ""),
        ("registry.acme.example", ""),
        ("crg.apkg.io", "crg.apkg.io"),
        ("CRG.apkg.io/hunter2", None),
        ("https://crg.apkg.io:443/acme/web", "https://crg.apkg.io:443/acme/web"),
    ],
)
def test_of_a_value_a_host_of_packages_is_kept_and_nothing_else(value: str | None, kept: str | None) -> None:
    found = answers.bare([variable(value)], BOOK)
    assert found == ((variable(kept),) if kept is not None or value is None else None)


def test_a_host_of_any_of_several_registries_is_kept() -> None:
    registry = next(iter(BOOK.registries.values()))
    other = msgspec.structs.replace(registry, mention="packages.example")
    both = msgspec.structs.replace(BOOK, registries={"one": registry, "other": other})
    kept = [variable(host) for host in ("crg.apkg.io", "eu.packages.example")]
    assert answers.bare([*kept, variable("s3cret")], both) == (*kept, variable(""))


@pytest.mark.parametrize(
    "value",
    ["ada:s3cret@crg.apkg.io", "crg.apkg.io?token=x", "crg.apkg.io s3cret", "crg.apkg.io\n", "-u x crg.apkg.io"],
)
def test_what_names_a_host_beside_something_else_is_not_kept_and_neither_is_what_stands_with_it(value: str) -> None:
    assert answers.bare([variable("crg.apkg.io"), variable(value)], BOOK) is None


@pytest.mark.parametrize("sha", [None, "a" * 40, "abcdef12"])
def test_runs_are_kept_and_read_again(sha: str | None) -> None:
    run = Run("{1}", 7, WHEN, "COMPLETED", None, None, None, "main", Hash(sha) if sha else None, None, None)
    found = KeptAnswers("x", True, True, ("PAT",), {}, runs=answers.kept_runs(RecentRuns((run,))))
    document = answers.written(found)
    assert document is not None
    assert answers.read(document) == found
    (again,) = found.runs_again().runs
    assert dataclasses.replace(again, sha=None) == dataclasses.replace(run, sha=None)
    assert (again.sha and again.sha.text) == sha


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"updated_on": "x"}', b"\xff"])
def test_what_another_version_wrote_is_not_known(document: bytes) -> None:
    assert answers.read(document) is None


def test_what_an_older_decoder_refuses_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(Exception):
        """As a DecodeError is in msgspec 0.19: no ValueError."""

    def decode(*_: Any, **__: Any) -> Any:
        raise Refused

    monkeypatch.setattr(msgspec, "DecodeError", Refused)
    monkeypatch.setattr(msgspec.json, "decode", decode)
    assert answers.read(b"{") is None


def test_a_name_that_is_no_text_is_not_kept() -> None:
    assert answers.written(KeptAnswers("x", True, True, ("\udcff",), {})) is None


def imports(*kinds: OpaqueKind) -> Found:
    return Found(opaque=tuple(Doubt(kind, "a.yml", 1, 1, "") for kind in kinds))


@pytest.mark.parametrize(
    ("refs", "alone"),
    [
        ([], True),
        ([("main", "", OpaqueKind.DUMP)], True),
        ([("main", "", OpaqueKind.DUMP), ("dev", "", OpaqueKind.IMPORT)], False),
        ([("dev", "main", OpaqueKind.DUMP), ("main", "", OpaqueKind.DUMP)], False),
        ([("main", "", OpaqueKind.DUMP), ("patless/main", "", OpaqueKind.DUMP)], False),
        ([("my-patless/main", "", OpaqueKind.DUMP)], True),
    ],
    ids=str,
)
def test_facts_stand_alone_without_imports_and_pull_requests(
    refs: list[tuple[str, str, OpaqueKind]], alone: bool
) -> None:
    every = tuple(RefFacts(name, Stand.NOW, "a", 0, "", imports(kind), True, change_of=of) for name, of, kind in refs)
    assert kept.stand_alone(RepositoryFacts("web", every, frozenset())) == alone

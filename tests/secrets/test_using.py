"""Who uses the candidates of many repositories: each is read once for the names that are known, and again for more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level, Repository, Variable
from migrator.findings.settings import Settings
from migrator.fleet.records import Learnt
from migrator.rulebook import reading as rulebook
from migrator.secrets import using
from migrator.secrets.answering import Known, known
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.asking import Asking
from migrator.secrets.records import Leaving, RepositoryFacts
from migrator.secrets.survey import RecentRuns
from migrator.secrets.using import StoredUses

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEADS = {"refs/heads/main": "a" * 40}
PAT = Variable(Level.REPOSITORY, "PAT", "{1}", True)
SHARED = Variable(Level.WORKSPACE, "SHARED", "{2}", True)
UNUSED: Any = None


class Ledger:
    """What was learnt, by repository."""

    def __init__(self) -> None:
        self.kept: dict[str, Learnt] = {}

    def learn(self, one: Learnt) -> None:
        self.kept[one.uuid] = one

    def learnt(self, uuid: str, what: str) -> Learnt | None:
        return self.kept.get(uuid)


class Now:
    """Does at once what is begun, as soon as somebody waits."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def begin(self, kind: str, then: Callable[[Future[Any]], None], work: Callable[..., Any], *given: Any) -> None:
        future = Future[Any]()

        def run() -> None:
            future.set_result(work(*given))
            then(future)

        self.waiting.append(run)

    def open(self, *kinds: str) -> int:
        return len(self.waiting)

    def follow(self, seconds: float) -> None:
        self.waiting.pop(0)()


def one(slug: str, *candidates: str, asked: bool = True, there: bool = True, lasting: bool = True) -> Known:
    repository = Repository(f"{{{slug}}}", slug, f"acme/{slug}", "main", "https://x.invalid/x.git", NOW, True, None)
    found = KeptAnswers("x", there, asked, candidates, HEADS)
    return known(repository, found, Inventory((PAT, SHARED), ()), "at", lasting=lasting)


class Desk:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, ledger: Ledger, by: str = "rules") -> None:
        self.read: list[tuple[str, frozenset[str], frozenset[str]]] = []
        self.brought: list[str] = []
        self.failing: set[str] = set()
        self.asking = Asking(UNUSED, "acme", Path(), rulebook.load(), Settings(), now=NOW)
        monkeypatch.setattr(using, "facts_of", self.facts_of)
        monkeypatch.setattr(using, "has_copy", lambda asking, repository, heads: False)
        monkeypatch.setattr(using, "mirror", lambda asking, repository: self.brought.append(repository.slug))
        monkeypatch.setattr(using, "bring_runs", lambda asking, repository, heads: None)
        tasks: Any = Now()
        kept: Any = ledger
        self.uses = StoredUses(
            self.asking, kept, Inventory((SHARED,), ()), UNUSED, by, tasks, lambda of, future: self.outcome(of, future)
        )

    def outcome(self, of: Known, future: Future[Any]) -> RepositoryFacts | None:
        return None if of.one.slug in self.failing else future.result()

    def facts_of(
        self, asking: Asking, repository: Repository, stored: Inventory, names: frozenset[str], keys: set[str], *_: Any,
        there: bool,
    ) -> RepositoryFacts:  # fmt: skip
        assert not asking.leaving
        self.read.append((repository.slug, names, frozenset(keys)))
        return RepositoryFacts(repository.slug, (), names, stored.variables, stored.not_checked, (), dict(HEADS))


def test_what_uses_nothing_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch, Ledger())
    for slug, failure in (("asked", "no"), ("never", "no"), ("none", "")):
        desk.asking.known_runs[slug] = RecentRuns((), failure)
    left = Leaving(frozenset({"X"}))
    every = [one("none"), one("asked"), one("empty", "PAT", there=False), one("never", "PAT", asked=False)]
    every[1:2] = [replace(every[1], answers=replace(every[1].answers, leaving=left))]
    found = [facts for facts in desk.uses.all_of(every) if facts]
    assert desk.read == []
    assert [(facts.repository, facts.asked, bool(facts.gaps)) for facts in found] == [
        ("none", True, False),
        ("asked", True, True),
        ("empty", True, False),
        ("never", False, False),
    ]
    assert all(facts.variables == (PAT, SHARED) and facts.heads == HEADS for facts in found)
    assert [facts.leaving for facts in found] == [Leaving(), left, Leaving(), Leaving()]


def test_each_is_read_once_and_again_where_a_name_of_the_workspace_came_to_light(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(monkeypatch, Ledger())
    first, second, third = one("first", "PAT"), one("second", "SHARED", "PAT"), one("third")
    for each in (first, second):
        desk.uses.begin(each)
    found = desk.uses.all_of([first, second, third])
    assert [facts.repository for facts in found if facts] == ["first", "second", "third"]
    assert desk.read == [
        ("first", frozenset({"PAT"}), frozenset()),
        ("second", frozenset({"PAT", "SHARED"}), frozenset({"SHARED"})),
        ("first", frozenset({"PAT"}), frozenset({"SHARED"})),
        ("third", frozenset(), frozenset({"SHARED"})),
    ]
    assert desk.brought == ["first", "second", "first", "third"]


def test_what_was_read_for_fewer_names_does_not_stand_in_for_what_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(monkeypatch, Ledger())
    first, second = one("first", "PAT"), one("second", "SHARED", "PAT")
    assert [facts and facts.repository for facts in desk.uses.all_of([first])] == ["first"]
    desk.uses.begin(second)
    desk.failing = {"first"}
    assert [facts and facts.repository for facts in desk.uses.all_of([first, second])] == [None, "second"]


def test_what_is_there_is_not_brought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch, Ledger())
    desk.asking.copies.there["first"] = True
    desk.uses.all_of([one("first", "PAT")])
    assert (len(desk.read), desk.brought) == (1, [])


def test_what_could_not_be_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch, Ledger())
    desk.failing = {"first"}
    assert [facts and facts.repository for facts in desk.uses.all_of([one("first", "PAT"), one("b", "PAT")])] == [
        None,
        "b",
    ]


@pytest.mark.parametrize(
    ("change", "by", "read"),
    [
        ({}, "rules", False),
        ({}, "other rules", True),
        ({"candidates": ("PAT", "MORE")}, "rules", True),
        ({"heads": {"refs/heads/main": "b" * 40}}, "rules", True),
        ({"looked": "later"}, "rules", False),
    ],
    ids=str,
)
def test_what_was_learnt_holds_under_the_same_conditions(
    change: dict[str, Any], by: str, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger()
    before = one("first", "PAT")
    Desk(monkeypatch, ledger).uses.all_of([before])
    assert list(ledger.kept) == ["{first}"]
    desk = Desk(monkeypatch, ledger, by)
    now = replace(before.answers, **change, leaving=Leaving(frozenset({"X"})))
    after = known(before.one, now, Inventory((SHARED,), ()), "at", lasting=True)
    (found,) = desk.uses.all_of([after])
    assert bool(desk.read) == read
    assert found is not None
    assert (found.variables, found.leaving) == ((SHARED,), Leaving(frozenset({"X"})))


def test_what_another_version_wrote_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    Desk(monkeypatch, ledger).uses.all_of([one("first", "PAT")])
    ledger.kept = {uuid: replace(learnt, document=b"{}") for uuid, learnt in ledger.kept.items()}
    desk = Desk(monkeypatch, ledger)
    desk.uses.all_of([one("first", "PAT")])
    assert len(desk.read) == 1


def test_what_an_older_decoder_refuses_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    Desk(monkeypatch, ledger).uses.all_of([one("first", "PAT")])

    class Refused(Exception):
        """As a DecodeError is in msgspec 0.19: no ValueError."""

    def decode(*_: Any, **__: Any) -> Any:
        raise Refused

    monkeypatch.setattr(msgspec, "DecodeError", Refused)
    monkeypatch.setattr(msgspec.json, "decode", decode)
    desk = Desk(monkeypatch, ledger)
    desk.uses.all_of([one("first", "PAT")])
    assert len(desk.read) == 1


def test_what_may_not_last_is_not_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    Desk(monkeypatch, ledger).uses.all_of([one("first", "PAT", lasting=False)])
    assert not ledger.kept

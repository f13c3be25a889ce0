"""A workspace without git and Bitbucket, of which each repository says what a test has it say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Environment, Level, Repository, Variable
from migrator.findings.settings import Settings
from migrator.fleet.records import Learnt
from migrator.repositories.git import GitError
from migrator.rulebook import reading as rulebook
from migrator.secrets import sweeping
from migrator.secrets.answering import Known, known
from migrator.secrets.answers import KeptAnswers
from migrator.secrets.asking import Asking
from migrator.secrets.bringing import Brought
from migrator.secrets.records import Leaving, Listing, RepositoryFacts
from migrator.secrets.terms import Ahead, Far, Terms

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AT = NOW.isoformat(timespec="seconds")
BEFORE = (NOW - timedelta(hours=2)).isoformat(timespec="milliseconds")
HEADS = {"refs/heads/main": "a" * 40}
PAT = Variable(Level.REPOSITORY, "PAT", "{1}", True)
OWN = Variable(Level.REPOSITORY, "SHARED", "{1}", True)
NATIVE = Variable(Level.REPOSITORY, "BITBUCKET_PACKAGES_TOKEN", "{1}", True)
SHARED = Variable(Level.WORKSPACE, "SHARED", "{2}", True)
LIVE = Environment("{e}", "Live")
LOGS_IN = Brought(True, True, frozenset({"PAT"}), heads=HEADS)
QUIET = Brought(True, True, heads=HEADS)
FOUND = KeptAnswers(AT, True, True, ("PAT",), HEADS, Leaving(), variables=(PAT,), looked=BEFORE)


def slug(name: str) -> Repository:
    return Repository(f"{{{name}}}", name, f"acme/{name}", "main", "https://x.invalid/x.git", NOW, True, None)


class Ledger:
    def __init__(self) -> None:
        self.kept: dict[str, Learnt] = {}
        self.rounds: dict[str, str] = {}
        self.oldest = ""
        self.waits = 0

    def begin(self, run: str, now: str, oldest: str) -> str:
        self.oldest = oldest
        return self.rounds.setdefault(run, now)

    @contextmanager
    def alone(self, run: str, waits: Callable[[], None]) -> Iterator[None]:
        for _ in range(self.waits):
            waits()
        yield

    def end(self, run: str) -> None:
        del self.rounds[run]

    def learnt(self, uuid: str, what: str) -> Learnt | None:
        assert what == "answers"
        return self.kept.get(uuid)

    def learn(self, one: Learnt) -> None:
        self.kept[one.uuid] = one

    def forget(self, uuids: Sequence[str]) -> None:
        for uuid in uuids:
            self.kept.pop(uuid, None)


class InOrder:
    """Does one thing at a time, in the order in which they were begun."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.waiting: list[tuple[str, Callable[[], None]]] = []

    def __enter__(self) -> InOrder:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin(self, kind: str, then: Callable[[Future[Any]], None], work: Callable[..., Any], *given: Any) -> None:
        def run() -> None:
            future = Future[Any]()
            try:
                future.set_result(work(*given))
            except Exception as error:
                future.set_exception(error)
            then(future)

        self.waiting.append((kind, run))

    def open(self, *kinds: str) -> int:
        return sum(kind in kinds for kind, _ in self.waiting)

    def drop(self, *kinds: str) -> None:
        self.waiting = [one for one in self.waiting if one[0] not in kinds]

    def follow(self, seconds: float) -> None:
        assert self.waiting, "nothing would ever end"
        self.waiting.pop(0)[1]()


@dataclass
class Pace:
    over: bool = False
    turns: list[str] = field(default_factory=list)
    ended: int = 0

    def turn(self, of: str) -> None:
        self.turns.append(of)

    def end(self) -> None:
        self.ended += 1


class Workspace:
    """What each repository says, or raises: of its branches, of git, of Bitbucket, and whether all is as it was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.every = [slug(name) for name in names]
        self.heads: dict[str, Any] = {}
        self.here: dict[str, Any] = {}
        self.answers: dict[str, Any] = {}
        self.same: dict[str, Any] = {}
        self.unread: set[str] = set()
        self.log: list[str] = []
        self.begun: list[Known] = []
        self.told: list[Ahead] = []
        self.ledger = Ledger()
        self.far = Far()
        self.pace: Pace | None = None
        self.per_hour = 1000
        self.leaving = True
        self.tasks: InOrder | None = None
        self.judged: list[Any] = []
        self.asking: Any = None
        self.changed: dict[str, Any] = {}
        monkeypatch.setattr(sweeping.repositories, "repositories", lambda *_: self.every)
        monkeypatch.setattr(sweeping.inventories, "of_workspace", lambda *_: Inventory(self.above(), ()))
        monkeypatch.setattr(sweeping, "heads", lambda asking, one: self._said("heads", one, self.heads, HEADS))
        monkeypatch.setattr(sweeping, "Bringing", lambda *_: SimpleNamespace(brought=self.brought))
        monkeypatch.setattr(sweeping, "answered", self.answered)
        monkeypatch.setattr(sweeping, "still", self.still)
        monkeypatch.setattr(sweeping, "StoredUses", self.uses)
        monkeypatch.setattr(sweeping, "judged", self.judge)
        monkeypatch.setattr(sweeping, "Tasks", self.open)
        monkeypatch.setattr(time, "sleep", lambda seconds: self.log.append(f"sleeps {seconds}"))

    def _said(self, what: str, one: Repository, said: dict[str, Any], usual: Any) -> Any:
        self.log.append(f"{what} {one.slug}")
        found = said.get(one.slug, usual)
        if isinstance(found, Exception):
            raise found
        return found

    def above(self) -> tuple[Variable, ...]:
        host = self.changed.get("host")
        more = (Variable(Level.WORKSPACE, "HOST", "{9}", False, value=host),) if host else ()
        return (SHARED, *more)

    def brought(self, one: Repository) -> Any:
        return self._said("git", one, self.here, LOGS_IN)

    def answered(self, asking: Asking, one: Repository, here: Brought, bringing: Any) -> Any:
        usual = known(one, FOUND, Inventory((PAT,), ()), AT, lasting=True)
        return self._said("asks", one, self.answers, usual)

    def still(self, asking: Asking, before: Known, shared: set[str]) -> Any:
        assert {"SHARED", "BITBUCKET_PACKAGES_TOKEN"} <= shared
        usual = replace(before, answers=replace(before.answers, looked=AT))
        return self._said("compares", before.one, self.same, usual)

    def uses(self, *given: Any) -> Any:
        def all_of(every: list[Known]) -> list[RepositoryFacts | None]:
            return [
                RepositoryFacts(one.one.slug, (), frozenset(one.answers.candidates), asked=one.answers.asked)
                if self.read(one, given[-1])
                else None
                for one in every
            ]

        return SimpleNamespace(begin=self.begun.append, all_of=all_of)

    def read(self, one: Known, read: Callable[[Known, Future[Any]], Any]) -> bool:
        future = Future[Any]()
        if one.one.slug in self.unread:
            future.set_exception(GitError("no copy"))
        else:
            future.set_result(one)
        return read(one, future) is not None

    def judge(self, *given: Any) -> Listing:
        self.judged = list(given)
        return Listing("acme", (), failed=tuple(given[2]))

    def open(self, sizes: dict[str, int]) -> InOrder:
        self.tasks = InOrder(sizes)
        return self.tasks

    def before(self, **found: KeptAnswers) -> None:
        """A run has asked all of it: each says what is `found` of it."""
        for name, one in found.items():
            self.answers[name] = known(slug(name), one, Inventory(one.variables, ()), AT, lasting=True)
        self.run()
        self.answers.clear()
        self.log.clear()
        self.begun.clear()
        self.told.clear()
        self.far = Far()

    def run(self, **terms: Any) -> Listing:
        budget = SimpleNamespace(max_requests=None, per_hour=self.per_hour)
        base = self.changed.get("base", "https://api.invalid")
        client: Any = SimpleNamespace(budget=budget, sent=0, pace=self.pace, base=base)
        self.asking = Asking(
            client,
            self.changed.get("workspace", "acme"),
            Path(),
            rulebook.load(),
            Settings(),
            rollback_window=self.changed.get("rollback_window", 30),
            now=NOW,
            leaving=self.leaving,
        )
        kept: Any = self.ledger
        return sweeping.of_workspace(
            self.asking, kept, Terms(self.changed.get("by", "rules"), **terms), self.far, self.told.append
        )

"""All repositories of a workspace: git first, then Bitbucket, several at a time, and what was learnt kept at once.

Threads bring the history and read it, others ask Bitbucket, and one, the caller's, writes the ledger: a run that is
killed loses what was under way and nothing else. Whoever logs in is asked for first, as its variables are what people
wait for. What a run before has learnt holds under the conditions that `kept` says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket import repositories
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Repository
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import Learnt
from migrator.repositories.git import GitError, GitMissing
from migrator.secrets import answers, kept
from migrator.secrets.answering import Known, answered, known, still, whole
from migrator.secrets.asking import Asking
from migrator.secrets.bringing import Bringing, Brought
from migrator.secrets.copying import heads
from migrator.secrets.hosts import hosts
from migrator.secrets.plan import digest_of
from migrator.secrets.records import Listing, RepositoryFacts
from migrator.secrets.rows import judged
from migrator.secrets.surveying import Resolver
from migrator.secrets.tasks import Tasks
from migrator.secrets.terms import Ahead, Far, Terms
from migrator.secrets.turns import ASKING, EACH, LOGIN, NEITHER, PIPELINES, Turns, VariableRequest
from migrator.secrets.using import READING, StoredUses

_LOOKING, _GIT = "looking", "git"
_SIZES = {_LOOKING: 32, _GIT: 12, READING: 2}
"""Lists of branches, conversations of git, and repositories that are read, at a time."""
_REFUSED = 3
"""Answers in a row that the credential is none, after which it is not asked with any more."""
_POLL = 0.5
_ROUND = timedelta(hours=24)
"""A run that ended too early longer ago than this is not gone on with."""
_ANSWERS = "answers"
OTHER_PARTS = "the repositories of other parts were not looked at; `patless fleet merge` joins what each has learnt"


def of_workspace(asking: Asking, ledger: Ledger, terms: Terms, far: Far, told: Callable[[Ahead], None]) -> Listing:
    """All variables of the workspace, or of a part of it. A repository that cannot be read is in `failed`, one that
    could not be asked yet in `left`. `told` is called before anything is asked of repositories. Raises ApiError where
    the workspace itself cannot be read, GitMissing, LedgerError."""
    listed = repositories.repositories(asking.client, asking.workspace)
    above = inventories.of_workspace(asking.client, asking.workspace)
    asking.listed.update({one.slug: one for one in listed})
    chosen = [one for one in listed if terms.shard.holds(one.uuid)]
    sizes = {**_SIZES, ASKING: terms.jobs}
    # what another run of this machine has stored counts as long as it was asked for under the same conditions
    by = digest_of([terms.by, asking.workspace, asking.rollback_window, asking.client.base])
    run = digest_of([by, str(terms.age), str(terms.shard)])
    now = asking.now.isoformat(timespec="milliseconds")
    begun = ledger.begin(run, now, (asking.now - _ROUND).isoformat(timespec="milliseconds"))
    base = digest_of([by, sorted(hosts(above, asking.book).items())])
    conditions = kept.KeptConditions(base, asking.now - terms.age, datetime.fromisoformat(begun))
    try:
        with ledger.alone(run, lambda: _another(asking, far)), Tasks(sizes) as tasks:
            done = _Sweep(asking, ledger, terms, far, above, conditions, tasks).all(chosen, told)
    finally:
        if asking.client.pace:  # a thread that waits for its turn is to end with the run
            asking.client.pace.end()
    if not done.left:
        ledger.end(run)
    return replace(done, elsewhere=len(listed) - len(chosen))


def _another(asking: Asking, far: Far) -> None:
    """Another run is at the same: what it learns need not be asked for."""
    far.doing = "waiting for another run, which is asking the same"
    if asking.client.pace:
        asking.client.pace.turn("the workspace")  # the deadline holds here, too
    time.sleep(_POLL)


class _Sweep:
    def __init__(
        self,
        asking: Asking,
        ledger: Ledger,
        terms: Terms,
        far: Far,
        above: Inventory,
        conditions: kept.KeptConditions,
        tasks: Tasks,
    ) -> None:
        self._asking, self._ledger, self._terms, self._far, self._above = asking, ledger, terms, far, above
        self._conditions, self._tasks = conditions, tasks
        resolve = Resolver(asking)
        self._bringing = Bringing(asking, above, resolve)
        self._uses = StoredUses(asking, ledger, above, resolve, conditions.by, tasks, self._read)
        self._shared = {*(one.key for one in above.variables), *asking.book.natives}
        self._known: dict[str, Known] = {}
        self._failed: dict[str, str] = {}
        self._why = ""
        self._refused = 0
        self._numbers: dict[str, int] = {}
        self._turns = Turns(asking.client, tasks, terms.jobs, self._outcome)

    def all(self, chosen: Sequence[Repository], told: Callable[[Ahead], None]) -> Listing:
        self._far.all = len(chosen)
        self._numbers = {
            one.slug: number
            for number, one in enumerate(sorted(chosen, key=lambda one: one.uuid not in self._terms.first))
        }
        before = {one.slug: recalled for one in chosen if (recalled := self._recalled(one))}
        again = sum(self._requests(recalled) for recalled in before.values())
        left = len(chosen) - len(before)
        told(Ahead(len(before), again, left))
        self._turns.sparing = self._terms.sparing or left * EACH + again > 2 * self._asking.client.budget.per_hour
        self._far.doing = "asking Bitbucket"
        for found in sorted(before.values(), key=lambda found: not self._is_watched(found)):
            self._look(found)
        for one in sorted(chosen, key=lambda one: self._numbers[one.slug]):
            if one.slug not in before:
                self._bring(one)
        self._go()
        self._far.doing = "reading who uses them"
        known = [self._known[one.slug] for one in chosen if one.slug in self._known]
        facts = [one for one in self._uses.all_of(known) if one and one.repository not in self._failed]
        failed = [(one.slug, self._failed[one.slug]) for one in chosen if one.slug in self._failed]
        left_over = tuple(one.slug for one in chosen if one.slug not in self._known and one.slug not in self._failed)
        unseen = OTHER_PARTS if self._terms.shard.count > 1 else ""
        done = judged(self._asking, facts, failed, unseen, left_over, self._above)
        return replace(
            done,
            unasked=frozenset(one.repository for one in facts if not one.asked),
            left=left_over,
            why=self._why,
            since=min(one.at for one in known) if any(one.kept for one in known) else "",
        )

    def _go(self) -> None:
        """Until all is asked that may be."""
        while self._tasks.open(_LOOKING, _GIT, ASKING) or self._turns:
            self._turns.begin(more=self._tasks.open(_LOOKING, _GIT) > 0)
            self._tasks.follow(1)
            if (pace := self._asking.client.pace) and pace.over:  # git alone may take as long, too
                self._end("this run was to end by now (--deadline)")

    def _end(self, why: str) -> None:
        """Nothing more is asked."""
        if not self._why:
            self._why = why
            self._turns.end()
            self._tasks.drop(_LOOKING, _GIT)

    # What is known from before

    def _recalled(self, one: Repository) -> Known | None:
        learnt = self._ledger.learnt(one.uuid, _ANSWERS)
        found = self._conditions.recalled(learnt, one)
        if learnt is None or found is None:
            return None
        self._asking.known_runs[one.slug] = found.runs_again()
        return known(one, found, whole(found.inventory, self._above), learnt.at, lasting=True, before=True)

    def _is_watched(self, before: Known) -> bool:
        return kept.watched(before.answers, self._shared) and not self._conditions.is_fresh(before.answers)

    def _requests(self, before: Known) -> int:
        return 2 + len(kept.levels(before.answers, self._shared)) if self._is_watched(before) else 0

    def _look(self, before: Known) -> None:
        """Ask the repository for its branches and tags before anything of it is trusted."""

        def then(future: Future[Any]) -> None:
            there = self._outcome(before.one, future)
            if there is None:
                return
            self._asking.copies.heads[before.one.slug] = there
            if not kept.are_at(before.answers, there):
                self._anew(before)
            elif self._is_watched(before):
                self._later(
                    LOGIN, VariableRequest(before.one, lambda: still(self._asking, before, self._shared), compared)
                )
            else:
                self._holds(before)

        def compared(same: Known | None) -> None:
            if same is None:
                self._anew(before)
            else:
                self._keep(same)
                self._holds(same)

        self._tasks.begin(_LOOKING, then, heads, self._asking, before.one)

    def _anew(self, before: Known) -> None:
        self._asking.known_runs.pop(before.one.slug, None)
        self._bring(before.one)

    def _holds(self, before: Known) -> None:
        """What it imports may have changed, and what leaves its steps may not be known: then its files are read."""
        found = before.answers
        if not found.imports and not (self._asking.leaving and found.leaving is None and found.asked):
            self._take(before)
            return

        def then(future: Future[Any]) -> None:
            here = self._outcome(before.one, future)
            if here is not None:
                names = tuple(sorted({*found.candidates, *here.candidates}))
                now = replace(found, candidates=names, leaving=here.leaving)
                self._take(known(before.one, now, before.stored, before.at, lasting=before.lasting, before=True))

        self._tasks.begin(_GIT, then, self._bringing.brought, before.one)

    # What is asked

    def _bring(self, one: Repository) -> None:
        if self._why:
            return

        def then(future: Future[Any]) -> None:
            here = self._outcome(one, future)
            if here is not None:
                self._later(_rank(here), VariableRequest(one, ask(here), self._learn))

        def ask(here: Brought) -> Callable[[], Known]:
            return lambda: answered(self._asking, one, here, self._bringing)

        self._tasks.begin(_GIT, then, self._bringing.brought, one)

    def _later(self, rank: int, request: VariableRequest) -> None:
        self._turns.take(rank, self._numbers[request.one.slug], request)

    def _outcome(self, one: Repository, future: Future[Any]) -> Any:
        """What a thread has found, None where it failed: a failure is of one repository, unless it ends the asking."""
        error = future.exception()
        if error is None:
            self._refused = 0
            return future.result()
        if isinstance(error, ApiError) and error.kind is Cause.UNAUTHORISED:
            self._refused += 1
        if isinstance(error, ApiError) and (error.kind is Cause.SPENT or self._refused > _REFUSED):
            self._end(str(error))
        elif isinstance(error, (ApiError, GitError)):
            self._fails(one, str(error))
        elif isinstance(error, GitMissing):
            raise error
        else:  # its text may quote a file
            self._fails(one, f"internal error ({type(error).__name__}): a fault in patless")
        return None

    def _fails(self, one: Repository, why: str) -> None:
        self._failed[one.slug] = why
        self._far.asked += 1

    def _read(self, one: Known, future: Future[Any]) -> RepositoryFacts | None:
        found: RepositoryFacts | None = self._outcome(one.one, future)
        return found

    # What is learnt

    def _learn(self, found: Known) -> None:
        """Keep what was asked, before anything else is done with it."""
        self._take(replace(found, lasting=self._keep(found)))

    def _keep(self, found: Known) -> bool:
        document = answers.written(found.answers) if found.lasting else None
        if document:
            self._ledger.learn(Learnt(found.one.uuid, _ANSWERS, self._conditions.by, found.at, document))
        else:
            self._ledger.forget([found.one.uuid])
        return bool(document)

    def _take(self, found: Known) -> None:
        self._known[found.one.slug] = found
        self._far.asked += 1
        self._far.kept += found.kept
        self._uses.begin(found)


def _rank(here: Brought) -> int:
    return LOGIN if here.candidates else PIPELINES if here.ever else NEITHER

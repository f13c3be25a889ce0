"""All repositories of a workspace: git first, then Bitbucket, several at a time, and what was learnt kept at once.

Threads bring the history and read it, others ask Bitbucket, and one, the caller's, writes the ledger: a run that is
killed loses what was under way and nothing else. Whoever logs in is asked for first, as its variables are what people
wait for.
"""

from __future__ import annotations

import hashlib
import heapq
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket import repositories
from migrator.bitbucket.errors import ApiError, Kind
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Repository
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import Learnt
from migrator.platforms.bitbucket.names import PATHSPECS
from migrator.repositories import remote
from migrator.repositories.changes import is_shallow
from migrator.repositories.git import GitError, GitMissing
from migrator.repositories.refs import refs
from migrator.repositories.streams import records
from migrator.secrets import answers, listing
from migrator.secrets.answers import Answers
from migrator.secrets.changes import BRANCH
from migrator.secrets.hosts import hosts
from migrator.secrets.listing import Asking, Resolver
from migrator.secrets.plan import digest_of
from migrator.secrets.records import Leaving, Listing, RepositoryFacts
from migrator.secrets.references.records import OpaqueKind
from migrator.secrets.survey import Survey

JOBS = 8
"""Repositories that Bitbucket is asked about at a time."""
_GIT, _READ = 12, 2
"""Conversations of git, and repositories that are read, at a time."""
_TRIES = 4
_REFUSED = 3
"""Answers in a row that the credential is none, after which it is not asked with any more."""
_POLL = 0.5
_NEXT = 4
_EACH = 6
"""Requests about a repository that has pipelines and three deployments."""
_LOGIN = 0
_ANSWERS, _FACTS = "answers", "facts"
PASSING = (Kind.UNREACHABLE, Kind.SERVER, Kind.TOO_SLOW, Kind.INCOMPLETE, Kind.RATE_LIMITED)
"""Failures that another try may mend."""


class Terms(Struct, frozen=True):
    """How a workspace is gone through. `by` is the digest of rules and settings, `age` how old an answer may be that is
    not asked for again. `first` are uuids of repositories that are known to log in. `sparing`: the run may end before
    all is asked, so that nothing else is asked for before it is known who logs in."""

    by: str
    age: timedelta = timedelta(hours=24)
    jobs: int = JOBS
    first: frozenset[str] = frozenset()
    sparing: bool = False


class Far(Struct):
    """How far a run is: `asked` repositories of `all`, of which `kept` were known before; `doing` is the step."""

    all: int = 0
    read: int = 0
    asked: int = 0
    kept: int = 0
    doing: str = "listing the repositories"


class _Brought(Struct, frozen=True):
    """What git alone says of a repository: whether it has commits, and whether it ever had a pipelines file."""

    there: bool = False
    ever: bool = False
    candidates: frozenset[str] = frozenset()
    leaving: Leaving | None = None
    heads: dict[str, str] = field(default_factory=dict)
    imports: bool = False


class _Known(Struct, frozen=True):
    """All that is needed to judge one. `stored` has the workspace's level too. `lasting`: it may be kept."""

    one: Repository
    answers: Answers
    stored: Inventory
    at: str
    lasting: bool
    digest: str = ""


def of_workspace(asking: Asking, ledger: Ledger, terms: Terms, far: Far, told: Callable[[int, int], None]) -> Listing:
    """All variables of the workspace. A repository that cannot be read is in `failed`, one that could not be asked yet
    in `left`. `told` gets how many are known, and how many are to be asked, before they are. Raises ApiError where the
    workspace itself cannot be read, GitMissing, LedgerError."""
    chosen = repositories.repositories(asking.client, asking.workspace)
    above = inventories.of_workspace(asking.client, asking.workspace)
    asking.listed.update({one.slug: one for one in chosen})
    sweep = _Sweep(asking, ledger, terms, far, above)
    try:
        with ledger.alone(sweep.by, lambda: _another(asking, far)):
            return sweep.all(chosen, told)
    finally:
        if asking.client.pace:  # a thread that waits for its turn is to end with the run
            asking.client.pace.end()


def _another(asking: Asking, far: Far) -> None:
    """Another run is at the same: what it learns need not be asked for."""
    far.doing = "waiting for another run, which is asking the same"
    if asking.client.pace:
        asking.client.pace.turn("the workspace")  # the deadline holds here, too
    time.sleep(_POLL)


class _Sweep:
    def __init__(self, asking: Asking, ledger: Ledger, terms: Terms, far: Far, above: Inventory) -> None:
        self._asking, self._ledger, self._terms, self._far, self._above = asking, ledger, terms, far, above
        self._resolve = Resolver(asking)
        self._known: dict[str, _Known] = {}
        self._failed: dict[str, str] = {}
        self._why = ""
        self._sparing = False
        self._rereading: dict[str, _Known] = {}
        self._refused = 0
        self._keys: set[str] = set()
        self._by_slug: dict[str, str] = {}
        self._found: dict[str, RepositoryFacts] = {}
        self._running: dict[Future[Any], tuple[_Known, str]] = {}
        # what another run of this machine has stored counts as long as it was asked for under the same conditions
        self.by = digest_of([terms.by, asking.workspace, asking.window, asking.client.base])
        self._base = digest_of([self.by, sorted(hosts(above, asking.book).items())])

    def all(self, chosen: Sequence[Repository], told: Callable[[int, int], None]) -> Listing:
        self._far.all = len(chosen)
        left = [one for one in chosen if not self._recall(one)]
        self._far.kept = self._far.asked = self._far.read = len(chosen) - len(left)
        told(self._far.kept, len(left))
        self._far.doing = "asking Bitbucket"
        self._sparing = self._terms.sparing or len(left) * _EACH > 2 * self._asking.client.budget.per_hour
        with _pool(_READ, "reading") as self._reading:
            self._ask(sorted(left, key=lambda one: one.uuid not in self._terms.first))
            known = [self._known[one.slug] for one in chosen if one.slug in self._known]
            self._far.doing = "reading who uses them"
            names = {name for one in known for name in one.answers.candidates}
            found = self._facts(known, listing.shared_keys(self._above, names))
        failed = [(one.slug, self._failed[one.slug]) for one in chosen if one.slug in self._failed]
        open_ = self._left(chosen)
        done = listing.judged(self._asking, found, failed, whole=True, left=open_, above=self._above)
        return replace(
            done,
            unasked=frozenset(one.repository for one in found if not one.asked),
            left=open_,
            why=self._why,
            since=min((one.at for one in known), default="") if self._far.kept else "",
        )

    def _left(self, chosen: Sequence[Repository]) -> tuple[str, ...]:
        return tuple(one.slug for one in chosen if one.slug not in self._known and one.slug not in self._failed)

    # What is known already

    def _recall(self, one: Repository) -> bool:
        """Whether the ledger has answers about a repository that are not old, and it has not been updated since. What
        it imports may have been, and what leaves its steps may not be known: then its files are read again."""
        learnt = self._ledger.learnt(one.uuid, _ANSWERS)
        if learnt is None or learnt.by != self._base or self._old(learnt.at):
            return False
        found = answers.read(learnt.document)
        if found is None or found.updated_on != _updated(one) or not found.updated_on:
            return False
        known = _Known(one, found, self._whole(found.inventory), learnt.at, True, _digest(found))
        self._asking.known_runs[one.slug] = found.runs_again()
        rereads = found.imports or (self._asking.leaving and found.leaving is None and found.asked)
        (self._rereading if rereads else self._known)[one.slug] = known
        return not rereads

    def _reread(self, known: _Known, here: _Brought) -> _Known:
        """One whose answers are known, with what its files say now."""
        names = tuple(sorted({*known.answers.candidates, *here.candidates}))
        found = replace(known.answers, candidates=names, leaving=here.leaving)
        return replace(known, answers=found, digest=_digest(found))

    def _old(self, at: str) -> bool:
        return datetime.fromisoformat(at) < self._asking.now - self._terms.age

    def _whole(self, own: Inventory) -> Inventory:
        """With the level of the workspace."""
        above = self._above
        return Inventory((*own.variables, *above.variables), (*own.not_checked, *above.not_checked))

    # Asking

    def _ask(self, left: Sequence[Repository]) -> None:
        waiting: list[tuple[int, int, Repository, _Brought]] = []
        with _pool(_GIT, "git") as bringing, _pool(self._terms.jobs, "asking") as asking:
            brought = {bringing.submit(self._bring, one): (number, one) for number, one in enumerate(left)}
            asked: dict[Future[Any], tuple[int, Repository, _Brought, int]] = {}
            again: list[tuple[int, Repository, _Brought, int]] = []
            while brought or asked or waiting:
                while waiting and len(asked) < self._at_a_time() and not self._why:
                    if brought and self._sparing and waiting[0][0] != _LOGIN:
                        break
                    _, number, one, here = heapq.heappop(waiting)
                    asked[asking.submit(self._answer, one, here)] = (number, one, here, 1)
                if self._why:
                    waiting.clear()
                    for future in [one for one in brought if one.cancel()]:
                        del brought[future]
                if not brought and not asked:
                    break
                done, _ = wait([*brought, *asked], timeout=1, return_when=FIRST_COMPLETED)
                if (pace := self._asking.client.pace) and pace.over:  # git alone may take as long, too
                    self._why = self._why or "this run was to end by now (--deadline)"
                self._collect([one for one in self._running if one.done()])
                for future in done:
                    if future in brought:
                        number, one = brought.pop(future)
                        self._far.read += 1
                        if (here := self._outcome(one, future)) is None:
                            continue
                        if one.slug in self._rereading:
                            self._take(self._reread(self._rereading[one.slug], here))
                        else:
                            heapq.heappush(waiting, (_rank(here), number, one, here))
                    else:
                        number, one, here, tries = asked.pop(future)
                        if tries == 1 and _passing(future):
                            again.append((number, one, here, 2))
                        elif (known := self._outcome(one, future)) is not None:
                            self._learn(known)
                if again and not waiting and not brought and not self._why:  # once more, when all others are done
                    asked |= {
                        asking.submit(self._answer, one, here): (number, one, here, 2) for number, one, here, _ in again
                    }
                    again.clear()

    def _at_a_time(self) -> int:
        """A few more than threads, so that none waits for this one; fewer where few more requests may be sent, as what
        is asked by half is learnt by nobody."""
        client = self._asking.client
        if client.budget.most is None:
            return self._terms.jobs + _NEXT
        return max(1, min(self._terms.jobs, (client.budget.most - client.sent) // _EACH))

    def _outcome(self, one: Repository, future: Future[Any]) -> Any:
        """What a thread has found, None where it failed: a failure is of one repository, unless it ends the asking."""
        error = future.exception()
        if error is None:
            self._refused = 0
            return future.result()
        if isinstance(error, ApiError) and error.kind is Kind.UNAUTHORISED:
            self._refused += 1
        if isinstance(error, ApiError) and (error.kind is Kind.SPENT or self._refused > _REFUSED):
            self._why = self._why or str(error)
        elif isinstance(error, (ApiError, GitError)):
            self._failed[one.slug] = str(error)
            self._far.asked += 1
        elif isinstance(error, GitMissing):
            raise error
        else:  # its text may quote a file
            self._failed[one.slug] = f"internal error ({type(error).__name__}): a fault in patless"
            self._far.asked += 1
        return None

    def _bring(self, one: Repository) -> _Brought:
        """In a thread of git: what needs no answer of Bitbucket."""
        for attempt in range(_TRIES):
            try:
                if not listing.mirror(self._asking, one):
                    return _Brought()
                break
            except (remote.Refused, remote.Late):
                raise
            except GitError:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(2**attempt * random.uniform(0.2, 0.5))
        return self._read(one, Inventory(self._above.variables, ()))

    def _read(self, one: Repository, stored: Inventory) -> _Brought:
        root = remote.place(self._asking.cache, self._asking.workspace, one.slug)
        if not _ever(root):
            return _Brought(there=True, heads={ref.name: ref.commit for ref in refs(root)})
        with listing.surveyed(self._asking, one, stored, self._resolve, plain=True) as survey:
            heads = {ref.name: ref.commit for ref in survey.every}
            imports = survey.imports()
            return _Brought(True, True, survey.candidates(imports), self._leaving(survey), heads, bool(imports))

    def _leaving(self, survey: Survey) -> Leaving | None:
        return survey.leaving() if self._asking.leaving else None

    def _answer(self, one: Repository, here: _Brought) -> _Known:
        """In a thread that asks: what Bitbucket says."""
        asking = self._asking
        asking.known_runs.pop(one.slug, None)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        runs = listing.runs_of(asking, one)
        if not here.ever and not runs.ever and not runs.failure:
            found = Answers(_updated(one), here.there, False, (), here.heads)
            return _Known(one, found, self._whole(Inventory((), ())), at, True)
        if here.there:
            listing.bring_runs(asking, one, set(here.heads.values()))
            runs = asking.known_runs[one.slug]
        own = inventories.inventory(asking.client, asking.workspace, one.slug, Inventory((), ()))
        if here.there and (not here.ever or hosts(own, asking.book)):
            here = self._again(one, here, own)
        bare = answers.bare(own.variables, asking.book)
        lasting = bare is not None and not own.not_checked and not runs.failure
        kept = bare if bare is not None else own.variables
        found = Answers(
            _updated(one),
            here.there,
            True,
            tuple(sorted(here.candidates)),
            here.heads,
            here.leaving,
            here.imports,
            kept,
            answers.kept_runs(runs),
        )
        return _Known(one, found, self._whole(Inventory(kept, own.not_checked)), at, lasting)

    def _again(self, one: Repository, here: _Brought, own: Inventory) -> _Brought:
        """Read it with what its own variables say of registries, and where its runs are all that had pipelines."""
        stored = self._whole(own)
        with listing.surveyed(self._asking, one, stored, self._resolve, plain=True) as survey:
            imports = survey.imports()
            names = survey.candidates(imports)
            return replace(here, candidates=names, leaving=self._leaving(survey), imports=bool(imports))

    def _learn(self, known: _Known) -> None:
        """Keep what was asked, before anything else is done with it."""
        document = answers.written(known.answers)
        lasting = known.lasting and document is not None
        if lasting and document:
            self._ledger.learn(Learnt(known.one.uuid, _ANSWERS, self._base, known.at, document))
        else:
            self._ledger.forget([known.one.uuid])
        self._take(replace(known, digest=_digest(known.answers), lasting=lasting))

    def _take(self, known: _Known) -> None:
        self._known[known.one.slug] = known
        self._far.asked += 1
        self._keys |= listing.shared_keys(self._above, known.answers.candidates)
        self._begin(known, self._keys)  # with what is a candidate so far: mostly that is all

    # Reading who uses them

    def _begin(self, one: _Known, keys: set[str]) -> None:
        """Have it read for its candidates and `keys`, unless that is known or was begun."""
        names = {*one.answers.candidates, *keys}
        if not names or not one.answers.asked or not one.answers.there:
            return
        slug, by = one.one.slug, digest_of([self._base, one.digest, sorted(names)])
        if self._by_slug.get(slug) == by:
            return
        self._by_slug[slug] = by
        self._found.pop(slug, None)
        if facts := self._recalled(one, by):
            self._found[slug] = facts
        else:
            self._running[self._reading.submit(self._look, one, keys)] = (one, by)

    def _collect(self, futures: Iterable[Future[Any]]) -> None:
        for future in futures:
            one, by = self._running.pop(future)
            if self._by_slug[one.one.slug] != by or (facts := self._outcome(one.one, future)) is None:
                continue
            self._found[one.one.slug] = facts
            if one.lasting and _alone(facts) and one.answers.heads.items() <= facts.heads.items():
                document = answers.written(replace(facts, variables=(), not_checked=()))
                if document:
                    self._ledger.learn(Learnt(one.one.uuid, _FACTS, by, one.at, document))

    def _facts(self, known: Sequence[_Known], keys: set[str]) -> list[RepositoryFacts]:
        """Of those that were read, in the same order."""
        for one in known:
            self._begin(one, keys)
        while self._running:
            self._collect(wait(self._running, return_when=FIRST_COMPLETED).done)
        there = [one for one in known if one.one.slug not in self._failed]
        return [self._found.get(one.one.slug) or self._plain(one) for one in there]

    def _plain(self, one: _Known) -> RepositoryFacts:
        """Where nothing can use a candidate: there is none, or it runs nothing."""
        runs = self._asking.known_runs.get(one.one.slug)
        gaps = (f"its runs could not be read: {runs.failure}",) if runs and runs.failure and one.answers.asked else ()
        return RepositoryFacts(
            one.one.slug,
            (),
            frozenset(one.answers.candidates),
            one.stored.variables,
            one.stored.not_checked,
            gaps,
            one.answers.heads,
            one.answers.leaving or Leaving(),
            one.answers.asked,
        )

    def _look(self, one: _Known, keys: set[str]) -> RepositoryFacts:
        asking = self._asking
        root = remote.place(asking.cache, asking.workspace, one.one.slug)
        if one.one.slug not in asking.copies.there and not _as_it_was(root, one.answers.heads):
            listing.mirror(asking, one.one)
            listing.bring_runs(asking, one.one, ())
        names = frozenset(one.answers.candidates)
        alone = replace(asking, leaving=False)
        facts = listing.facts_of(alone, one.one, one.stored, names, keys, self._resolve, there=True)
        return replace(facts, leaving=one.answers.leaving or Leaving())

    def _recalled(self, one: _Known, by: str) -> RepositoryFacts | None:
        learnt = self._ledger.learnt(one.one.uuid, _FACTS)
        if learnt is None or learnt.by != by:
            return None
        try:
            facts = msgspec.json.decode(learnt.document, type=RepositoryFacts)
        except (msgspec.DecodeError, ValueError):
            return None
        left = one.answers.leaving or Leaving()
        return replace(facts, variables=one.stored.variables, not_checked=one.stored.not_checked, leaving=left)


def _alone(facts: RepositoryFacts) -> bool:
    """Whether nothing but the repository and its answers decides what it says: no pipeline of another one, and no pull
    request."""
    imports = (one for ref in facts.refs for one in ref.found.opaque if one.kind is OpaqueKind.IMPORT)
    changes = any(ref.change_of or ref.ref.startswith(BRANCH) for ref in facts.refs)
    return next(imports, None) is None and not changes


def _as_it_was(root: Path, heads: Mapping[str, str]) -> bool:
    """Whether the copy of another run is here, and whole: one of `fleet scan` can lack history and branches."""
    return root.exists() and not is_shallow(root) and {ref.name: ref.commit for ref in refs(root)} == heads


def _rank(here: _Brought) -> int:
    """Who logs in first, then who has pipelines."""
    return _LOGIN if here.candidates else 1 if here.ever else 2


def _passing(future: Future[Any]) -> bool:
    error = future.exception()
    return isinstance(error, ApiError) and error.kind in PASSING


def _ever(root: Path) -> bool:
    """Whether any version of any branch or tag had a pipelines file, or a link in its place."""
    asked = ("log", "--all", "--full-history", "-1", "--format=%H", "--no-show-signature", "--", *PATHSPECS)
    return any(records(root, "-c", "log.follow=false", *asked, separator=b"\n"))


def _digest(found: Answers) -> str:
    """Of all that decides who uses a variable."""
    bare = replace(found, leaving=None)
    return hashlib.sha256(answers.written(bare) or repr(bare).encode()).hexdigest()


def _updated(one: Repository) -> str:
    return one.updated_on.isoformat() if one.updated_on else ""


@contextmanager
def _pool(size: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Threads that end with the block, however it ends."""
    threads = ThreadPoolExecutor(size, name)
    try:
        yield threads
    except BaseException:
        threads.shutdown(wait=False, cancel_futures=True)
        remote.interrupt()
        raise
    threads.shutdown()

"""One round over the repositories that are asked for: what is pending is looked at, and then what depends on others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrator.bitbucket.session import Client
from migrator.findings.counting import many, size
from migrator.fleet import asking, exporters, rounds, storing, visiting
from migrator.fleet.bounding import Bound
from migrator.fleet.choosing import ChosenRepositories
from migrator.fleet.ledger import Ledger
from migrator.fleet.progress import Going
from migrator.fleet.records import FleetRepository, LedgerEntry, Scanned, StoredSnapshot
from migrator.fleet.sharding import Shard
from migrator.fleet.visiting import GatheringOptions
from migrator.options.fleet import ScanOptions
from migrator.repositories import remote
from migrator.text.mask import printable

_ROUND = timedelta(hours=24)
"""A round that was begun before is begun anew."""
Outcome = Scanned | StoredSnapshot


class SurveyRound:
    """`client` None: what is chosen are clones on this machine. `far` is told how far it is, and `say` takes
    a sentence that is to be read meanwhile."""

    def __init__(
        self,
        ledger: Ledger,
        reading: GatheringOptions,
        chosen: ChosenRepositories,
        options: ScanOptions,
        shard: Shard,
        client: Client | None,
        far: Going,
        say: Callable[[str], None],
    ) -> None:
        self.ledger, self.reading, self.options, self.client, self.say = ledger, reading, options, client, say
        self.far = far
        self.uuids = set(chosen.uuids)
        self.key = _key(options, chosen.workspace, shard, reading.judge.by)
        oldest = (datetime.now(UTC) - _ROUND).isoformat(timespec="milliseconds")
        self.begun = ledger.begin(self.key, visiting.now(), oldest)
        limit = options.cache_limit
        self.bound = Bound(reading.cache, limit) if client and limit is not None else None

    def go(self) -> list[LedgerEntry]:
        """What the ledger has of them then."""
        asked = self.entries()
        over = self.look(asked)
        self.uuids = {one.repository.uuid for one in asked}
        entries = [one for one in self.ledger.entries() if one.repository.uuid in self.uuids]
        if self.options.for_secrets and self.client:
            over += self.store(entries, self.client)
        if self.bound:
            self.keep(self.bound)
        if over:
            self.say(f"{many(over, 'repository', 'repositories')} left; run the same command to continue")
        else:
            self.ledger.end(self.key)
        return entries

    def entries(self) -> list[LedgerEntry]:
        left_out = self.reading.judge.operator.excluded
        return [
            one
            for one in self.ledger.entries()
            if one.repository.uuid in self.uuids and not one.state.left and not left_out(one.repository.slug)
            if one.state.failed or not self.options.failed
        ]

    def look(self, entries: Sequence[LedgerEntry]) -> int:
        """At the branches of each that is pending; how many are left over."""
        pending = rounds.pending(entries, self.begun)
        if done := len(entries) - len(pending):
            every = f"{done:,} of {len(entries):,} repositories"
            self.say(f"{every} checked since {self.begun[:16]} UTC; continuing")
        chosen = pending[: self.options.limit]
        self.far.begins("scanning", len(chosen), "repository", "repositories")
        self.rounds(chosen, self.is_pending, self.seen(chosen, self.far.did))
        self.far.begins("asking which registries variables name")
        over = len(pending) - len(chosen)
        if self.client:
            over += self.hosts(entries, self.client)
        if chosen:
            there = [one for one in self.ledger.entries() if not one.state.left]
            self.far.begins("reading shared pipelines")
            exporters.bring(there, self.ledger.branches(), self.reading)
            if self.client:
                over += self.hosts(entries, self.client, imported=True)
        return over

    def is_pending(self, entry: LedgerEntry) -> bool:
        return bool(rounds.pending([entry], self.begun))

    def rounds(
        self,
        entries: Sequence[LedgerEntry],
        left: Callable[[LedgerEntry], bool],
        told: Callable[[Scanned], None] = lambda scanned: None,
    ) -> None:
        rounds.go_through(self.ledger, entries, self.reading, self.options.jobs, left, told, self.waiting)

    def waiting(self, slug: str) -> None:
        """For another run that is at work on a repository; '' for none any more."""
        self.far.waits = f"waiting for another run at {printable(slug)}" if slug else ""

    def hosts(self, among: Sequence[LedgerEntry], client: Client, *, imported: bool = False) -> int:
        """Ask variables which registry a login uses that does not tell, and look at the repositories again that they
        settle it for; how many are left to ask. `imported`: a login in a pipeline of another repository."""
        uuids = {one.repository.uuid for one in among}
        entries = [one for one in self.ledger.entries() if one.repository.uuid in uuids and not self.is_pending(one)]
        if imported:
            asked = asking.importing(self.ledger, entries, self.begun, self.reading.judge, self.copy)
        else:
            asked = asking.open_questions(self.ledger, entries, self.begun)
        told = asking.ask(self.ledger, asked, client, self.reading.judge.book)
        if told.unread:
            whose = many(len(told.unread), "repository", "repositories")
            why = printable(told.unread[0])
            self.say(f"can't tell which registry a login uses in {whose}: variables can't be read: {why}")
        again = [one for one in entries if self.is_outdated(one)]
        if again:
            self.far.begins("scanning again", len(again), "repository", "repositories")
            self.rounds(again, self.is_outdated, self.far.did)
        return told.left

    def is_outdated(self, entry: LedgerEntry) -> bool:
        return asking.outdated(self.ledger, entry, self.reading.judge)

    def copy(self, one: FleetRepository) -> Path:
        return Path(one.folder or remote.place(self.reading.cache, one.workspace, one.slug))

    def store(self, entries: Sequence[LedgerEntry], client: Client) -> int:
        """The second depth, after a word on how long it takes; how many are left over."""
        known = self.ledger.stored()
        left = storing.left_of(entries, known, self.begun)
        branches = [branch for one in left for branch in self.ledger.branches(one.repository.uuid)]
        self.say(str(storing.estimate(branches, left, known, client.budget.per_hour)))
        chosen = left[: self.options.limit]
        self.far.begins("reading history and variables", len(chosen), "repository", "repositories")
        seen = self.seen(chosen, self.far.did)
        storing.go_through(self.ledger, chosen, self.reading, client, self.options.jobs, self.begun, seen)
        return len(left) - len(chosen)

    # The cache, which stays within its bound

    def seen(self, entries: Sequence[LedgerEntry], told: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
        """What is called with each outcome, so that the cache stays within its bound meanwhile."""
        bound = self.bound
        if bound is None:
            return told
        repositories = {one.repository.uuid: one.repository for one in entries}

        def seen(outcome: Outcome) -> None:
            told(outcome)
            bound.saw(repositories[outcome.uuid])

        return seen

    def keep(self, bound: Bound) -> None:
        """The cache within its bound at the end, too, and what that took."""
        pruned = bound.keep()
        if bound.went:
            went = many(bound.went, "copy", "copies")
            self.say(f"kept the cache within its limit: removed {went}, freed {size(bound.freed)}")
        if pruned.size > bound.limit:
            over = size(pruned.size - bound.limit)
            self.say(f"the cache is {over} over its limit, because another run uses it")


def _key(options: ScanOptions, workspace: str, shard: Shard, by: str) -> str:
    """What makes two rounds the same one."""
    asked = (workspace, options.filter, options.slugs, options.folder, options.branches)
    return hashlib.sha256(repr((asked, options.failed, options.for_secrets, str(shard), by)).encode()).hexdigest()

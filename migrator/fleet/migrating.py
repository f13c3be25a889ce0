"""One run over repositories that are to be migrated: several at a time, told in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.session import Client
from migrator.fleet import following, pacing
from migrator.fleet.abreast import JOBS, Abreast, Place, RunStopped
from migrator.fleet.catching_up import ENDS, followed
from migrator.fleet.gathering import MOST
from migrator.fleet.ledger import Ledger
from migrator.fleet.looking import TargetReader
from migrator.fleet.opening import MigrationOutcome, Opener
from migrator.fleet.operator import Operator
from migrator.fleet.progress import Going
from migrator.fleet.proposing import Destination, wanted
from migrator.fleet.records import ChangeState, FleetRepository, LedgerEntry
from migrator.fleet.sharing import SharedLedger
from migrator.options.fleet import MigrateOptions
from migrator.repositories.git import GitError
from migrator.text.mask import printable
from migrator.text.view import Unreadable

_EACH = 9
"""Requests of a pull request, where the repository has three deployments."""


class Failure(Struct, frozen=True):
    """One repository and destination that an error kept from being looked at."""

    slug: str
    destination: str
    error: str


class Listener(Struct, frozen=True):
    """`outcome` and `failure` are called in the order of the repositories, `leaving` where the run is interrupted, with
    how many are under way."""

    outcome: Callable[[MigrationOutcome], None]
    failure: Callable[[Failure], None]
    leaving: Callable[[int], None]


class _Failed(Struct, frozen=True):
    repository: FleetRepository
    destination: str
    error: Exception


_Found = list[MigrationOutcome | _Failed]
"""Of one repository, by destination."""


class MigrationRun:
    """`why` is why the run ended before its end, '' where it did not, and `left` how many repositories it has not dealt
    with. `refused`: Bitbucket did not do what it was asked."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        reader: TargetReader,
        fleet: Operator,
        options: MigrateOptions,
        far: Going,
        listener: Listener,
    ) -> None:
        self.client, self.ledger, self.reader, self.fleet = client, ledger, reader, fleet
        self.options, self.far, self.listener = options, far, listener
        self.abreast = Abreast(JOBS, self.ahead, client.pace.end if client.pace else lambda: None)
        self.shared = SharedLedger(ledger, self.abreast.do)
        self.opener = Opener(client, self.shared, reader, options.limits, options.draft)
        self.may_open: int | None = None
        self.refused = False
        self.why = ""
        self.left = 0

    def follow(self) -> tuple[str, ...]:
        """Learn what became of the open ones, which decides about further ones; what could not be asked, in words."""
        found = followed(self.client, self.ledger, self.ledger.entries(), self.ledger.changes(), far=self.far)
        self.why = found.why
        self.refused = bool(found.failures)
        return found.failures

    def go(self, entries: Sequence[LedgerEntry]) -> None:
        """Deal with each of those that matter, several at a time, and tell it in their order."""
        ordered = self.ordered(entries)
        doing = "pull requests" if self.options.open_prs else "looking"
        self.far.begins(doing, len(ordered), "repository", "repositories")
        self.may_open = pacing.left(self.opener.traffic(), self.options.limits, self.opener.clock())
        self.abreast.go(ordered, self.one, self.told, self.listener.leaving)
        self.left = len(ordered) - self.far.done

    def ordered(self, entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
        changes = self.ledger.changes()
        kept = {one.uuid for one in changes}
        found = [
            one
            for one in entries
            if one.repository.uuid in kept or matters(self.ledger, one, self.options.destinations)
        ]
        if not self.options.open_prs or any(one.state != ChangeState.HELD for one in changes):
            return found
        # The ledger is new, or was lost: what is open already comes first, so that the limits know of it.
        self.far.doing = "looking for open pull requests"
        begun = following.begun(self.client, [one.repository for one in found], self.reader.heads)
        return sorted(found, key=lambda one: one.repository.uuid not in begun)

    def ahead(self) -> int:
        """How many are looked at before it is known what became of those before: no more than may be opened."""
        most, found = self.client.budget.max_requests, JOBS
        if self.options.open_prs and self.may_open is not None:
            found = min(found, self.may_open - len(self.opener.opened))
        return found if most is None else min(found, (most - self.client.sent) // _EACH)

    def one(self, entry: LedgerEntry, place: Place) -> _Found:
        """Deal with one repository, in a thread. Raises Stopped."""
        repository, found = entry.repository, _Found()
        try:
            names, untold = self.destinations(repository)
        except (ApiError, GitError) as error:
            return [_failed(repository, "", error, place)]
        found += [_Failed(repository, "", GitError(untold))] if untold else []
        for name in names:
            target = Destination(repository, name, self.options.destinations, self.fleet.wave(repository.slug))
            try:
                if self.options.open_prs:
                    outcome = self.opener.carry_out(target, place, last=name == names[-1])
                else:
                    outcome = self.shown(target)
            except (ApiError, GitError, Unreadable) as error:
                found.append(_failed(repository, name, error, place))
            except RunStopped:
                if not found:
                    raise
                break
            else:
                found.append(outcome)
            if place.stopped:
                break
        return found

    def shown(self, target: Destination) -> MigrationOutcome:
        looked = self.reader.look(target, self.opener.known(target))
        self.opener.learn(target, looked)
        return MigrationOutcome(target, looked, pull_request=looked.decision.pull_request)

    def destinations(self, repository: FleetRepository) -> tuple[list[str], str]:
        """And what is said of those that are left out."""
        main = repository.main_branch
        if not self.options.destinations:
            return [main] if main else [], ""
        ours = {one.branch for one in self.shared.changes(repository.uuid)}  # whatever a template called them
        heads = self.reader.heads(repository).keys() - ours
        found = sorted(name for name in heads if wanted(name, self.options.destinations))
        if len(found) <= MOST:
            return found, ""
        done = f"patless changes only {main}" if main in found else "patless changes none"
        return (
            [main] if main in found else [],
            f"more than {MOST:,} branches match --destinations, so {done}; use a narrower pattern",
        )

    # Telling, in the order of the repositories

    def told(self, found: _Found) -> None:
        self.far.done += not any(isinstance(one, _Failed) and _spent(one.error) for one in found)
        for one in found:
            if isinstance(one, _Failed):
                self.failed(one)
            else:
                self.listener.outcome(one)

    def failed(self, one: _Failed) -> None:
        repository, name, error = one.repository, one.destination, one.error
        if _spent(error):
            self.why = self.why or str(error)
            return
        failure = Failure(repository.slug, name, str(error))
        self.listener.failure(failure)
        self.refused = self.refused or isinstance(error, ApiError)
        if self.options.open_prs:
            self.opener.failed(repository, name or repository.main_branch, printable(failure.error))


def matters(ledger: Ledger, entry: LedgerEntry, destinations: Sequence[str]) -> bool:
    """Whether there is, or may be, something to change: what was read and has no finding is left out."""
    if destinations or not entry.scanned:
        return bool(entry.repository.clone_url or entry.repository.folder)
    branches = list(ledger.branches(entry.repository.uuid))
    return any(one.seen is None or one.seen.findings for one in branches)


def _failed(repository: FleetRepository, name: str, error: Exception, place: Place) -> _Failed:
    """Raises Stopped where that is why it failed."""
    if place.in_vain:
        raise RunStopped from None
    if isinstance(error, ApiError) and error.kind in ENDS:  # no other would be answered otherwise
        place.turn()
        place.stop()
    return _Failed(repository, name, error)


def _spent(error: Exception) -> bool:
    return isinstance(error, ApiError) and error.kind is Cause.SPENT

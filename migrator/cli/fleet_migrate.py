"""`patless fleet migrate`: the pull requests that move the repositories of a workspace, shown or opened."""

from __future__ import annotations

import sys

from msgspec import Struct

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.session import Client
from migrator.cli import console, exits, network
from migrator.cli.failures import UsageError
from migrator.cli.fleet_asking import chosen, opened
from migrator.cli.fleet_options import MigrateOptions
from migrator.cli.fleet_reading import reader
from migrator.cli.fleet_status import ENDS, followed
from migrator.cli.network import Going
from migrator.findings.counting import many
from migrator.fleet import following, operator, pacing
from migrator.fleet.abreast import JOBS, Abreast, Place, RunStopped
from migrator.fleet.deciding import Act
from migrator.fleet.gathering import MOST
from migrator.fleet.ledger import Ledger
from migrator.fleet.looking import Destination, TargetReader, wanted
from migrator.fleet.opening import MigrationOutcome, Opener
from migrator.fleet.operator import Operator
from migrator.fleet.pacing import Limits
from migrator.fleet.records import FleetRepository, LedgerEntry
from migrator.fleet.sharing import SharedLedger
from migrator.reports.formats import text
from migrator.reports.paint import Paint
from migrator.reports.subjects import migration
from migrator.reports.subjects.migration import Failure
from migrator.repositories.git import GitError
from migrator.text.mask import printable
from migrator.text.view import Unreadable

_EACH = 9
"""Requests of a pull request, where the repository has three deployments."""


def run(options: MigrateOptions) -> int:
    """Show what would be done, or do it, and return the exit code."""
    place = options.operated
    fleet = operator.find(place.config)
    far = Going(later=f"What is done is in {place.ledger}: end the run at any time, the same command goes on")
    with network.client(far, options.allowance) as client, opened(place.ledger) as ledger:
        by = reader(client, ledger, fleet, options)
        going = _Run(client, ledger, by, options, fleet, console.paint(options.color, sys.stdout), far)
        if options.open_prs:
            going.follow()
        if not going.why:
            going.all(going.entries())
    console.out(migration.closing(going.outcomes, going.failures, acts=options.open_prs) + "\n")
    if going.why:
        left = f"; {many(going.left, 'repository is', 'repositories are')} left" if going.left else ""
        console.err([printable(f"patless: {going.why}{left}: the same command goes on")])
    if going.refused:
        return exits.REFUSED
    left_over = bool(going.why) or any(one.waits or (one.looked and _undone(one)) for one in going.outcomes)
    return exits.code(unread=bool(going.failures), left=left_over, exit_zero=options.exit_zero)


class _Failed(Struct, frozen=True):
    repository: FleetRepository
    destination: str
    error: Exception


_Found = list[MigrationOutcome | _Failed]
"""Of one repository, by destination."""


class _Run:
    """One run of `migrate` over the repositories of a ledger."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        reader: TargetReader,
        options: MigrateOptions,
        fleet: Operator,
        paint: Paint,
        far: Going,
    ) -> None:
        self.client, self.ledger, self.reader = client, ledger, reader
        self.options, self.fleet, self.paint, self.far = options, fleet, paint, far
        self.limits = Limits(options.pace, options.per_reviewer, options.max_red)
        self.abreast = Abreast(JOBS, self.ahead, client.pace.end if client.pace else lambda: None)
        self.shared = SharedLedger(ledger, self.abreast.do)
        self.opener = Opener(client, self.shared, reader, self.limits, options.draft)
        self.may_open: int | None = None
        self.outcomes: list[MigrationOutcome] = []
        self.failures: list[Failure] = []
        self.refused = False
        self.why = ""
        self.left = 0

    def entries(self) -> list[LedgerEntry]:
        found = [one for one in self.ledger.entries() if chosen(one, self.options.choice, self.fleet)]
        if not found:
            raise UsageError(
                f"{self.options.operated.ledger} has no repository of that choice; `patless fleet scan` puts them there"
            )
        kept = {one.uuid for one in self.ledger.changes()}
        found = [one for one in found if one.repository.uuid in kept or self.matters(one)]
        if not self.options.open_prs or kept:
            return found
        # The ledger is new, or was lost: what is open already comes first, so that the limits know of it.
        self.far.doing = "looking for pull requests that are open already"
        begun = following.begun(self.client, [one.repository for one in found], self.reader.heads)
        return sorted(found, key=lambda one: one.repository.uuid not in begun)

    def matters(self, entry: LedgerEntry) -> bool:
        """Whether there is, or may be, something to change: what was read and has no finding is left out."""
        if self.options.destinations or not entry.scanned:
            return bool(entry.repository.clone_url)
        branches = list(self.ledger.branches(entry.repository.uuid))
        return any(one.seen is None or one.seen.findings for one in branches)

    def follow(self) -> None:
        """Learn what became of the open ones, which decides about further ones."""
        found = followed(self.client, self.ledger, self.ledger.entries(), self.ledger.changes(), far=self.far)
        self.why = found.why
        for sentence in found.failures:
            self.refused = True
            console.err([f"patless: {sentence}"])

    def all(self, entries: list[LedgerEntry]) -> None:
        """Deal with each repository, several at a time, and say so in their order."""
        self.far.begins(
            "pull requests" if self.options.open_prs else "looking", len(entries), "repository", "repositories"
        )
        self.may_open = pacing.left(self.opener.traffic(), self.limits, self.opener.clock())
        self.abreast.go(entries, self.one, self.told, _leaving)
        self.left = len(entries) - self.far.done

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
        looked = self.reader.look(target, self.shared.change(target.repository.uuid, target.destination))
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
        done = f"only {main} is dealt with" if main in found else "none is dealt with"
        return (
            [main] if main in found else [],
            f"more than {MOST:,} branches match --destinations, so {done}; name fewer, as by a narrower pattern",
        )

    # Telling, in the order of the repositories

    def told(self, found: _Found) -> None:
        self.far.done += not any(isinstance(one, _Failed) and _spent(one.error) for one in found)
        for one in found:
            if isinstance(one, _Failed):
                self.failed(one)
                continue
            self.outcomes.append(one)
            lines = [migration.line(one), *(() if self.options.open_prs else migration.preview(one))]
            console.out("".join(f"{text.line(line, self.paint)}\n" for line in lines))

    def failed(self, one: _Failed) -> None:
        repository, name, error = one.repository, one.destination, one.error
        if _spent(error):
            self.why = self.why or str(error)
            return
        failure = Failure(repository.slug, name, str(error))
        self.failures.append(failure)
        where = f"{printable(failure.slug)} {printable(name)}".strip()
        console.err([f"patless: {where}: {printable(failure.error)}"])
        self.refused = self.refused or isinstance(error, ApiError)
        if self.options.open_prs:
            self.opener.failed(repository, name or repository.main_branch, printable(failure.error))


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


def _leaving(count: int) -> None:
    what = many(count, "pull request that was begun is", "pull requests that were begun are")
    console.err([f"patless: interrupted: {what} brought to an end; interrupt again to leave that to the next run"])


def _undone(outcome: MigrationOutcome) -> bool:
    decision = outcome.looked.decision if outcome.looked else None
    return decision is not None and outcome.done is None and (decision.act.writes or decision.act is Act.STOP)

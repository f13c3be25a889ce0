"""The second depth: all history through git, and the stored variables of repositories that have or had pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import inventory as inventories
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.inventory import Inventory
from migrator.bitbucket.records import Level
from migrator.bitbucket.session import Client
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import (
    FleetRepository,
    LedgerBranch,
    LedgerEntry,
    RepositoryState,
    StoredSnapshot,
    StoredVariable,
)
from migrator.fleet.visiting import GatheringOptions, now
from migrator.platforms.bitbucket.names import PATHSPECS
from migrator.repositories import remote
from migrator.repositories.git import GitError
from migrator.repositories.history import versions
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.repositories.using import using
from migrator.secrets.candidates import candidates
from migrator.secrets.hosts import hosts
from migrator.text.mask import printable

ENVIRONMENTS = 3
"""How many environments a repository is taken to have before any has been looked at: BITBUCKET_API.md, section 4."""


class Estimate(Struct, frozen=True):
    """What it will take: `repositories` to bring with their history, `requests` of the API, and how many of them an
    hour may have."""

    repositories: int
    requests: int
    per_hour: int

    @property
    def hours(self) -> float:
        return self.requests / self.per_hour

    def __str__(self) -> str:
        return (
            f"{self.repositories:,} repositories with their history through git, and about {self.requests:,} requests: "
            f"about {self.hours:.1f} hours at {self.per_hour:,} an hour"
        )


def estimate(
    branches: Sequence[LedgerBranch], left: Sequence[LedgerEntry], known: Mapping[str, StoredSnapshot], per_hour: int
) -> Estimate:
    """For the repositories that are `left`. One request for the list of environments, one for each of them, one for the
    repository; as many environments as those have on average that were looked at before."""
    running = {one.entry.repository.uuid for one in branches if one.seen and one.seen.files}
    before = [one.requests for one in known.values() if one.requests]
    each = sum(before) / len(before) if before else 2 + ENVIRONMENTS
    asked = sum(one.repository.uuid in running for one in left)
    return Estimate(len(left), round(1 + asked * each), per_hour)


def left_of(entries: Sequence[LedgerEntry], known: Mapping[str, StoredSnapshot], begun: str) -> list[LedgerEntry]:
    """Those that this round has still to look at: all of Bitbucket that have a commit and could be read."""
    there = [one for one in entries if one.state is RepositoryState.SCANNED and not one.repository.folder]
    return [
        one for one in there if (stored := known.get(one.repository.uuid)) is None or stored.at < begun or stored.error
    ]


def go_through(
    ledger: Ledger,
    entries: Sequence[LedgerEntry],
    reading: GatheringOptions,
    client: Client,
    jobs: int,
    begun: str,
    told: Callable[[StoredSnapshot], None],
) -> None:
    """Look at each, and record it. Threads bring the history; one asks Bitbucket, whose limit is what takes the time.

    Raises LedgerError, GitMissing, and ApiError where nothing more may be asked.
    """
    above: dict[str, Inventory] = {}
    for entry, brought in _brought(ledger, entries, reading, jobs, begun):
        repository = entry.repository
        try:
            if isinstance(brought, GitError):
                raise brought
            with brought:
                if repository.workspace not in above:
                    above[repository.workspace] = _workspace(ledger, client, repository.workspace)
                stored = _look(repository, reading, client, above[repository.workspace])
        except (GitError, ApiError) as error:
            if isinstance(error, ApiError) and error.kind is Cause.SPENT:
                raise
            stored = StoredSnapshot(repository.uuid, now(), error=printable(str(error))[:1000])
        ledger.store(stored)
        ledger.free(repository.uuid)
        told(stored)


def _brought(
    ledger: Ledger, entries: Sequence[LedgerEntry], reading: GatheringOptions, jobs: int, begun: str
) -> Iterator[tuple[LedgerEntry, ExitStack | GitError]]:
    """Each repository once its history is here, which stays until what comes with it is closed; or why it is not here.
    One that another run is at is left to it."""
    running: dict[Future[ExitStack], LedgerEntry] = {}
    with ThreadPoolExecutor(jobs, "history") as threads:
        try:
            for entry in entries:
                uuid = entry.repository.uuid
                if not ledger.claim(uuid):
                    continue
                if not left_of([entry], ledger.stored(uuid), begun):
                    ledger.free(uuid)
                    continue
                running[threads.submit(_bring, entry.repository, reading)] = entry
                if len(running) > jobs:
                    yield from _ended(running)
            while running:
                yield from _ended(running)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            remote.interrupt()
            raise


def _ended(running: dict[Future[ExitStack], LedgerEntry]) -> Iterator[tuple[LedgerEntry, ExitStack | GitError]]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for one in done:
        error = one.exception()
        if error is not None and not isinstance(error, (GitError, ApiError)):
            raise error
        yield running.pop(one), GitError(str(error)) if error else one.result()


def _bring(repository: FleetRepository, reading: GatheringOptions) -> ExitStack:
    if reading.credentials is None or not repository.clone_url:
        raise GitError(f"Bitbucket names no address of {repository.slug} that git may use")
    variables = reading.credentials.git_environment(repository.clone_url, reading.api)
    root = _place(repository, reading)
    with ExitStack() as stack:
        stack.enter_context(using(root))
        remote.mirror(root, repository.clone_url, variables)
        return stack.pop_all()


def _look(repository: FleetRepository, reading: GatheringOptions, client: Client, above: Inventory) -> StoredSnapshot:
    root = _place(repository, reading)
    every = tuple((printable(ref.name), ref.commit) for ref in refs(root))
    if not versions(root, PATHSPECS).versions:  # it never had pipelines, so nothing of it reads a variable
        return StoredSnapshot(repository.uuid, now(), refs=every)
    before = client.sent
    found = inventories.inventory(client, repository.workspace, repository.slug, above)
    judge = reading.judge.of(repository)
    settings = replace(judge.settings, hosts=hosts(found, judge.book))
    with Objects(root) as objects:
        names = candidates(objects, (), judge.book, settings, named=True)
    return StoredSnapshot(
        repository.uuid,
        now(),
        variables=_variables(found, Level.REPOSITORY, Level.DEPLOYMENT),
        candidates=tuple(sorted(map(printable, names))),
        refs=every,
        not_checked=tuple(printable(one.reason) for one in found.not_checked if one.level is not Level.WORKSPACE),
        requests=client.sent - before,
    )


def _workspace(ledger: Ledger, client: Client, slug: str) -> Inventory:
    found = inventories.of_workspace(client, slug)
    reasons = tuple(printable(one.reason) for one in found.not_checked)
    ledger.store(
        StoredSnapshot(
            StoredSnapshot.of_workspace(slug), now(), variables=_variables(found, Level.WORKSPACE), not_checked=reasons
        )
    )
    return found


def _variables(found: Inventory, *levels: Level) -> tuple[StoredVariable, ...]:
    return tuple(
        StoredVariable(one.level, printable(one.key), one.uuid, one.secured, printable(one.environment or ""))
        for one in found.variables
        if one.level in levels
    )


def _place(repository: FleetRepository, reading: GatheringOptions) -> Path:
    return remote.place(reading.cache, repository.workspace, repository.slug)

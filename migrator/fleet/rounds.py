"""A round over many repositories: threads wait for git, processes analyse, one thread writes the ledger.

Every outcome is in the ledger before the next repository is begun in its place, so that a run that is killed loses what
was under way and nothing else; the next one goes on in the same round.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from migrator.fleet import visiting
from migrator.fleet.gathering import Contents
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, Scanned, SeenCommit
from migrator.fleet.scanning import Judge, Partly, look, look_partly
from migrator.fleet.visiting import GatheringOptions, KnownRepository, visit
from migrator.repositories import direct, processes, remote
from migrator.text.view import Unreadable

_Found = TypeVar("_Found")
JOBS = 8
"""Conversations at a time: what bounds a fleet is waiting."""


def pending(entries: Sequence[LedgerEntry], begun: str) -> list[LedgerEntry]:
    """Those that this round has still to look at, and failures again: what was never looked at comes first."""
    named = [one for one in entries if one.repository.is_named]
    now = visiting.now()  # what was looked at later than that was not looked at by this clock, or is junk
    left = [
        one
        for one in named
        if not begun <= one.scanned <= now or one.state is RepositoryState.LISTED or one.state.failed
    ]
    return sorted(left, key=lambda one: one.scanned)


def go_through(
    ledger: Ledger,
    entries: Sequence[LedgerEntry],
    reading: GatheringOptions,
    jobs: int,
    left: Callable[[LedgerEntry], bool],
    told: Callable[[Scanned], None],
    waiting: Callable[[str], None],
) -> int:
    """Look at each, and record it; how many were looked at here. Those that another run is at work on come last, and
    `waiting` is told which one is waited for, '' for none.

    `left` says of one, as the ledger has it now, whether that has still to be done. Raises LedgerError and GitMissing.
    """
    count = 0
    others: list[LedgerEntry] = []

    def work() -> Iterator[KnownRepository]:
        for entry in entries:
            uuid = entry.repository.uuid
            if not ledger.claim(uuid):
                others.append(entry)
            elif left(ledger.entry(uuid) or entry):
                yield _known(ledger, entry.repository)
            else:  # another run was here meanwhile
                ledger.free(uuid)

    with closing(Analysts(reading.judge, reading.timeout)) as analysts:
        for scanned in _visits(work(), reading, analysts, jobs):
            ledger.record(scanned)
            ledger.free(scanned.uuid)
            told(scanned)
            count += 1
        for entry in others:
            uuid = entry.repository.uuid
            waiting(entry.repository.slug)
            ledger.claim(uuid, wait=True)
            waiting("")
            now = ledger.entry(uuid) or entry
            if left(now):  # the other run did not come to its end
                scanned = visit(_known(ledger, now.repository), reading, analysts)
                ledger.record(scanned)
                told(scanned)
                count += 1
            ledger.free(uuid)
    return count


def _known(ledger: Ledger, repository: FleetRepository) -> KnownRepository:
    uuid = repository.uuid
    return KnownRepository(repository, ledger.heads(uuid), ledger.judged(uuid), ledger.hosts(uuid))


def _visits(
    work: Iterator[KnownRepository], reading: GatheringOptions, analysts: Analysts, jobs: int
) -> Iterator[Scanned]:
    if jobs == 1:
        yield from (visit(known, reading, analysts) for known in work)
        return
    running: set[Future[Scanned]] = set()
    with ThreadPoolExecutor(jobs, "visit") as threads:
        try:
            for known in work:
                running.add(threads.submit(visit, known, reading, analysts))
                if len(running) > jobs:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in done)
            yield from (one.result() for one in running)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            remote.interrupt()
            direct.interrupt()
            analysts.close()
            raise


class Analysts:
    """Processes that analyze commits, as a repository may crash what reads it, or keep it for ever."""

    def __init__(self, judge: Judge, seconds: float) -> None:
        self._workers = processes.Workers(seconds, _begin, (judge,))
        self._turn = threading.Semaphore(os.cpu_count() or 1)  # more at a time are of no use

    def look(
        self, root: Path, commits: Sequence[str], repository: FleetRepository, hosts: Mapping[str, str]
    ) -> tuple[SeenCommit, ...]:
        """Raises as `scanning.look`, and Unreadable where the process does not come to its end."""
        return self._do(_there, root, commits, repository, dict(hosts))

    def look_partly(
        self,
        root: Path,
        held: Contents | None,
        commits: Sequence[str],
        repository: FleetRepository,
        hosts: Mapping[str, str],
    ) -> Partly:
        """As `scanning.look_partly`. Raises as `look`."""
        return self._do(_partly_there, root, held, commits, repository, dict(hosts))

    def _do(self, work: Callable[..., _Found], *arguments: object) -> _Found:
        with self._turn:
            try:
                return self._workers.do(work, *arguments)
            except processes.Lost as lost:
                raise Unreadable(f"analyzing it {lost}; check its files, or leave it out") from None

    def close(self) -> None:
        """Ends what is under way, too."""
        self._workers.close()


_JUDGE: list[Judge] = []


def _begin(judge: Judge) -> None:
    _JUDGE[:] = [judge]


def _there(
    root: Path, commits: Sequence[str], repository: FleetRepository, hosts: Mapping[str, str]
) -> tuple[SeenCommit, ...]:
    return look(root, commits, _JUDGE[0].of(repository).knowing(hosts))


def _partly_there(
    root: Path, held: Contents | None, commits: Sequence[str], repository: FleetRepository, hosts: Mapping[str, str]
) -> Partly:
    return look_partly(root, held, commits, _JUDGE[0].of(repository).knowing(hosts))

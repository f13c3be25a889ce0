"""Several things under way at a time, told in their order, with one thread that alone uses the ledger: the caller's.

Threads ask Bitbucket and git. What they need of the ledger the caller's thread does for them (`do`). Where it
matters who comes first, as limits do, each waits for its turn: all before it have passed theirs. So what is decided is
what one after the other would decide. Nobody waits for one that comes later, and the first has its turn at once; so all
come to their end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from migrator.repositories import direct, remote

JOBS = 8
_LEAVE = 20.0
"""Seconds in which what was begun may end after an interruption."""
_TICK = 0.5
_Found = TypeVar("_Found")
_Item = TypeVar("_Item")


class RunStopped(Exception):
    """The run is at its end; nothing more is begun."""


class Abreast:
    """`jobs` at a time. `ahead`, asked in the caller's thread, says how many of them may be before their turn; one may.
    `ended` is called where the run stops, once nothing that was begun is left: what others wait for is in vain."""

    def __init__(
        self,
        jobs: int = JOBS,
        ahead: Callable[[], int] | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._jobs = jobs
        self._ahead = ahead or (lambda: jobs)
        self._ended = ended
        self._asked: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._turns = threading.Condition()
        self._passed: set[int] = set()
        self._begun: set[int] = set()
        self._next = 0
        self._stopped = False
        self._closed = False
        self._caller = threading.get_ident()

    def stop(self) -> None:
        """Nothing more is begun; what has been goes on."""
        with self._turns:
            self._stopped = True
            self._turns.notify_all()

    @property
    def stopped(self) -> bool:
        return self._stopped

    def go(
        self,
        items: Iterable[_Item],
        work: Callable[[_Item, Place], _Found],
        told: Callable[[_Found], None],
        leaving: Callable[[int], None] = lambda count: None,
    ) -> None:
        """Give `told` what `work` makes of each, in their order, in this thread; what raises Stopped is left out.

        Raises what else `work` raises. What has been begun comes to its end first: where people interrupt, `leaving`
        gets how much that is.
        """
        running: dict[int, Future[_Found]] = {}
        threads = ThreadPoolExecutor(self._jobs, "abreast")
        try:
            self._all(iter(items), work, told, running, threads)
        except BaseException as error:
            self.stop()
            left = sum(number in self._begun and not one.done() for number, one in running.items())
            if left and isinstance(error, KeyboardInterrupt):
                leaving(left)
            self._leave(running, told)
            raise
        finally:
            self._closed = True
            self._serve()  # whoever has asked meanwhile is told that it is too late
            threads.shutdown(wait=False, cancel_futures=True)

    def _all(
        self,
        items: Iterable[_Item],
        work: Callable[[_Item, Place], _Found],
        told: Callable[[_Found], None],
        running: dict[int, Future[_Found]],
        threads: ThreadPoolExecutor,
    ) -> None:
        coming, begun, said, more, going = iter(items), 0, 0, True, True
        while more or running:
            while more and not self._stopped and begun - said < 2 * self._jobs and self._may_begin(begun):
                try:
                    item = next(coming)
                except StopIteration:
                    more = False
                    break
                running[begun] = threads.submit(self._one, work, item, Place(self, begun))
                running[begun].add_done_callback(self._wake)
                begun += 1
            more = more and not self._stopped
            if going and self._stopped and not any(number in self._begun for number in running):
                going = False
                self._give_up()
            while said in running and running[said].done():
                self._tell(running.pop(said), told)
                said += 1
            if running and not running[said].done():
                self._serve(_TICK)

    def _may_begin(self, begun: int) -> bool:
        waiting = begun - len(self._passed)
        return waiting < max(1, min(self._jobs, self._ahead())) if waiting else True

    def _wake(self, _: object) -> None:
        self._asked.put(lambda: None)

    @staticmethod
    def _tell(one: Future[_Found], told: Callable[[_Found], None]) -> None:
        try:
            found = one.result()
        except RunStopped:
            return
        told(found)

    def _one(self, work: Callable[[_Item, Place], _Found], item: _Item, place: Place) -> _Found:
        try:
            return work(item, place)
        finally:
            place.passed()

    def _leave(self, running: dict[int, Future[_Found]], told: Callable[[_Found], None]) -> None:
        """Let what has been begun come to its end, and tell it."""
        end = time.monotonic() + _LEAVE
        try:
            for number in sorted(running):
                one = running[number]
                while number in self._begun and not one.done() and time.monotonic() < end:
                    self._serve(_TICK)
                if one.done() and not one.cancelled() and not one.exception():
                    told(one.result())
        finally:
            self._give_up()

    def _give_up(self) -> None:
        """Nobody waits any more for git, or for Bitbucket."""
        remote.interrupt()
        direct.interrupt()
        self._ended()

    # What the caller's thread does for others

    def _serve(self, seconds: float = 0.0) -> None:
        """Do what was asked for, waiting so long for the first."""
        try:
            self._asked.get(timeout=seconds)() if seconds else self._asked.get_nowait()()
            while True:
                self._asked.get_nowait()()
        except Empty:
            return

    def do(self, work: Callable[[], _Found]) -> _Found:
        """Have `work` done by the caller's thread; what it gives or raises. Raises Stopped where that has gone."""
        if threading.get_ident() == self._caller:
            return work()
        done: Future[Any] = Future()

        def carry_out() -> None:
            if self._closed:
                done.set_exception(RunStopped())
                return
            try:
                done.set_result(work())
            except Exception as error:
                done.set_exception(error)

        self._asked.put(carry_out)
        while True:
            try:
                found: _Found = done.result(_TICK)
            except TimeoutError:
                if self._closed and not done.done():
                    raise RunStopped from None
            else:
                return found

    # Turns

    def _turn(self, number: int) -> None:
        with self._turns:
            self._turns.wait_for(lambda: self._stopped or self._next >= number)
            if self._stopped:
                raise RunStopped

    def _begin(self, number: int) -> None:
        with self._turns:
            if self._stopped and number not in self._begun:
                raise RunStopped
            self._begun.add(number)

    def _pass(self, number: int) -> None:
        with self._turns:
            self._passed.add(number)
            while self._next in self._passed:
                self._next += 1
            self._turns.notify_all()
        self._wake(None)


class Place:
    """That of one thing among the others."""

    def __init__(self, abreast: Abreast, number: int) -> None:
        self._abreast, self._number = abreast, number
        self._had = False

    def turn(self) -> None:
        """Wait for the turn, once. Raises Stopped."""
        if not self._had:
            self._abreast._turn(self._number)
            self._had = True

    def stop(self) -> None:
        """Let nothing have its turn any more."""
        self._abreast.stop()

    def begins(self) -> None:
        """What follows is brought to its end, though the run stops. Raises Stopped."""
        self._abreast._begin(self._number)

    def passed(self) -> None:
        """Let the next one have its turn."""
        self._abreast._pass(self._number)

    @property
    def stopped(self) -> bool:
        return self._abreast.stopped

    @property
    def in_vain(self) -> bool:
        """Whether the run has stopped, and what is done here is not to be brought to its end."""
        return self._abreast.stopped and self._number not in self._abreast._begun

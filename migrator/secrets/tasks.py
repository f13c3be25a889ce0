"""Calls in threads, and what follows from each in the thread that began them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from msgspec import Struct

from migrator.repositories import direct, remote


class _Task(Struct, frozen=True):
    kind: str
    then: Callable[[Future[Any]], None]


class Tasks:
    """A context manager with so many threads of each kind, which end with the block, however it ends. The number of
    calls that wait costs nothing."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._pools = {kind: ThreadPoolExecutor(size, kind) for kind, size in sizes.items()}
        self._tasks: dict[Future[Any], _Task] = {}
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()
        self._open: Counter[str] = Counter()

    def __enter__(self) -> Tasks:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            for pool in self._pools.values():
                pool.shutdown(wait=False, cancel_futures=True)
            remote.interrupt()
            direct.interrupt()
            return
        for pool in self._pools.values():
            pool.shutdown()

    def begin(self, kind: str, then: Callable[[Future[Any]], None], work: Callable[..., Any], *arguments: Any) -> None:
        """Have a thread of this kind do the work; `then` is called by `follow`."""
        future = self._pools[kind].submit(work, *arguments)
        self._tasks[future] = _Task(kind, then)
        self._open[kind] += 1
        future.add_done_callback(self._done.put)

    def open(self, *kinds: str) -> int:
        """How many calls of these kinds have not been followed."""
        return sum(self._open[kind] for kind in kinds)

    def drop(self, *kinds: str) -> None:
        """Calls of these kinds that have not begun never will, and nothing follows from them."""
        for future in [future for future, task in self._tasks.items() if task.kind in kinds]:
            future.cancel()

    def follow(self, seconds: float) -> None:
        """Wait so long for a call to end, and let happen what follows from it."""
        try:
            future = self._done.get(timeout=seconds)
        except Empty:
            return
        task = self._tasks.pop(future)
        self._open[task.kind] -= 1
        if not future.cancelled():
            task.then(future)

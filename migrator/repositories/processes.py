"""Processes that work for this one, each on one piece at a time, and end with it, however it ends.

What they read is foreign: a parser may crash on it, never come back, or want all of the memory. So the end of a process
is the loss of the piece that it was at, and of nothing else.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import resource
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")
_Begin = Callable[..., None]
_TOLD = 0.5
"""Seconds after which it is told again how many pieces are done."""
_AHEAD = 4
"""Pieces that a process is asked for at a time, of those that are `spread`."""
MEMORY = 2 * 1024**3
"""Bytes that a process may have for what it makes. Files that are mapped, as git has them, are no part of it."""


class Lost(Exception):
    """A process did not come to the end of a piece of work. The message is what it did, without a subject."""


class Workers:
    """As many processes as threads ask at a time. Each calls `begin` first, and has `seconds` for one piece of work.

    They are not forked, as this process has threads:
    https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
    """

    def __init__(self, seconds: float, begin: _Begin | None = None, arguments: tuple[object, ...] = ()) -> None:
        self._seconds = seconds
        self._begin = (begin, arguments)
        self._lock = threading.Lock()
        self._free: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False

    def do(self, work: Callable[..., _Result], *arguments: object) -> _Result:
        """What `work` gives or raises in a process. Raises Lost."""
        worker = self._next()
        try:
            worker.ask(work, arguments)
            found: _Result = worker.answer(self._seconds)
        finally:
            with self._lock:
                self._busy.discard(worker)
                if worker.free and not self._closed:
                    self._free.append(worker)
                else:
                    worker.end()
        return found

    def close(self) -> None:
        """End them all; work that is under way is Lost."""
        with self._lock:
            self._closed = True
            while self._free:
                self._free.pop().end()
            for worker in self._busy:
                worker.kill()

    def _next(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise Lost("was stopped")
            worker = self._free.pop() if self._free else _Worker("spawn", *self._begin)
            self._busy.add(worker)
        return worker


def spread(
    work: Callable[[_Piece], _Result],
    over: Sequence[_Piece],
    count: int,
    seconds: float,
    told: Callable[[int], None] = lambda done: None,
) -> list[_Result | Lost]:
    """`work` for each piece, in order, by `count` processes. This process must have no threads, as they may be
    forked; `told` is called again and again with how many are done. A piece whose process ends, or takes longer than
    `seconds`, is Lost. Raises what `work` raises."""
    left = deque(range(len(over)))
    found: dict[int, _Result | Lost] = {}
    running: dict[Connection, tuple[_Worker, deque[int], float]] = {}

    def go_on(worker: _Worker | None, asked: deque[int]) -> None:
        """Ask for pieces ahead of time, so that no process waits for this one; fewer as the end comes near."""
        most = max(1, min(_AHEAD, len(left) // count))
        while left and len(asked) < most:
            worker = worker or _Worker(None, None, ())
            worker.ask(work, (over[left[0]],))
            asked.append(left.popleft())
        if worker and asked:
            running[worker.pipe] = (worker, asked, time.monotonic() + seconds)
        elif worker:
            worker.end()

    try:
        for _ in range(min(count, len(over))):
            go_on(None, deque())
        while running:
            soonest = min(end for _, _, end in running.values())
            wait(list(running), min(_TOLD, max(0, soonest - time.monotonic())))
            told(len(found))
            for pipe, (worker, asked, end) in list(running.items()):
                if not pipe.poll() and time.monotonic() < end:
                    continue
                number = asked.popleft()
                try:
                    found[number] = worker.answer(0, seconds)
                    lost = False
                except Lost as why:
                    found[number] = why
                    lost = True
                    worker.end()
                    left.extendleft(reversed(asked))
                del running[pipe]
                go_on(*((None, deque()) if lost else (worker, asked)))
    finally:
        for worker, _, _ in running.values():
            worker.end()
    return [found[number] for number in range(len(over))]


class _Worker:
    """One process. It is `free` when it is at nothing."""

    def __init__(self, how: str | None, begin: _Begin | None, arguments: tuple[object, ...]) -> None:
        context: Any = multiprocessing.get_context(how)
        self.pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, begin, arguments), daemon=True)
        self._process.start()
        other.close()
        self.free = True

    def ask(self, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self.free = False
        with suppress(OSError):  # it has ended, which its answer tells
            self.pipe.send_bytes(pickle.dumps((work, arguments)))

    def answer(self, patience: float, said: float | None = None) -> Any:
        """What its work gives or raises. Raises Lost, also for work that is not done within `patience` seconds, which
        are what is left of those that are `said`."""
        try:
            if not self.pipe.poll(patience):
                raise Lost(f"takes longer than {patience if said is None else said:g} seconds")
            good, value = pickle.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            raise Lost("ended the process that did") from None
        if good:
            self.free = True
            return value
        self.free = not isinstance(value, Lost)
        raise value

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection, begin: _Begin | None, arguments: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks ends it
    gc.set_threshold(50_000)  # as in the process that asks: what an analysis makes is no garbage
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    # Processes that were forked later hold the other end of its pipe, too, so that its end is not seen there.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin(*arguments)
    while True:
        try:
            work, given = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        pipe.send_bytes(_answered(work, given))


def _answered(work: Callable[..., object], given: tuple[object, ...]) -> bytes:
    try:
        return pickle.dumps((True, work(*given)))
    except MemoryError:
        return pickle.dumps((False, Lost(f"needs more than {MEMORY // 1024**3} GiB of memory")))
    except Exception as error:
        try:
            return pickle.dumps((False, error))
        except Exception:
            return pickle.dumps((False, RuntimeError(type(error).__name__)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

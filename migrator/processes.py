"""Processes that work for this one, and end with it, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def pool(
    workers: int, begin: Callable[..., None] | None = None, arguments: tuple[object, ...] = (), threaded: bool = False
) -> Iterator[ProcessPoolExecutor]:
    """As many `workers`, each of which calls `begin` first. `threaded`: this process has threads.

    Such a process is not forked: https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods
    """
    context = multiprocessing.get_context("spawn") if threaded else None
    with ProcessPoolExecutor(workers, context, _begin, (begin, arguments)) as executor:
        yield executor


def _begin(begin: Callable[..., None] | None, arguments: tuple[object, ...]) -> None:
    # Workers hold both ends of the queue that they wait at, so that none of them sees its parent killed.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin(*arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

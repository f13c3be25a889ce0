"""Processes that work for another one."""

from __future__ import annotations

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """For the beginning of a process of a pool: where the one that gives it work is killed, it ends too.

    Else it waits for ever, as it holds both ends of the pipe that work comes by.
    """
    threading.Thread(target=_wait, name="parent", daemon=True).start()


def _wait() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)

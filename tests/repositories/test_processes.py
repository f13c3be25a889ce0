"""Workers end with the process that they work for, and what ends one of them loses its own piece of work alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from migrator.repositories import processes
from migrator.repositories.processes import Lost, Workers

PROGRAM = """
import os, sys, threading
from migrator.repositories import processes

def hangs(_):
    import time
    print(os.getpid(), flush=True)
    time.sleep(1000)

if __name__ == "__main__":
    if {threaded}:
        workers = processes.Workers(1000)
        for _ in range(2):
            threading.Thread(target=workers.do, args=(hangs, 0), daemon=True).start()
        sys.stdin.read()
    processes.spread(hangs, range(2), 2, 1000)
"""


@pytest.mark.parametrize("threaded", [False, True], ids=["forked", "spawned"])
def test_a_parent_that_is_killed_leaves_no_worker(tmp_path: Path, threaded: bool) -> None:
    (tmp_path / "program.py").write_text(PROGRAM.format(threaded=threaded))
    run = subprocess.Popen([sys.executable, tmp_path / "program.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stdout.readline()
    assert run.stdout.readline()
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=20)  # the workers hold its output, too, so that it ends when the last of them does


def piece(what: str) -> tuple[str, int]:
    match what:
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(1000)
        case "memory":
            assert bytearray(8 * 1024**3)
        case "error":
            raise ValueError("of the work")
        case "odd":
            return what, lambda: 0  # type: ignore[return-value]  # which is no answer that can be sent
    return what, os.getpid()


LOST = {
    "crash": "ended the process that did",
    "hang": "takes longer than 2 seconds",
    "memory": "needs more than 2 GiB of memory",
}


@pytest.mark.parametrize("count", [1, 2, 8])
def test_pieces_that_end_their_process_are_lost_and_the_others_are_done(count: int) -> None:
    pieces = ["a", "crash", "b", "hang", "crash", "c", "memory", "d"]
    done = processes.spread(piece, pieces, count, 2)
    told = [str(one) if isinstance(one, Lost) else one[0] for one in done]
    assert told == [LOST.get(one, one) for one in pieces]


@pytest.mark.parametrize(("what", "kind"), [("error", ValueError), ("odd", Exception)])
def test_what_the_work_raises_is_raised(what: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        processes.spread(piece, ["a", what, *"bcdefgh"], 2, 60)
    assert multiprocessing.active_children() == []
    workers = Workers(60)
    first = workers.do(piece, "a")
    with pytest.raises(kind):
        workers.do(piece, what)
    assert workers.do(piece, "a") == first
    workers.close()


def test_a_thread_s_lost_work_is_its_own() -> None:
    workers = Workers(2)
    first = workers.do(piece, "a")
    assert workers.do(piece, "a") == first, "one process does one piece after the other"
    for what, why in LOST.items():
        with pytest.raises(Lost, match=why):
            workers.do(piece, what)
        assert workers.do(piece, "a") != first
    workers.close()


def test_work_under_way_ends_when_the_workers_are_closed() -> None:
    workers = Workers(1000)
    lost: list[Exception] = []

    def ask() -> None:
        try:
            workers.do(piece, "hang")
        except Lost as error:
            lost.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(1)
    workers.close()
    thread.join(10)
    assert not thread.is_alive()
    assert lost
    with pytest.raises(Lost, match="stopped"):
        workers.do(piece, "a")

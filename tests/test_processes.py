"""Workers end with the process that they work for."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys
from migrator import processes

def pid(_):
    import time
    time.sleep(0.2)
    return os.getpid()

if __name__ == "__main__":
    with processes.pool(2, threaded={threaded}) as pool:
        print(*set(pool.map(pid, range(4))), flush=True)
        sys.stdin.read()
"""


@pytest.mark.parametrize("threaded", [False, True], ids=["forked", "spawned"])
def test_a_parent_that_is_killed_leaves_no_worker(tmp_path: Path, threaded: bool) -> None:
    (tmp_path / "program.py").write_text(PROGRAM.format(threaded=threaded))
    run = subprocess.Popen([sys.executable, tmp_path / "program.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert run.stdout is not None
    assert len(run.stdout.readline().split()) == 2
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=20)  # the workers hold its output, too, so that it ends when the last of them does

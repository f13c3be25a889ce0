"""What people see of a round: on a real terminal a line with rate and time left, elsewhere nothing."""

from __future__ import annotations

import fcntl
import math
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from tests.fleet.boxes import fill
from tests.fleet.scan.conftest import Desk

COUNT = 8
TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "100"}


def on_a_terminal(desk: Desk, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, and what came to the terminal that standard error is."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "migrator", "fleet", *arguments],
        cwd=desk.home,
        env=desk.environment | TERMINAL,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    seen = bytearray()
    try:
        while data := os.read(master, 4096):
            seen += data
    except OSError:  # EIO, once nobody has the other end: pty(7)
        pass
    finally:
        os.close(master)
    out, _ = process.communicate()
    return process.returncode, out.decode(), seen.decode()


def test_rate_and_time_left_are_shown_on_a_terminal_and_taken_away(desk: Desk) -> None:
    fill(desk.box, COUNT)
    desk.box.faults.add("/git/*", delay=0.15, times=math.inf)
    code, out, seen = on_a_terminal(desk, "scan", "--workspace", "acme", "--jobs", "1")
    assert code == 1
    assert out == desk.scan().out
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    how = r"1 request, \d+\.\d a (second|minute), about \d+ seconds? left"
    assert re.search(rf"scanning: [1-{COUNT - 1}] of {COUNT} repositories, {how}", plain), plain
    assert plain.count("\n") < 4, "it is one line all the time"
    assert seen.rstrip().endswith("\x1b[2K"), "and is gone at the end"


def test_where_there_is_no_terminal_nothing_is_shown(desk: Desk) -> None:
    fill(desk.box, COUNT)
    run = desk.start("scan", "--workspace", "acme", **TERMINAL)
    out, err = run.communicate()
    assert (run.returncode, err) == (1, "")
    assert "\x1b" not in out

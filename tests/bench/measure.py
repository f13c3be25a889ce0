"""Whole processes, timed in pairs: a ratio holds where the machine's speed does not."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of wall clock, and the largest resident memory of the process in MiB."""

    seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians of two commands that were run in turn, and the median of the ratios pair by pair."""

    first: float
    second: float
    ratio: float
    memory: float


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a command to its end. Raises RuntimeError where it crashes: exit codes above 3 are no result."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if not 0 <= process.returncode <= 14:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Run(seconds, usage.ru_maxrss / 1024)


def pair(first: Sequence[str], second: Sequence[str], folder: Path, times: int) -> Pair:
    """Run the two in turn `times` times after one warm-up of each."""
    run(first, folder), run(second, folder)
    runs = [(run(first, folder), run(second, folder)) for _ in range(times)]
    return Pair(
        statistics.median(a.seconds for a, _ in runs),
        statistics.median(b.seconds for _, b in runs),
        statistics.median(a.seconds / b.seconds for a, b in runs),
        statistics.median(a.memory for a, _ in runs),
    )

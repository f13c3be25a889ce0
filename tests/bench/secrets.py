"""`secrets list --all` on the box: what it asks for, and its time against that of the bare requests.

`python -m tests.bench.secrets 3000` measures a workspace of another size.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from migrator.demo.box import Box
from migrator.demo.server import LogLine
from tests.bench import storing
from tests.bench.fleet import watch

DELAY = 0.1
"""Seconds before each answer, of the API and of git."""
JOBS = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a first run and of a second one right after it. `bare` is how long the same requests of the first take, so
    many at a time. `quiet` and `others` are the most requests for one repository that never had pipelines, and for
    another one; `shared` how often the variables of the workspace were listed. `memory` is the most MiB of all
    processes of a run."""

    first: float
    second: float
    bare: float
    requests: int
    again: int
    quiet: int
    others: int
    shared: int
    memory: float


def measure(home: Path, count: int = storing.FEW) -> Cost:
    """`home` is an empty folder. Raises RuntimeError where the command fails."""
    with Box(hourly=None) as box:
        storing.fill(box, count)
        box.faults.add("*", delay=DELAY, times=math.inf)
        token = box.token()
        first, asked, memory = _run(box, home, token)
        bare = _bare(box, asked, token)
        second, again, _ = _run(box, home, token)
        having = {slug for slug, one in box.state.repositories.items() if one.runs}
    of = Counter(match[1] for one in asked if (match := re.match(r"/2\.0/repositories/acme/([^/]+)", one.path)))
    return Cost(
        first,
        second,
        bare,
        len(asked),
        len(again),
        max(number for slug, number in of.items() if slug not in having and not slug.startswith("original")),
        max(number for slug, number in of.items() if slug in having),
        sum("/pipelines-config/variables" in one.path for one in asked),
        memory,
    )


def _run(box: Box, home: Path, token: str) -> tuple[float, list[LogLine], float]:
    box.forget_requests()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    environment = kept | {
        "PATLESS_API_URL": box.api_url,
        "PATLESS_CACHE_DIR": str(home / "cache"),
        "PATLESS_REQUESTS_PER_HOUR": "1000000",
        "BITBUCKET_ACCESS_TOKEN": token,
    }
    command = [sys.executable, "-m", "migrator", "secrets", "list", "--workspace", "acme", "--all", "--exit-zero"]
    begin = time.perf_counter()
    with subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        memory = [0.0]
        threading.Thread(target=watch, args=(process, memory), daemon=True).start()
        code = process.wait()
    if code:
        raise RuntimeError(f"secrets list ended with {code}")
    asked = [one for one in box.requests if "/git/" not in one.path]
    return time.perf_counter() - begin, asked, memory[0]


def _bare(box: Box, asked: Sequence[LogLine], token: str) -> float:
    """The same requests once more, by threads that do nothing else."""
    own = threading.local()

    def ask(one: LogLine) -> None:
        if not hasattr(own, "session"):
            own.session = requests.Session()
            own.session.headers["Authorization"] = f"Bearer {token}"
        own.session.get(f"{box.origin}{one.path}?{one.query}").raise_for_status()

    begin = time.perf_counter()
    with ThreadPoolExecutor(JOBS) as threads:
        list(threads.map(ask, asked))
    return time.perf_counter() - begin


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else storing.FEW))

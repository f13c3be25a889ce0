"""A fleet on the box: how long it takes and what it asks for; and the plans for ten thousand repositories."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrator.demo.box import Box
from tests.fleet.boxes import LOGIN, QUIET, fill

COUNT = 1000
_FEW = 40
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run: seconds, MiB of all its processes together, requests of the API and how many of them were not of one
    repository, conversations of git, and those of them that brought files."""

    seconds: float
    memory: float
    requests: int
    shared: int
    conversations: int
    fetches: int


def scan(box: Box, home: Path, *options: str) -> Cost:
    """Run the command in `home`. Raises RuntimeError where it fails."""
    box.forget_requests()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    environment = kept | {
        "PATLESS_API_URL": box.api_url,
        "PATLESS_CACHE_DIR": str(home / "cache"),
        "PATLESS_REQUESTS_PER_HOUR": "1000000",
        "BITBUCKET_ACCESS_TOKEN": box.token(),
    }
    command = [sys.executable, "-m", "migrator", "fleet", "scan", "--workspace", "acme", "--exit-zero", *options]
    begin = time.perf_counter()
    with subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        memory = [0.0]
        threading.Thread(target=watch, args=(process, memory), daemon=True).start()
        code = process.wait()
    seconds = time.perf_counter() - begin
    if code:
        raise RuntimeError(f"fleet scan ended with {code}")
    git = [one.path for one in box.requests if "/git/" in one.path and one.method == "POST"]
    api = [one for one in box.requests if "/git/" not in one.path]
    shared = sum(not one.path.startswith("/2.0/repositories/acme/") for one in api)
    conversations = len(set(git))  # each lists branches with one request, and brings files with more
    return Cost(seconds, memory[0], len(api), shared, conversations, len(git) - conversations)


def plans(home: Path) -> Iterator[str]:
    """The table of BITBUCKET_API.md, section 4, for the same workspace (20 branches each, half with Pipelines, three
    environments, twelve variables a level), from counts of a small one. `home` is an empty folder."""
    yield f"{'plan for 10,000 repositories':<46} {'requests':>9} {'git':>7} {'at 1,000/h':>11} {'at 10,000/h':>12}"
    with Box(hourly=None) as box:
        _workspace(box)
        for name, options in (
            ("first scan, main branches", ()),
            ("the same again", ()),
            ("all twenty branches", ("--branches", "*")),
        ):
            yield _plan(name, scan(box, home, *options))
        changed = _FEW // 20
        later = datetime.now(UTC) + timedelta(hours=1)
        for number in range(changed):
            box.commit(f"service-{number}", "main", {"README.md": "Changed\n"})
            box.state.repositories[f"service-{number}"].updated_on = later
        since = (later - timedelta(minutes=1)).isoformat()
        yield _plan("--since, one in twenty changed", scan(box, home, "--since", since))
        yield _plan("--for-secrets", scan(box, home, "--for-secrets"))


def _plan(name: str, cost: Cost) -> str:
    """One request lists 100 repositories; those of one repository are as many as there are of these."""
    lists = -(-_FEW // 100)
    each = _TEN_THOUSAND / _FEW
    requests = round(_TEN_THOUSAND / 100 + cost.shared - lists + (cost.requests - cost.shared) * each)
    hours = requests / 1000
    return f"{name:<46} {requests:>9,} {round(cost.conversations * each):>7,} {hours:>10.1f}h {hours / 10:>11.2f}h"


def _workspace(box: Box) -> None:
    for number in range(_FEW):
        slug = f"service-{number}"
        text = (LOGIN if number % 4 == 0 else QUIET) if number % 2 == 0 else ""
        files: dict[str, str | bytes | None] = {"README.md": "Text\n"} | (
            {"bitbucket-pipelines.yml": text} if text else {}
        )
        repository = box.add_repository(slug, {"main": files})
        head = box.head(slug, "main")
        for branch in range(19):
            (repository.folder / "refs" / "heads" / f"branch-{branch}").write_text(f"{head}\n", encoding="ascii")
        for level in (None, "test", "staging", "production"):
            if level and text:
                box.add_environment(slug, level)
            for variable in range(12 if text else 0):
                box.add_variable(f"VARIABLE_{variable}", "x", repository=slug, environment=level)


def watch(process: subprocess.Popen[bytes], most: list[float]) -> None:
    """Until it ends: the most MiB that it and its children take together."""
    while process.poll() is None:
        first = sum(map(_memory, _tree(process.pid)))
        time.sleep(0.05)
        # a child that has not begun its program yet has its parent's memory, and is counted as if it were its own
        most[0] = max(most[0], min(first, sum(map(_memory, _tree(process.pid)))))
        time.sleep(0.45)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in file.read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _memory(pid: int) -> float:
    """MiB, what is shared with others in parts."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def thousand(home: Path) -> tuple[Cost, Cost]:
    """A first run over a thousand repositories, and a second."""
    with Box(hourly=None) as box:
        fill(box, COUNT)
        return scan(box, home), scan(box, home)

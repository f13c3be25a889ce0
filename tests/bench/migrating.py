"""`fleet migrate --open-prs` on the box: what a pull request takes, and its time against that of the bare answers.

`python -m tests.bench.migrating 200` measures another number of repositories.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from migrator.demo.box import Box
from tests.bench.secrets import DELAY, JOBS

COUNT = 48
_LOGIN = """\
pipelines:
  default:
    - step:
        script:
          - echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
          - docker pull crg.apkg.io/acme/{slug}:latest
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """`requests` is the most for one pull request, of a repository with three deployments and two default reviewers;
    `shared` are those that are of no repository. `seconds` are of the run, `bare` those of as many answers, of the API
    and of git, to threads that do nothing else."""

    requests: int
    shared: int
    seconds: float
    bare: float


def measure(home: Path, count: int = COUNT) -> Cost:
    """`home` is an empty folder. Raises RuntimeError where the command fails, or does not open each."""
    with Box(hourly=None) as box:
        _fill(box, count)
        (home / "fleet.toml").write_text('own-packages = ["crg.apkg.io/acme/$BITBUCKET_REPO_SLUG"]\n')
        token = box.token()
        _run(box, home, token, "scan", "--workspace", "acme")
        box.forget_requests()
        box.faults.add("*", delay=DELAY, times=math.inf)
        begin = time.perf_counter()
        _run(box, home, token, "migrate", "--open-prs", "--pace", "0", "--per-reviewer", str(count))
        seconds = time.perf_counter() - begin
        asked = box.requests
        if any(len(one.pull_requests) != 1 for one in box.state.repositories.values()):
            raise RuntimeError("not every repository has its pull request")
        bare = _bare(box, len(asked), token)
    api = [one.path for one in asked if not one.path.startswith("/git/")]
    of = Counter(match[1] for path in api if (match := re.match(r"/2\.0/repositories/acme/([^/]+)/", path)))
    return Cost(max(of.values()), len(api) - sum(of.values()), seconds, bare)


def _fill(box: Box, count: int) -> None:
    people = [box.add_person(name) for name in ("Rene Reviewer", "Sam Other")]
    for number in range(count):
        slug = f"app-{number:04}"
        made = box.add_repository(slug, {"main": {"bitbucket-pipelines.yml": _LOGIN.format(slug=slug)}})
        made.reviewers += people
        for name in ("Test", "Staging", "Production"):
            box.add_environment(slug, name)


def _run(box: Box, home: Path, token: str, *arguments: str) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    environment = kept | {
        "PATLESS_API_URL": box.api_url,
        "PATLESS_CACHE_DIR": str(home / "cache"),
        "PATLESS_REQUESTS_PER_HOUR": "1000000",
        "BITBUCKET_ACCESS_TOKEN": token,
    }
    command = [sys.executable, "-m", "migrator", "fleet", *arguments, "--exit-zero"]
    done = subprocess.run(command, cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"fleet {arguments[0]} ended with {done.returncode}")


def _bare(box: Box, count: int, token: str) -> float:
    """So many answers, to as many threads as the command has."""
    own = threading.local()

    def ask(_: int) -> None:
        if not hasattr(own, "session"):
            own.session = requests.Session()
            own.session.headers["Authorization"] = f"Bearer {token}"
        own.session.get(f"{box.origin}/2.0/workspaces/acme").raise_for_status()

    begin = time.perf_counter()
    with ThreadPoolExecutor(JOBS) as threads:
        list(threads.map(ask, range(count)))
    return time.perf_counter() - begin


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))

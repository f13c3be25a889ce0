"""What `fleet scan` takes of git: processes, bytes, and processor time, against what git itself would take."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from migrator.fleet.ledger import Ledger
from tests.bench.workspaces import Site, site
from tests.fleet.boxes import slug

COUNT = 300


class Costs(NamedTuple):
    """Of a first scan and of one with nothing new: git processes for each repository; of the first, bytes that came
    against those of a fetch without files, of repositories without a login and of all: those with one build an image
    from their whole folder, so all of it is looked through; and processor time against fetches without files, and of
    the other, against a loop of `git ls-remote`."""

    first: float
    again: float
    quiet: float
    received: float
    scanned: float
    seconds: float


def costs(home: Path, count: int = COUNT) -> Costs:
    with site(count) as found:
        path, log = _counting(home)
        processes = []
        for _ in range(2):
            _scan(home, found, {"PATH": path})
            processes.append(_lines(log))
        fetched = _took(
            lambda: [_blobless(home / "bare" / slug(number), found, slug(number)) for number in range(count)]
        )
        (home / "anew").mkdir()
        scanned = _took(lambda: _scan(home / "anew", found, {}))
        received = _packs(home / "cache") / _packs(home / "bare")
        with Ledger(home / "patless-fleet.db") as ledger:
            names = [one.entry.repository.slug for one in ledger.branches() if one.seen and not one.seen.findings]
        came = sum(_packs(home / "cache" / "git" / "acme" / f"{name}.git") for name in names)
        quiet = came / sum(_packs(home / "bare" / name) for name in names)
        seconds = _took(lambda: _scan(home, found, {}))
        bare = _took(lambda: [_listed(found, slug(number)) for number in range(count)])
        return Costs(processes[0] / count, processes[1] / count, quiet, received, scanned / fetched, seconds / bare)


def _scan(home: Path, found: Site, more: Mapping[str, str]) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    environment = {
        **kept,
        "PATLESS_API_URL": f"{found.origin}/2.0",
        "PATLESS_CACHE_DIR": str(home / "cache"),
        "PATLESS_REQUESTS_PER_HOUR": "1000000",
        "BITBUCKET_ACCESS_TOKEN": found.token,
        **more,
    }
    command = [sys.executable, "-m", "migrator", "fleet", "scan", "--workspace", "acme", "--exit-zero"]
    subprocess.run(command, cwd=home, env=environment, stdout=subprocess.DEVNULL, check=True)


def _blobless(folder: Path, found: Site, name: str) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", folder], check=True)
    part = ("--quiet", "--depth=1", "--filter=blob:none", "--no-tags")
    _git(
        found,
        "-C",
        str(folder),
        "-c",
        "fetch.unpackLimit=1",
        "fetch",
        *part,
        f"{found.origin}/git/acme/{name}.git",
        "main",
    )


def _listed(found: Site, name: str) -> None:
    _git(found, "ls-remote", f"{found.origin}/git/acme/{name}.git")


def _git(found: Site, *arguments: str) -> None:
    signed = b64encode(f"x-token-auth:{found.token}".encode()).decode()
    header = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {signed}",
    }
    subprocess.run(["git", *arguments], env={**os.environ, **header}, stdout=subprocess.DEVNULL, check=True)


def _counting(home: Path) -> tuple[str, Path]:
    """A PATH with a git that notes each of its processes, and where."""
    folder = home / "counting"
    folder.mkdir()
    log = folder / "log"
    git = folder / "git"
    git.write_text(f'#!/bin/sh\necho x >> {log}\nexec {shutil.which("git")} "$@"\n', encoding="utf-8")
    git.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}", log


def _lines(log: Path) -> int:
    """How many there are, which are forgotten."""
    count = len(log.read_text(encoding="ascii").splitlines()) if log.exists() else 0
    log.unlink(missing_ok=True)
    return count


def _took(work: Callable[[], object]) -> float:
    """Processor seconds of the processes that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _packs(folder: Path) -> int:
    """Bytes of all packs below, which are what came."""
    return sum(file.stat().st_size for file in folder.rglob("*.pack"))

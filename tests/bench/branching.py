"""`secrets list` over a repository with very many branches, each with a commit of its own: its largest process.

`python -m tests.bench.branching 500 2000` measures other numbers of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from migrator.demo.box import Box
from tests.fleet.boxes import LOGIN

FEW, MANY = 2000, 10_000
_COMMAND = ("secrets", "list", "--workspace", "acme", "--all", "--exit-zero", "--format", "json")
_RUN = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""What runs the command as its only child, so that the largest process is one of the command."""


def memory(count: int) -> float:
    """MiB, for `count` branches. Raises RuntimeError where the command fails."""
    with Box(hourly=None) as box, tempfile.TemporaryDirectory() as home:
        made = box.add_repository("web", {"main": {"bitbucket-pipelines.yml": LOGIN, "Dockerfile": "FROM alpine:3\n"}})
        stream = "".join(_branches(count)).encode()
        subprocess.run(["git", "fast-import", "--quiet"], cwd=made.folder, input=stream, check=True)
        for name in ("PACKAGES_PAT", "PACKAGES_USER"):
            box.add_variable(name, "x", repository="web")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        environment = kept | {
            "PATLESS_API_URL": box.api_url,
            "PATLESS_CACHE_DIR": str(Path(home) / "cache"),
            "PATLESS_REQUESTS_PER_HOUR": "1000000",
            "BITBUCKET_ACCESS_TOKEN": box.token(),
        }
        command = [sys.executable, "-c", _RUN, sys.executable, "-m", "migrator", *_COMMAND]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=True)
    code, kilobytes = map(int, done.stdout.split())
    if code:
        raise RuntimeError(f"secrets list ended with {code}")
    return kilobytes / 1024


def _branches(count: int) -> Iterator[str]:
    """Most branches change nothing that matters here."""
    for number in range(count):
        text = f"branch {number}\n"
        yield f"commit refs/heads/feature/branch-{number:05}\n"
        yield f"committer t <t@example.invalid> {1764000000 + number} +0000\n"
        yield f"data 0\nfrom refs/heads/main\nM 100644 inline README.md\ndata {len(text)}\n{text}\n"


if __name__ == "__main__":
    few, many = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) == 3 else (FEW, MANY)
    one, other = memory(few), memory(many)
    print(f"{few:,} branches: {one:.0f} MiB, {many:,}: {other:.0f} MiB, ratio {other / one:.2f}")

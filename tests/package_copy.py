"""A copy of the package with more files, as somebody has it who adds something."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Patless = Callable[..., str]


def extended(home: Path, files: Mapping[str, str], before: Mapping[str, str]) -> Patless:
    """The package with `files`, run in a folder that holds `before`: what `python ARGUMENTS` prints there."""
    for name in ("migrator", "rules", "docs"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    for base, texts in ((home, files), (home / "acme", before)):
        for path, text in texts.items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            (base / path).write_text(text)

    def run(*arguments: str, code: int = 0) -> str:
        environment = {**os.environ, "PYTHONPATH": str(home), "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=home / "acme",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, "")
        return done.stdout

    return run

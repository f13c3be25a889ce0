"""A workspace in a box, and a folder from which the command is run."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from migrator.cli import main
from migrator.demo.box import Box
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import LedgerBranch, LedgerEntry

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    box: Box
    home: Path
    token: str

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "PATLESS_API_URL": self.box.api_url,
            "PATLESS_CACHE_DIR": str(self.home / "cache"),
            "PATLESS_REQUESTS_PER_HOUR": "50000",
            "BITBUCKET_ACCESS_TOKEN": self.token,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(ROOT),
        }

    def scan(self, *arguments: str, **variables: str) -> Done:
        return self.run("scan", "--workspace", "acme", *arguments, **variables)

    def run(self, *arguments: str, **variables: str) -> Done:
        """The command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment | variables, clear=True),
            contextlib.chdir(self.home),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(["fleet", *arguments])
        assert "internal error" not in err.getvalue(), err.getvalue()
        assert self.token not in out.getvalue() + err.getvalue()
        return Done(code, out.getvalue(), err.getvalue())

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """The command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "migrator", "fleet", *arguments],
            cwd=self.home,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def entries(self, ledger: str | Path = "patless-fleet.db") -> dict[str, LedgerEntry]:
        """By slug."""
        with Ledger(self.home / ledger) as found:
            return {one.repository.slug: one for one in found.entries()}

    def branches(self, ledger: str = "patless-fleet.db") -> list[LedgerBranch]:
        with Ledger(self.home / ledger) as found:
            return list(found.branches())

    def asked(self, *words: str) -> list[str]:
        """Paths of the requests that hold one of the words."""
        return [one.path for one in self.box.requests if any(word in one.path for word in words)]


@pytest.fixture
def box() -> Iterator[Box]:
    with Box(hourly=None) as found:
        yield found


@pytest.fixture
def desk(box: Box, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(box, tmp_path, box.token())
    yield found
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert found.token.encode() not in path.read_bytes(), f"the token is in {path}"

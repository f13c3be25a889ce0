"""A workspace in a box, and a person's machine with a ledger of it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from migrator.cli import main
from migrator.demo import forms
from migrator.demo.box import Box
from migrator.demo.server import Exchange, LogLine
from migrator.demo.state import PullRequest
from migrator.demo.store import content, entry, revisions
from migrator.fleet import identity
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import FleetRepository, Migration
from tests.demo.contract import Contract, description

PIPELINES = "bitbucket-pipelines.yml"
STORED = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
          - docker pull crg.apkg.io/acme/{slug}:latest
"""
NATIVE = STORED.replace("PACKAGES_EMAIL", "BITBUCKET_PACKAGES_USERNAME").replace(
    "PACKAGES_TOKEN", "BITBUCKET_PACKAGES_TOKEN", 1
)
TWICE = STORED + '          - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"\n'
PUSHING = STORED.replace("docker pull", "docker push")
OWN = 'own-packages = ["crg.apkg.io/acme/$BITBUCKET_REPO_SLUG"]\n'


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass
class Desk:
    """A person's machine: a folder of its own, an environment, and everything that was printed there."""

    box: Box
    home: Path
    token: str
    email: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Path:
        return self.home / "patless-fleet.db"

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "PATLESS_API_URL": self.box.api_url,
            "PATLESS_CACHE_DIR": str(self.home / "cache"),
            "PATLESS_REQUESTS_PER_HOUR": "50000",
            **(
                {"ATLASSIAN_ACCOUNT_EMAIL": self.email, "ATLASSIAN_API_TOKEN": self.token}
                if self.email
                else {"BITBUCKET_ACCESS_TOKEN": self.token}
            ),
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def add(self, slug: str, text: str = STORED, *, main: str = "main", **branches: str) -> None:
        """A repository with one pipelines file on each branch, which the ledger knows of."""
        files = {branch: {PIPELINES: each.format(slug=slug)} for branch, each in {main: text, **branches}.items()}
        made = self.box.add_repository(slug, files, main=main)
        made.strategies = ("merge_commit",)
        for key in ("receive.denyNonFastForwards", "receive.denyDeletes"):  # so that a forced push fails the test
            subprocess.run(["git", "config", key, "true"], cwd=made.folder, check=True)
        self.know(slug)

    def know(self, *slugs: str, ledger: Path | None = None) -> None:
        """Put repositories of the box into a ledger, as a scan that has listed them."""
        found = [self.box.state.repositories[slug] for slug in slugs]
        rows = [
            FleetRepository(one.uuid, "acme", one.slug, main_branch=one.main, clone_url=self.box.clone_url(one.slug))
            for one in found
        ]
        with Ledger(ledger or self.ledger) as opened:
            opened.put(rows, "2026-11-24T12:00:00Z")

    def second(self) -> Path:
        """Another ledger of the same workspace."""
        path = self.home / "second.db"
        self.know(*self.box.state.repositories, ledger=path)
        return path

    def run(self, *arguments: str) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment(), clear=True),
            mock.patch.object(sys, "stdin", io.StringIO()),
            mock.patch("migrator.fleet.opening.PAUSE", 0),
            contextlib.chdir(self.home),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(arguments)
        done = Done(code, out.getvalue(), err.getvalue())
        self.said += [done.out, done.err]
        assert "Traceback" not in done.err
        assert "internal error" not in done.err, done.err
        return done

    def migrate(self, *arguments: str) -> Done:
        return self.run("fleet", "migrate", *arguments)

    def open(self, *arguments: str) -> Done:
        return self.migrate("--open-prs", "--pace", "0", *arguments)

    def opened(self, *arguments: str) -> PullRequest:
        """The one pull request that there is once this has run."""
        done = self.open(*arguments)
        assert done.code == 0, done.out + done.err
        (made,) = self.pull_requests()
        return made

    def status(self) -> list[dict[str, Any]]:
        done = self.run("fleet", "status", "--format", "json")
        assert not done.err
        return list(json.loads(done.out)["repositories"])

    def started(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`migrate` in a process of its own."""
        return self.begun("migrate", "--open-prs", "--pace", "0", *arguments)

    def begun(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A command of `fleet` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "migrator", "fleet", *arguments],
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    # The far end

    def pull_requests(self, slug: str = "web") -> list[PullRequest]:
        return self.box.state.repositories[slug].pull_requests

    def text(self, branch: str, slug: str = "web", path: str = PIPELINES) -> str:
        folder = self.box.state.repositories[slug].folder
        found = entry(folder, self.box.head(slug, branch) or "", path)
        assert found
        return content(folder, found.hash).decode()

    def folder(self, slug: str = "web") -> Path:
        return self.box.state.repositories[slug].folder

    def changes(self) -> list[Migration]:
        with Ledger(self.ledger) as ledger:
            return ledger.changes()


WRITES = ("POST", "PUT", "DELETE", "PATCH")


def writes(asked: Sequence[LogLine]) -> list[tuple[str, str]]:
    """What changes something at the far end: method and path below the repository."""
    return [
        (one.method, one.path.partition("/2.0/repositories/acme/")[2])
        for one in asked
        if one.method in WRITES and not one.path.startswith("/git/")
    ]


@dataclass
class Watch:
    """Compares with the API's description, and keeps what is written: an observer of the box."""

    contract: Contract | None
    commits: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        if self.contract:
            self.contract(exchange)
        request = exchange.request
        if request.method == "POST" and request.path.endswith("/src"):
            self.commits.append({name: data.decode("utf-8", "replace") for name, data in forms.fields(request)})
        elif request.method in ("POST", "PUT") and "/pullrequests" in request.path:
            self.bodies.append(json.loads(request.body))


@pytest.fixture
def watch() -> Watch:
    return Watch(Contract(description()) if os.environ.get("PATLESS_OPENAPI") else None)


@pytest.fixture
def box(watch: Watch) -> Iterator[Box]:
    with Box(observer=watch) as found:
        yield found
    assert not (watch.contract and watch.contract.breaches), "\n".join(
        watch.contract.breaches if watch.contract else ()
    )


@pytest.fixture
def desk(box: Box, watch: Watch, tmp_path: Path) -> Iterator[Desk]:
    """Whatever a test does here: no token is shown or kept, nothing is forced, no destination is written to."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "fleet.toml").write_text(OWN)
    found = Desk(box, home, box.token())
    yield found
    assert found.token not in "".join(found.said), "a token was printed"
    assert not any(found.token.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert found.token not in json.dumps([watch.commits, watch.bodies])
    for one in box.state.repositories.values():
        head = box.head(one.slug, one.main)
        last = revisions(one.folder, [head]).values() if head else ()
        came = {each.merge_commit for each in one.pull_requests}  # a fast-forward leaves this tool's commit there
        mine = [each for each in last if identity.marks(each.message).seal and each.hash not in came]
        assert not mine, "a destination was written to"
    assert all(one["branch"].startswith(("patless/", "patless-revert/", "PAT-7/")) for one in watch.commits)
    assert all(len(one["parents"]) == 40 for one in watch.commits)
    assert not [one for one in box.requests if one.method in ("POST", "DELETE") and "/refs/" in one.path]
    assert not [one for one in box.requests if one.path.endswith(("/merge", "/decline"))]

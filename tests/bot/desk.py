"""A repository in a box, a pull request on it, and the bot in its pipeline or elsewhere."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from migrator.bot.markers import key_of
from migrator.cli import main
from migrator.demo.box import Box
from migrator.demo.state import Comment, InsightReport, PullRequest
from tests.demo.client import Client

FILE = "bitbucket-pipelines.yml"
REPOSITORY = "/repositories/acme/web"
NATIVE = 'docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"'


def login(number: int) -> str:
    return f'docker login crg.apkg.io -u "$EMAIL_{number}" -p "$TOKEN_{number}"'


def pipelines(logins: Sequence[str]) -> str:
    """A step for each login, which pushes a package of its own."""
    steps = [
        f"    - step:\n        script:\n          - {line}\n          - docker push crg.apkg.io/acme/web:{number}\n"
        for number, line in enumerate(logins)
    ]
    return "pipelines:\n  default:\n    - step:\n        script:\n          - make\n" + "".join(steps)


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass
class Desk:
    """`git` talks to the box as the owner; `clone` is what a step finds."""

    box: Box
    home: Path
    said: list[str] = field(default_factory=list)

    @property
    def clone(self) -> Path:
        return self.home / "clone"

    @property
    def request(self) -> PullRequest:
        return self.box.state.repositories["web"].pull_requests[0]

    def open(self, text: str, before: str = pipelines([])) -> str:
        """A pull request that makes the pipelines `text`; its commit."""
        self.box.add_repository("web", {"main": {FILE: before}, "topic": {FILE: text}})
        person = Client(self.box, bearer=self.box.token())
        source, destination = {"branch": {"name": "topic"}}, {"branch": {"name": "main"}}
        asked = {"type": "pullrequest", "title": "Logins", "source": source, "destination": destination}
        assert person.post(f"{REPOSITORY}/pullrequests", asked).status_code == 201
        return self.box.head("web", "topic") or ""

    def push(self, text: str) -> str:
        return self.box.commit("web", "topic", {FILE: text})

    def fetch(self, *options: str) -> None:
        """Clone as a step of the pull request's pipeline has it."""
        subprocess.run(["rm", "-rf", self.clone], check=True)
        folder = self.box.state.repositories["web"].folder
        self.git("clone", "-q", "--branch", "topic", *options, f"file://{folder}", str(self.clone), at=self.home)
        self.git("remote", "set-url", "origin", "https://bitbucket.org/acme/web.git")

    def git(self, *arguments: str, at: Path | None = None) -> str:
        named = ["-c", "user.name=Dana", "-c", "user.email=dana@acme.example", "-c", "protocol.file.allow=always"]
        done = subprocess.run(
            ["git", *named, *arguments], cwd=at or self.clone, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def step(self, **more: str) -> dict[str, str]:
        """The environment of a step of the pull request's pipeline, without a credential."""
        return {
            "BITBUCKET_WORKSPACE": "acme",
            "BITBUCKET_REPO_SLUG": "web",
            "BITBUCKET_COMMIT": self.box.head("web", "topic") or "",
            "BITBUCKET_BRANCH": "topic",
            "BITBUCKET_PR_ID": str(self.request.id),
            "BITBUCKET_PR_DESTINATION_BRANCH": "main",
            "BITBUCKET_PR_DESTINATION_COMMIT": (self.box.head("web", "main") or "")[:12],
            "PATLESS_PIPELINES_PROXY": self.box.origin,
            **more,
        }

    def run(self, *arguments: str, at: Path | None = None, **variables: str) -> Done:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        environment = kept | {
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATLESS_API_URL": self.box.api_url,
            "PATLESS_CACHE_DIR": str(self.home / "cache"),
            "PATLESS_REQUESTS_PER_HOUR": "1000000",
            **variables,
        }
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO()),
            contextlib.chdir(at or self.clone),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(["bot", *arguments])
        done = Done(code, out.getvalue(), err.getvalue())
        assert "Traceback" not in done.err
        assert "internal error" not in done.err, done.err
        self.said += [done.out, done.err]
        return done

    def comments(self, *, by: str | None = None) -> list[Comment]:
        """Those that are there and look like the bot's."""
        rows = [one for one in self.request.comments if not one.deleted and key_of(one.text)]
        return [one for one in rows if by is None or one.author.uuid == by]

    def summaries(self) -> list[Comment]:
        return [one for one in self.comments() if key_of(one.text) == "summary"]

    def notes(self) -> list[Comment]:
        return [one for one in self.comments() if key_of(one.text) != "summary"]

    def report(self, commit: str) -> InsightReport:
        return self.box.state.repositories["web"].reports[commit, "patless"]

    def annotated(self, commit: str) -> list[int]:
        return sorted(one["line"] for one in self.report(commit).annotations.values())

    def person(self, text: str, name: str = "Lee Reviewer", **more: Any) -> Comment:
        """What somebody writes."""
        client = Client(self.box, api_token=self.box.api_token(of=self.box.add_person(name)), email=_address(name))
        asked = {"type": "pullrequest_comment", "content": {"raw": text}, **more}
        answer = client.post(f"{REPOSITORY}/pullrequests/{self.request.id}/comments", asked)
        assert answer.status_code == 201, answer.text
        return self.request.comments[-1]

    def crowd(self, count: int) -> list[Comment]:
        """What many people write, put there without asking the API."""
        author, now, state = self.box.add_person("Ona Others"), self.box.state.clock(), self.box.state
        made = [Comment(state.next(), author, f"Number {number}", now, now) for number in range(count)]
        self.request.comments += made
        return made

    def asked(self, method: str) -> list[str]:
        return [one.path for one in self.box.requests if one.method == method and not one.path.startswith("/git/")]


def access(token: str) -> Mapping[str, str]:
    return {"BITBUCKET_ACCESS_TOKEN": token}


def _address(name: str) -> str:
    return f"{'.'.join(name.lower().split())}@acme.example"

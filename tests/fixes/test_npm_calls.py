"""Which calls of npm read packages, publish some, or do neither, and where what they read may be told elsewhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.fixes.reasons.npm_packages import _elsewhere, _idles, _is_sent, publishes, reads
from migrator.reading.npm_files import NpmFiles
from tests.flow.reading import BOOK, command

IDLE = ["publish", "config", "c", "set", "get", "version", "pack", "whoami", "ping"]
QUIET = [
    *("run", "run-script", "test", "t", "start", "stop", "restart"),
    *("bin", "prefix", "root", "help", "pkg", "-v", "--version"),
]


@pytest.mark.parametrize("word", IDLE + QUIET)
def test_a_call_that_reads_no_package(word: str) -> None:
    for call in (f"npm {word}", f"npm {word} install", f"npm --silent {word}", f"pnpm --prefix install {word}"):
        assert not reads(command(call), BOOK)


@pytest.mark.parametrize(
    "call",
    [
        *("npm", "npm ci", "npm install publish", "npm i x", "npm -s ci", "npm exec x", "npm $X", "npx x"),
        "npm $X publish",
        *(f"npm {option} publish ci" for option in ("--prefix", "-C", "--dir", "--cwd", "-w", "--workspace")),
        *(f"npm {option} run ci" for option in ("--filter", "-F", "--loglevel", "--registry", "--tag")),
        *("yarn", "yarn install", "yarn add x", "yarn npm info x", "yarn --cwd run add x"),
    ],
)  # fmt: skip
def test_a_call_that_may_read_packages(call: str) -> None:
    assert reads(command(call), BOOK)


@pytest.mark.parametrize(
    "call", ["yarn npm publish", "yarn npm whoami", "yarn build", "yarn run x", "yarn --cwd x run y"]
)
def test_yarn_reads_none_where_it_runs_a_script_or_speaks_for_npm(call: str) -> None:
    assert not reads(command(call), BOOK)


@pytest.mark.parametrize(
    ("call", "published"),
    [
        ("npm publish", True),
        ("npm --access public publish", True),
        ("pnpm -r publish", True),
        ("npx semantic-release", True),
        ("semantic-release", True),
        ("npm pack", False),
        ("npm run publishing", False),
        ("npm", False),
    ],
)
def test_a_call_that_publishes(call: str, published: bool) -> None:
    assert publishes(command(call)) == published


@pytest.mark.parametrize(
    ("call", "idle"),
    [
        *((f"npm {word}", True) for word in IDLE),
        *((f"npm {word}", False) for word in ("ci", "run", "test", "-v")),
        ("yarn npm publish", True),
        ("yarn npm info", False),
        ("npm ci publish", False),
        ("npm", False),
        ("git config", False),
        ("make publish", False),
    ],
)
def test_only_a_client_of_npm_runs_nothing_else(call: str, idle: bool) -> None:
    assert _idles(command(call), BOOK) == idle


FILES = NpmFiles(frozenset(), frozenset(), (), frozenset(), "", False)
GIVEN = NpmFiles(frozenset(), frozenset(), (), frozenset({"@acme"}), "", False)
ADDRESSED = NpmFiles(frozenset(), frozenset(), (), frozenset(), "", True)


@pytest.mark.parametrize(
    ("call", "files", "sent"),
    [
        ("npm publish", FILES, False),
        ("npm publish", GIVEN, True),
        ("npm publish", ADDRESSED, True),
        ("npm publish --registry https://npm.apkg.io/acme/", FILES, True),
        ("npm publish --registry https://registry.npmjs.org/", FILES, False),
    ],
)
def test_something_says_where_it_publishes_to(call: str, files: NpmFiles, sent: bool) -> None:
    assert _is_sent(command(call), files, BOOK) == sent


UNSEEN = "npm runs in a folder whose package.json patless doesn't see"
NOT_THERE = "npm runs in a folder that is not in the repository"


@pytest.mark.parametrize(
    ("script", "paths", "why"),
    [
        ("npm ci", ["package.json"], ""),
        ("npm ci", ["web/package.json"], UNSEEN),
        ("cd web; npm ci", ["web/package.json"], ""),
        ("cd web; npm ci", ["package.json", "web/x"], ""),
        ("cd web/ui; npm ci", ["web/package.json", "web/ui/x"], ""),
        ("cd web; npm ci", ["package.json"], NOT_THERE),
        ("cd web; npm ci", ["package.json", "website/x"], NOT_THERE),
        ('cd "$(x)"; npm ci', ["package.json"], UNSEEN),
        *((f"npm {option} web ci", ["package.json"], NOT_THERE) for option in ("--prefix", "-C", "--dir", "--cwd")),
        *((f"npm {option} web ci", ["web/package.json"], "") for option in ("--prefix", "-C", "--dir", "--cwd")),
        ("npm --prefix=web ci", ["web/package.json"], ""),
        ("npm --prefix=web ci", ["package.json"], NOT_THERE),
        ("npm -w web ci", ["package.json"], ""),
        ("npm --tag=web ci", ["package.json"], ""),
        ("cd web; npm --prefix ../ui ci", ["ui/package.json"], ""),
        ("cd web; npm --prefix .. ci", ["package.json"], ""),
        ("npm --prefix a ci --prefix b", ["a/package.json", "package.json"], NOT_THERE),
    ],
)
def test_the_files_that_tell_what_it_reads_may_be_none_of_the_repository(
    script: str, paths: list[str], why: str
) -> None:
    context: Any = SimpleNamespace(files=SimpleNamespace(paths=tuple(paths)))
    assert _elsewhere(command(script), context) == why

"""What this machine refuses, by the installed command and with the real fault: said once, with what to do."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.demo.box import Box
from tests.fleet.conftest import PUSHING, STORED, Desk, Done
from tests.full_disk import fill, small_disk

PROGRAM = Path(sys.executable).parent / "patless"
SLUGS = [f"app-{number}" for number in range(6)]


def installed(desk: Desk, *arguments: str, limit: int = 0, **variables: str) -> Done:
    """The command as people run it."""

    def limited() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [PROGRAM, *arguments],
        cwd=desk.home,
        env={**os.environ, **desk.environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
        timeout=120,
    )
    desk.said += [done.stdout, done.stderr]
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr, done.stderr
    assert not re.search(r"^patless: *$", done.stderr, re.MULTILINE), "an empty error"
    return Done(done.returncode, done.stdout, done.stderr)


def scanned(desk: Desk, *options: str) -> None:
    for slug in SLUGS:
        desk.add(slug)
    done = installed(desk, "fleet", "scan", "--workspace", "acme", *options)
    assert done.code == 1, done.err


def full(disk: Path, file: str = "fleet.db") -> str:
    return f"{disk / file}: no space left on {disk}; free it and run the same command again"


SCAN = ("fleet", "scan", "--workspace", "acme")
OPEN = ("fleet", "migrate", "--open-prs", "--pace", "0")
LIST = ("secrets", "list", "--workspace", "acme", "--all")


# A full disk


@pytest.mark.parametrize("command", [SCAN, OPEN, LIST], ids=["scan", "migrate", "list"])
def test_a_ledger_on_a_full_disk_is_a_sentence_and_the_same_command_goes_on(
    desk: Desk, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for slug in SLUGS:
        desk.add(slug)
    with small_disk(tmp_path / "disk", 2 * 1024 * 1024) as disk:
        there = ("--ledger", str(disk / "fleet.db"))
        if command is not SCAN:
            assert installed(desk, *SCAN, *there).code == 1
        fill(disk, 16 * 1024)
        done = installed(desk, *command, *there)
        assert (done.code, full(disk) in done.err) == (2, True), done.err
        (disk / "filler").unlink()
        done = installed(desk, *command, *there)
        assert done.code in (0, 1), done.err
        if command is OPEN:
            assert [len(desk.pull_requests(slug)) for slug in SLUGS] == [1] * len(SLUGS)


def test_a_report_on_a_full_disk(desk: Desk, tmp_path: Path) -> None:
    scanned(desk)
    with small_disk(tmp_path / "disk", 64 * 1024) as disk:
        fill(disk, 0)
        for name in ("report.html", "report.json"):
            done = installed(desk, "fleet", "report", "--output", str(disk / name))
            assert done.code == 3, done.err
            assert f"{disk / name}: not written: no space left on {disk}" in done.err
            assert "free it and run again" in done.err


def test_a_plan_on_a_full_disk(desk: Desk, tmp_path: Path) -> None:
    desk.add("web", "pipelines: {{}}\n")
    desk.box.commit("web", "main", {"bitbucket-pipelines.yml": STORED.format(slug="web")})
    desk.box.commit("web", "main", {"bitbucket-pipelines.yml": "pipelines: {}\n"})
    desk.box.add_variable("PACKAGES_TOKEN", "x", repository="web")
    with small_disk(tmp_path / "disk", 64 * 1024) as disk:
        fill(disk, 0)
        done = installed(desk, "secrets", "plan", "--workspace", "acme", "--repo", "web", "-o", str(disk / "plan.json"))
        assert done.code == 2, done.err
        assert f"{disk / 'plan.json'} was not written: no space left on {disk}" in done.err


def test_a_cache_on_a_full_disk(desk: Desk, tmp_path: Path) -> None:
    scanned(desk)
    with small_disk(tmp_path / "disk", 1024 * 1024) as disk:
        assert installed(desk, "fleet", "status", PATLESS_CACHE_DIR=str(disk)).code == 1
        fill(disk, 40 * 1024)
        done = installed(desk, *OPEN, PATLESS_CACHE_DIR=str(disk))
        assert done.code in (2, 3), done.err
        assert f"no space left on {disk}; free it and run the same command again" in done.err
        (disk / "filler").unlink()
        assert installed(desk, *OPEN, PATLESS_CACHE_DIR=str(disk)).code == 0
    assert [len(desk.pull_requests(slug)) for slug in SLUGS] == [1] * len(SLUGS)


def test_a_limit_on_the_size_of_files(desk: Desk) -> None:
    for slug in SLUGS:
        desk.add(slug)
    done = installed(desk, *SCAN, "--ledger", "other.db", limit=60_000)
    assert done.code == 2
    assert "other.db: file too large: none may grow like that here (`ulimit -f`); raise that limit and run" in done.err
    assert installed(desk, *SCAN, "--ledger", "other.db").code == 1


# SQLite's own words


def damaged(ledger: Path) -> None:
    with ledger.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 16_000)


def other(ledger: Path) -> None:
    ledger.write_text("no database\n" * 1000)


@pytest.mark.parametrize(
    ("harm", "words"),
    [(damaged, "database disk image is malformed"), (other, "file is not a database")],
    ids=["damaged", "something else"],
)
def test_a_ledger_that_is_damaged(desk: Desk, harm: Callable[[Path], None], words: str) -> None:
    scanned(desk)
    for more in ("-wal", "-shm"):
        Path(f"{desk.ledger}{more}").unlink(missing_ok=True)
    harm(desk.ledger)
    harmed = desk.ledger.read_bytes()
    for command in (("fleet", "status"), SCAN, OPEN, LIST):
        done = installed(desk, *command)
        assert done.code == 2, done.err
        assert f"{desk.ledger.name}: {words}" in done.err
        assert "bring back a copy of before, or move it away, and `patless fleet scan` makes another" in done.err
    assert desk.ledger.read_bytes() == harmed


def test_a_ledger_that_another_program_holds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute is waited for it, which is too long for a test."""
    scanned(desk)
    monkeypatch.setattr("migrator.fleet.database._WAIT", 0.5)
    with sqlite3.connect(desk.ledger, isolation_level=None) as held:
        held.execute("BEGIN EXCLUSIVE")
        done = desk.run("fleet", "status", "--offline")
        held.execute("ROLLBACK")
    held.close()
    assert done.code == 2
    assert "database is locked: another program has been at work on it for a while; wait for it" in done.err
    assert installed(desk, "fleet", "status", "--offline").code == 1


def test_a_ledger_on_a_read_only_disk(desk: Desk, tmp_path: Path) -> None:
    scanned(desk)
    with small_disk(tmp_path / "disk", 1024 * 1024) as disk:
        shutil.copy(desk.ledger, disk / "fleet.db")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = installed(desk, "fleet", "status", "--ledger", str(disk / "fleet.db"))
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert done.code == 2
    assert f"{disk / 'fleet.db'}: read-only file system; make it and its folder yours to write" in done.err


# Copies that are gone

EXPORTED = """\
export: true
definitions:
  pipelines:
    publish:
      - step:
          script:
            - docker login crg.apkg.io -u "$EMAIL" -p "$TOKEN"
            - docker build -t crg.apkg.io/acme/$BITBUCKET_REPO_SLUG .
            - docker push crg.apkg.io/acme/$BITBUCKET_REPO_SLUG
"""
IMPORTING = "pipelines:\n  default:\n    import: ci-shared:main:publish\n"


@pytest.mark.parametrize("lost", ["git", "git/acme/ci-shared.git/HEAD"])
def test_a_copy_that_is_gone_is_brought_again(box: Box, desk: Desk, lost: str) -> None:
    desk.add("ci-shared", EXPORTED)
    desk.add("orders", IMPORTING)
    box.commit("orders", "main", {"Dockerfile": "FROM alpine:3\n"})
    desk.add("web", PUSHING)
    place = desk.home / "cache" / lost

    def lose() -> None:
        if place.is_file():
            place.unlink()
        else:
            shutil.rmtree(place, ignore_errors=True)

    assert installed(desk, *SCAN).code == 1
    assert installed(desk, *LIST).code == 1
    moved, packages = (installed(desk, "fleet", name) for name in ("migrate", "packages"))
    lose()
    assert installed(desk, *LIST).code == 1
    lose()
    assert installed(desk, "fleet", "migrate") == moved
    lose()
    told = installed(desk, "fleet", "packages").out
    assert "not read: its copy is not on this machine; `patless fleet scan` fetches it" in told or (
        "not read: it cannot be read: git does not read the repository at " in told
    )
    assert installed(desk, *SCAN).code == 1
    assert installed(desk, "fleet", "packages") == packages


def test_git_that_is_not_there_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    scanned(desk)
    (tmp_path / "bin").mkdir()
    done = installed(desk, *OPEN, PATH=str(tmp_path / "bin"))
    assert "git is not installed, or not on the PATH; install it and run the same command again" in done.err


# Many branches


def test_more_branches_than_are_dealt_with(box: Box, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("web", **{f"release/{number}": STORED for number in range(4)})
    monkeypatch.setattr("migrator.fleet.migrating.MOST", 3)
    done = desk.open("--destinations", "*,release/*")
    assert done.code == 3
    assert "more than 3 branches match --destinations, so only main is dealt with" in done.err
    assert "narrower pattern" in done.err
    assert [one.destination for one in desk.pull_requests()] == ["main"]
    assert desk.open("--destinations", "release/1,release/2").code == 0
    assert [one.destination for one in desk.pull_requests()] == ["main", "release/1", "release/2"]

"""Where the allowance of an hour is spent, every command says so once, waits, and comes to its end."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from migrator.demo.box import Box
from tests.fleet.conftest import OWN, Desk, Done
from tests.hand import Hand, moved

SLUGS = ("api", "web", "zoo")


@pytest.fixture
def hand() -> Iterator[Hand]:
    with moved() as found:
        yield found


@pytest.fixture
def desk(hand: Hand, tmp_path: Path) -> Iterator[Desk]:
    """Three repositories with a pull request each, one of which is merged."""
    with Box(hourly=None, seconds=hand.now) as box:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "fleet.toml").write_text(OWN)
        found = Desk(box, tmp_path / "home", box.token())
        for slug in SLUGS:
            found.add(slug)
            box.add_environment(slug, "Production")
        assert found.open().code == 0
        box.merge("web", 1)
        yield found


AGAIN = "You can stop at any time; run the same command to continue"
COMMANDS = {
    "doctor": (("doctor", "--workspace", "acme", "--repo", "web"), (0,), AGAIN),
    "status": (("fleet", "status"), (1,), "Results are in patless-fleet.db; stop at any time, and run the same"),
    "migrate": (("fleet", "migrate"), (0,), "Results are in patless-fleet.db; stop at any time, and run the same"),
    "revert": (("fleet", "revert", "web"), (0,), AGAIN),
    "scan": (("fleet", "scan", "--workspace", "acme"), (1,), "Results are in patless-fleet.db; stop at any time"),
    "list": (("secrets", "list", "--workspace", "acme", "--repo", "web"), (0, 1), AGAIN),
    "plan": (("secrets", "plan", "--workspace", "acme", "--repo", "web", "-o", "plan.json"), (0,), AGAIN),
    "bot": (("bot", "--workspace", "acme"), (0, 1), AGAIN),
}


def waits(done: Done) -> list[str]:
    return [line for line in done.err.splitlines() if "waiting until" in line]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_spent_allowance_is_one_wait_that_is_said(desk: Desk, hand: Hand, name: str) -> None:
    arguments, codes, later = COMMANDS[name]
    if name == "status":
        assert desk.run("fleet", "status").code == 1
    desk.box.limits.hourly = 1 if name == "status" else 2
    if name == "scan":  # the only request would be answered
        desk.box.faults.add("/2.0/repositories/acme", 429, times=6)
    done = desk.run(*arguments)
    assert done.code in codes, done.err
    said = waits(done)
    assert 1 <= len(said) <= 8, done.err  # one for each hour that it takes
    assert re.search(r"429.*waiting until [0-9:]+ UTC at the latest\.", said[0])
    assert later in said[0]
    assert max(hand.slept) <= 1, "so that it can be ended"


def test_what_this_machine_may_send_is_waited_for_as_well(desk: Desk, hand: Hand) -> None:
    variables = desk.environment() | {"PATLESS_REQUESTS_PER_HOUR": "3", "PATLESS_BUDGET_LABEL": "another"}
    with (
        mock.patch("pyrate_limiter.buckets.sqlite_bucket.time_ns", hand.nanoseconds),
        mock.patch.object(Desk, "environment", return_value=variables),
    ):
        done = desk.run("fleet", "revert", "web")
    assert done.code == 0, done.err
    assert "this machine has sent its 3 requests for this hour; waiting until" in waits(done)[0]


def test_removing_waits_as_well_and_goes_on(desk: Desk, hand: Hand) -> None:
    for number in range(3):
        desk.box.add_variable(f"PACKAGES_{'EMAIL' if number else 'TOKEN'}", "x", repository="web")
    desk.box.limits.hourly = None
    made = desk.run("secrets", "plan", "--workspace", "acme", "--repo", "web", "-o", "plan.json")
    if "no variable is removable" in made.err:
        pytest.skip("no variable is removable here")
    key = desk.home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (desk.home / "allowed").write_text(f"dana@acme.example {key.with_suffix('.pub').read_text()}")
    assert desk.run("secrets", "sign", "plan.json", "--key", str(key), "--yes").code == 0
    desk.box.limits.hourly = 2
    done = desk.run("secrets", "apply", "plan.json", "--yes", "--allowed-signers", "allowed")
    assert done.code == 0, done.err
    assert waits(done)
    assert "The log is plan.json.log; stop at any time, and run the same command to continue" in waits(done)[0]


@pytest.mark.parametrize("most", [1, 2])
def test_status_ends_after_so_many_requests_with_what_is_known(desk: Desk, most: int) -> None:
    done = desk.run("fleet", "status", "--max-requests", str(most))
    assert done.code == 3
    assert (
        f"this run may send {most} requests; the other rows are from before; run the same command to continue"
        in done.err
    )
    assert [line for line in done.out.splitlines() if line.startswith("web")]


def test_no_silence_on_a_terminal(tmp_path: Path) -> None:
    """A real process, and a real terminal."""
    with Box(hourly=None) as box:
        (tmp_path / "home").mkdir()
        desk = Desk(box, tmp_path / "home", box.token())
        desk.add("web")
        box.faults.add("/2.0/*", delay=3)
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "migrator", "fleet", "migrate", "--open-prs", "--accept-linkage"],
            cwd=desk.home,
            env=desk.environment() | {"TERM": "xterm-256color"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=slave,
        )
        os.close(slave)
        last, longest, seen = time.monotonic(), 0.0, b""
        try:
            while data := os.read(master, 4096):
                now = time.monotonic()
                longest, last, seen = max(longest, now - last) if seen else 0.0, now, seen + data
        except OSError:  # EIO, once nobody has the other end: pty(7)
            pass
        assert process.wait() == 0
        assert longest < 2
        assert b"last request: GET /" in seen

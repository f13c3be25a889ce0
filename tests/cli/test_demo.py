"""`patless demo` as it is: a process that starts others, a workspace on this machine, and nothing left of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.demo import walk
from migrator.demo.box import Box
from migrator.demo.walk import only

DEMO = [str(Path(sys.executable).with_name("patless")), "demo"]
TOKEN = re.compile(r"ATCTT3xFf[A-Za-z0-9_=-]{20,}")
ENDINGS = ("", ".csv", ".findings.csv", ".json", ".packages.json", ".secrets.csv")
OURS = "ATATTofWHOEVERstartsTHEdemo"


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return kept | {"TMPDIR": str(folder), "BITBUCKET_ACCESS_TOKEN": OURS, "PATLESS_API_URL": "https://x.invalid"} | more


def test_no_paragraph_is_left_out_that_is_asked_for() -> None:
    assert only("b|d")("a\na\n\nb\n\nc\n\nd\ne\n") == "  … 2 lines more\n\nb\n\n  … 1 line more\n\nd\ne\n"


def test_colours_do_not_hide_a_paragraph() -> None:
    assert only("acme/api\n")("\x1b[1macme/api\x1b[0m\n  KEY\n") == "\x1b[1macme/api\x1b[0m\n  KEY\n"


def test_it_goes_all_the_way_prints_no_secret_and_leaves_its_report_only(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*DEMO, "--keep"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        printed = ""
        while "patless fleet status\n" not in printed.partition("The workspace stays at")[2]:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            printed += line
        _what_stays_can_be_asked(printed)
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    printed += rest
    assert (process.returncode, err) == (0, "")
    (left,) = tmp_path.rglob("*.html")
    assert re.search(rf"(?m)^The page is {re.escape(str(left))}$", printed)
    assert os.listdir(tmp_path) == [left.parent.name]
    _no_secret(printed)
    beside = sorted(path.name for path in left.parent.iterdir())
    assert beside == [f"report.html{ending}" for ending in ENDINGS]
    for path in left.parent.iterdir():
        _no_secret(path.read_text(encoding="utf-8"))
    _outline(printed)
    _what_the_sentences_say(printed)


def _what_stays_can_be_asked(printed: str) -> None:
    home = Path(re.findall(r"(?m)^  \$ cd (\S+) && \. \./env\.sh$", printed)[-1])
    assert (home / "env.sh").stat().st_mode & 0o777 == 0o600
    asked = f". ./env.sh && exec {DEMO[0]} fleet status"
    done = subprocess.run(["sh", "-c", asked], cwd=home, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "merged-green" in done.stdout) == (1, True), done.stderr


def _no_secret(printed: str) -> None:
    with Box() as box:
        assert TOKEN.fullmatch(box.token())
    assert not TOKEN.search(printed)
    for secret in (OURS, "not-a-real-secret", "Authorization", "PRIVATE KEY", "\x1b"):
        assert secret not in printed


def _outline(printed: str) -> None:
    commands = re.findall(r"(?m)^\$ (\S+(?: [a-z]\S*)*)", printed)
    assert commands[0].startswith("git clone")
    assert commands[1:] == [
        *("patless check", "patless fix", "patless fleet scan", "patless fleet packages", "cat fleet.toml"),
        *("patless fleet migrate", "patless bot", "patless fleet status", "patless secrets list"),
        *("patless secrets plan", "patless secrets apply plan.json", "patless secrets verify plan.json"),
        *("patless secrets list", "patless fleet report"),
    ]
    sentences = [step.says for step in walk.steps("") if step.says]
    assert re.findall(r"(?m)^\d+\. (.+)", printed) == sentences
    codes = [str(step.code) for step in walk.steps("") if step.command[0] == "patless"]
    assert re.findall(r"(?m)^\(exit code (\d+)\)", printed) == codes


def _what_the_sentences_say(printed: str) -> None:
    walked = printed.partition("The page is")[0]
    parts = dict(re.findall(r"(?ms)^(\d+)\. (.+?)(?=^\d+\. |\Z)", walked))
    assert "1 safe" in parts["1"]
    assert '+          - echo "$BITBUCKET_PACKAGES_TOKEN"' in parts["2"]
    assert "18 scanned, 1 empty" in parts["3"]
    for line in ("Confirm these packages first", "crg.apkg.io/acme/base: unblocks 1 login", "lines more"):
        assert line in parts["4"]
    assert walk.FLEET in parts["5"]
    for line in (
        "invoices main: opened pull request #1",
        "web main: opened pull request #2",
        "vault main: not-checked",
    ):
        assert line in parts["6"]
    assert "comments on #1: 1 written" in parts["7"]
    assert re.search(r"invoices +main +merged-green", parts["8"])
    assert "2 removable" in parts["9"]
    assert "wrote plan.json: 2 variables" in parts["10"]
    assert "signed as" in parts["10"]
    assert "2 deleted or already absent, 0 left" in parts["11"]
    assert parts["12"].count("deleted") == 2
    assert "1 of 1 required" in parts["12"]
    assert "report.html" in parts["13"]


STAYS = """
from migrator.cli import main
from migrator.demo import walk
walk.steps = lambda url: ()
raise SystemExit(main(["demo", "--keep"]))
"""
"""The demo without its walk, which would take most of the time."""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_nothing_is_left_of_a_workspace_that_was_kept(stop: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STAYS],
        env=environment(tmp_path, PATLESS_COLOR="never"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(stop, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        while not process.stdout.readline().startswith("  $ patless fleet status"):
            assert process.poll() is None
        (demo,) = tmp_path.glob("patless-demo-*")
        assert {path.name.partition("-b")[0] for path in demo.iterdir()} == {"home", "patless"}
        for _ in range(3):
            process.send_signal(stop)
            time.sleep(0.01)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err, "The workspace is removed." in out) == (0, "", True)
    (report,) = tmp_path.iterdir()  # of this shortened walk it is empty
    assert report.name.startswith("patless-report-")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_nothing_is_left_of_a_walk_that_is_ended(stop: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        DEMO,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        while not process.stdout.readline().startswith("$ patless check"):
            assert process.poll() is None
        assert os.listdir(tmp_path)
        process.send_signal(stop)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert os.listdir(tmp_path) == []


def test_a_command_that_ends_otherwise_ends_the_walk(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    git = programs / "git"
    git.write_text('#!/bin/sh\n[ "$1" != clone ] || exit 9\nPATH=${PATH#*:} exec git "$@"\n')
    git.chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = environment(temporary, PATH=f"{programs}:{os.environ['PATH']}")
    answer = subprocess.run(DEMO, env=path, capture_output=True, text=True, check=False, timeout=300)
    assert answer.returncode == 70
    assert re.search(r"`git clone --quiet \S+` ended with exit code 9, but the demo expects 0", answer.stderr)
    assert "patless check" not in answer.stdout
    assert os.listdir(temporary) == []


def test_a_machine_without_ssh_keygen_is_told_what_is_missing(tmp_path: Path) -> None:
    path = environment(tmp_path, PATH=str(tmp_path))
    answer = subprocess.run([sys.executable, *DEMO], env=path, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stderr == "patless: the demo needs git; install it\n"

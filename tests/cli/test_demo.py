"""`patless demo` as it is: a process that starts others, a workspace on this machine, and nothing left of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.demo import walk
from migrator.demo.box import Box
from migrator.demo.walk import only

DEMO = [str(Path(sys.executable).with_name("patless")), "demo"]
TOKEN = re.compile(r"ATCTT3xFf[A-Za-z0-9_=-]{20,}")
OURS = "ATATTofWHOEVERstartsTHEdemo"


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return kept | {"TMPDIR": str(folder), "BITBUCKET_ACCESS_TOKEN": OURS, "PATLESS_API_URL": "https://x.invalid"} | more


def test_no_paragraph_is_left_out_that_is_asked_for() -> None:
    assert only("b|d")("a\na\n\nb\n\nc\n\nd\ne\n") == "  … 2 lines more\n\nb\n\n  … 1 line more\n\nd\ne\n"


def test_colours_do_not_hide_a_paragraph() -> None:
    assert only("acme/api\n")("\x1b[1macme/api\x1b[0m\n  KEY\n") == "\x1b[1macme/api\x1b[0m\n  KEY\n"


def test_it_goes_all_the_way_prints_no_secret_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(DEMO, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr, os.listdir(tmp_path)) == (0, "", [])
    _no_secret(done.stdout)
    _outline(done.stdout)
    _what_the_sentences_say(done.stdout)


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
        *("patless check", "patless fix", "patless fix", "patless check", "git commit", "git push"),
        *("patless secrets list", "patless secrets list", "patless secrets plan"),
        *("patless secrets apply plan.json", "patless secrets verify plan.json"),
    ]
    sentences = [step.says for step in walk.steps("") if step.says]
    assert re.findall(r"(?m)^\d+\. (.+)", printed) == sentences
    codes = [str(step.code) for step in walk.steps("") if step.command[0] == "patless"]
    assert re.findall(r"(?m)^\(exit code (\d+)\)", printed) == codes


def _what_the_sentences_say(printed: str) -> None:
    parts = dict(re.findall(r"(?ms)^(\d+)\. (.+?)(?=^\d+\. |\Z)", printed))
    assert "1 safe" in parts["2"]
    assert '+          - echo "$BITBUCKET_PACKAGES_TOKEN"' in parts["3"]
    assert "No findings" in parts["5"]
    assert "2 rollback-only" in parts["6"]
    for line in ("PACKAGES_TOKEN (repository)  removable", "release/2.x  Sam Former", "doubt:indirect", "lines more"):
        assert line in parts["7"]
    assert "plan.json holds 2 variables" in parts["8"]
    assert "signed as" in parts["8"]
    assert "2 removed, 0 left" in parts["9"]
    assert parts["10"].count("deleted") == 2
    assert "1 of 1 required" in parts["10"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["by Ctrl-C", "by the system"])
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
    git.write_text('#!/bin/sh\n[ "$1" != push ] || exit 9\nPATH=${PATH#*:} exec git "$@"\n')
    git.chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = environment(temporary, PATH=f"{programs}:{os.environ['PATH']}")
    answer = subprocess.run(DEMO, env=path, capture_output=True, text=True, check=False, timeout=300)
    assert answer.returncode == 70
    assert "`git push --quiet` ended with exit code 9, and the demo expects 0" in answer.stderr
    assert "secrets list" not in answer.stdout
    assert os.listdir(temporary) == []


def test_a_machine_without_ssh_keygen_is_told_what_is_missing(tmp_path: Path) -> None:
    path = environment(tmp_path, PATH=str(tmp_path))
    answer = subprocess.run([sys.executable, *DEMO], env=path, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stderr == "patless: the demo needs git, which is not installed\n"

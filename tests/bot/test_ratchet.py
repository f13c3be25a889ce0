"""What is new since a moment: in a clone, and week by week in a workspace, as a schedule runs it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from migrator.demo.box import Box
from migrator.demo.store import NewCommit
from tests.bot.desk import FILE, NATIVE, Desk, access, login, pipelines

EXAMPLE = Path(__file__).parents[2] / "fixtures" / "ratchet" / FILE
NOW = datetime.now(UTC)


def commit(days: int, files: dict[str, str | bytes | None]) -> NewCommit:
    return NewCommit("main", files, "Change", "Dana Owner <dana.owner@acme.example>", NOW - timedelta(days=days))


def fill(box: Box) -> None:
    """One repository that gained a login last week, one that had it before, one that moved it, one without."""
    old, new = pipelines([login(1)]), pipelines([login(1), login(2)])
    box.add_written("web", [commit(30, {FILE: old}), commit(3, {FILE: new})])
    box.add_written("api", [commit(30, {FILE: old})])
    box.add_written("cli", [commit(30, {FILE: old}), commit(2, {FILE: None, f"ci/{FILE}": "# Moved.\n" + old})])
    box.add_written("young", [commit(1, {FILE: old})])
    box.add_written("done", [commit(30, {FILE: old}), commit(1, {FILE: pipelines([NATIVE])})])
    box.add_repository("empty")


@pytest.fixture
def here(desk: Desk) -> Desk:
    desk.box.add_written("web", [commit(30, {FILE: pipelines([login(1)])})])
    desk.clone.mkdir()
    desk.git("clone", "-q", f"file://{desk.box.state.repositories['web'].folder}", str(desk.clone), at=desk.home)
    return desk


def change(desk: Desk, text: str) -> None:
    (desk.clone / FILE).write_text(text, encoding="utf-8")
    desk.git("commit", "-qam", "Change")


def test_what_was_there_is_not_new_wherever_its_lines_are_now(here: Desk) -> None:
    change(here, "# One line.\n# Another.\n" + pipelines([login(1)]))
    done = here.run("--new-only", "--since", "HEAD~1", "--fail-on", "any")
    assert (done.code, done.out) == (0, "No findings. Read 1 pipelines file.\n")
    assert here.box.requests == (), "outside of Pipelines nobody is told"


def test_the_same_login_once_more_is_new(here: Desk) -> None:
    change(here, pipelines([login(1), login(1)]))
    done = here.run("--new-only", "--since", "HEAD~1", "--fail-on", "any", "--quiet")
    assert done.code == 1
    assert done.out.count("registry-login") == 1


def test_a_finding_that_was_ignored_before_is_not_new(here: Desk) -> None:
    change(here, pipelines([login(1) + " # patless: ignore[registry-login] until the audit"]))
    change(here, pipelines([login(1)]))
    assert here.run("--new-only", "--since", "HEAD~1", "--fail-on", "any").code == 0


@pytest.mark.parametrize(
    ("since", "code"),
    [("origin/main", 1), ("main", 0), ("10d", 1), ("2020-01-01", 1), ("nowhere", 2), ("2026-13-01", 2)],
)
def test_since_is_a_branch_a_day_or_an_age(here: Desk, since: str, code: int) -> None:
    change(here, pipelines([login(1), login(2)]))
    done = here.run("--new-only", "--since", since, "--fail-on", "any")
    assert done.code == code, done.err


def test_a_clone_that_does_not_reach_back_says_so(desk: Desk) -> None:
    desk.box.add_written("web", [commit(30, {FILE: pipelines([])}), commit(1, {FILE: pipelines([login(1)])})])
    folder = desk.box.state.repositories["web"].folder
    desk.git("clone", "-q", "--depth=1", f"file://{folder}", str(desk.clone), at=desk.home)
    done = desk.run("--new-only", "--since", "7d")
    assert done.code == 3
    assert "clone: {depth: full}" in done.err


@pytest.mark.parametrize("options", [["--new-only"], ["--new-only", "--all", "--since", "7d"], ["--repo", "web"]])
def test_options_that_do_not_go_together_are_refused(here: Desk, options: list[str]) -> None:
    assert here.run(*options).code == 2


def test_the_scheduled_example_reports_what_the_workspace_gained_in_a_week(desk: Desk) -> None:
    """Its steps run in real bash; `pip install patless` is what the test has done already."""
    fill(desk.box)
    (item,) = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["pipelines"]["custom"]["new-stored-logins"]
    programs = desk.home / "bin"
    programs.mkdir()
    for name, words in (("pip", "exit 0"), ("patless", f'exec "{sys.executable}" -P -m migrator "$@"')):
        (programs / name).write_text(f"#!/bin/sh\n{words}\n", encoding="ascii")
        (programs / name).chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(desk.home),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(EXAMPLE.parents[2]), os.environ.get("PYTHONPATH")))),
        "PATLESS_API_URL": desk.box.api_url,
        "PATLESS_CACHE_DIR": str(desk.home / "cache"),
        "BITBUCKET_WORKSPACE": "acme",
        **access(desk.box.token("repository")),
    }
    script = "\n".join(["set -e", *item["step"]["script"]])
    done = subprocess.run(
        ["bash", "-c", script], env=environment, cwd=desk.home, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1, done.stderr
    told = [line for line in done.stdout.splitlines() if "new since" in line]
    assert told == [
        "acme/web: 1 new since 7d",
        "acme/api: 0 new since 7d",
        "acme/cli: 0 new since 7d",
        "acme/young: 1 new since 7d",
        "acme/done: 0 new since 7d",
    ]
    assert {one.method for one in desk.box.requests if not one.path.startswith("/git/")} == {"GET"}


def test_a_run_over_a_workspace_ends_by_its_deadline_and_says_what_is_left(desk: Desk) -> None:
    fill(desk.box)
    desk.clone.mkdir()
    desk.box.faults.add("/git/*", delay=0.6, times=math.inf)
    done = desk.run(
        "--workspace", "acme", "--new-only", "--since", "7d", "--deadline", "1s", **access(desk.box.token("repository"))
    )
    assert done.code == 3
    assert "not started: this run reached its `--deadline`" in done.err
    assert "repositories left; run the same command" in done.err
    done = desk.run("--new-only", "--deadline", "1m")
    assert (done.code, "--deadline needs --workspace" in done.err) == (2, True)

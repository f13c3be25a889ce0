"""What a scan brings of a repository, and what that takes, whether or not the server leaves files out."""

from __future__ import annotations

import errno
import math
import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from migrator.demo.box import Box
from migrator.fleet import gathering
from migrator.fleet.records import RepositoryState
from migrator.repositories import again, keeping, remote
from tests.fleet.boxes import LOGIN, QUIET, fill, slug
from tests.fleet.scan.conftest import Desk
from tests.fleet.scan.test_resuming import picture

PIPELINES = "bitbucket-pipelines.yml"
CODE = {f"src/module_{number}.py": f"VALUE = {random.Random(number).random()}\n" * 200 for number in range(40)}


def filters(box: Box, *slugs: str) -> None:
    """Let the server leave out files of the repositories, of all where none is named."""
    for one in box.state.repositories.values():
        if not slugs or one.slug in slugs:
            with (one.folder / "config").open("a") as config:
                config.write("[uploadpack]\n\tallowFilter = true\n")


def counted(desk: Desk, name: str) -> tuple[str, Path]:
    """A PATH whose git notes each process in a file."""
    folder = desk.home / name
    folder.mkdir()
    log = folder / "log"
    (folder / "git").write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {shutil.which("git")} "$@"\n')
    (folder / "git").chmod(0o755)
    log.touch()
    return f"{folder}:{os.environ['PATH']}", log


def copy(desk: Desk, name: str) -> Path:
    return desk.home / "cache" / "git" / "acme" / f"{name}.git"


def there(root: Path, commit: str, path: str) -> bool:
    """Whether the content of a file is in a copy."""
    asked = ["git", "cat-file", "-e", f"{commit}:{path}"]
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return subprocess.run(asked, cwd=root, env=environment, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("filtered", [False, True])
def test_no_git_is_run_for_a_first_look_nor_for_a_second(filtered: bool, desk: Desk) -> None:
    fill(desk.box, 6)
    if filtered:
        filters(desk.box)
    path, log = counted(desk, "bin")
    for _ in range(2):
        assert desk.scan(PATH=path).code == 1
    assert [line for line in log.read_text().splitlines() if not line.startswith("upload-pack")] == []  # the box's
    assert {one.state for one in desk.entries().values()} == {RepositoryState.SCANNED}


def test_files_that_are_left_out_change_nothing_of_what_is_found(desk: Desk) -> None:
    fill(desk.box, 6)
    desk.box.add_repository("calls", {"main": {PIPELINES: QUIET.replace("make test", "ci/a.sh"), **CODE,
                                               "ci/a.sh": "#!/bin/sh\n. ci/b.sh\n",
                                               "ci/b.sh": "docker login crg.apkg.io -u $A -p $B\n"}})  # fmt: skip
    assert desk.scan("--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")).code == 1
    filters(desk.box)
    assert desk.scan().code == 1
    assert picture(desk) == picture(desk, "whole.db")
    assert any(branch.seen and branch.seen.findings for branch in desk.branches() if
               branch.entry.repository.slug == "calls")  # fmt: skip


def test_only_files_that_a_pipelines_file_needs_are_brought(desk: Desk) -> None:
    desk.box.add_repository("docs", {"main": {"README.md": "x", **CODE}})
    desk.box.add_repository("web", {"main": {PIPELINES: QUIET.replace("make test", "ls"), **CODE}})
    filters(desk.box)
    assert desk.scan().code == 0
    head = desk.box.head("docs", "main") or ""
    assert not there(copy(desk, "docs"), head, "README.md")
    head = desk.box.head("web", "main") or ""
    assert there(copy(desk, "web"), head, PIPELINES)
    assert not there(copy(desk, "web"), head, "src/module_1.py")


def test_other_rules_ask_for_the_files_that_they_need_and_no_more(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: LOGIN, **CODE}})
    filters(desk.box)
    assert desk.scan().code == 1
    desk.box.forget_requests()
    (desk.home / "fleet.toml").write_text('ignore = ["registry-login"]\n')
    assert desk.scan().code == 0
    assert sum(one.method == "POST" and "/git/" in one.path for one in desk.box.requests) == 1


def test_a_new_commit_is_seen_and_its_new_files_are_brought(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: QUIET.replace("make test", "ls"), **CODE}})
    filters(desk.box)
    assert desk.scan().code == 0
    desk.box.commit("web", "main", {PIPELINES: LOGIN})
    assert desk.scan().code == 1
    assert desk.scan("--branches", "*").code == 1


def test_a_server_that_gives_no_single_files_is_asked_for_all(desk: Desk) -> None:
    fill(desk.box, 3)
    filters(desk.box)
    path, log = counted(desk, "bin")
    # The second request for a pack is the one for files.
    desk.box.faults.add("*git-upload-pack", after=2, times=math.inf, status=400, method="POST")
    assert desk.scan(slug(0), "--jobs", "1", PATH=path).code == 3
    desk.box.faults.clear()
    assert desk.scan(slug(0), "--jobs", "1").code == 1
    assert "fetch" in log.read_text()


@pytest.mark.parametrize("bound", ["_TIMES", "_FILES"])
def test_too_many_questions_end_in_all_files(bound: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, bound, 1 if bound == "_TIMES" else 0)
    fill(desk.box, 1)
    filters(desk.box)
    assert desk.scan().code == 1
    assert not remote.is_partial(copy(desk, slug(0)))
    assert there(copy(desk, slug(0)), desk.box.head(slug(0), "main") or "", "src/module_1.py")


def test_a_copy_without_files_is_made_whole_for_those_that_read_it_all(desk: Desk) -> None:
    """`--for-secrets` reads all history."""
    desk.box.add_repository("web", {"main": {PIPELINES: QUIET.replace("make test", "ls"), **CODE}})
    desk.box.commit("web", "main", {"src/module_1.py": "1\n"})
    filters(desk.box)
    assert desk.scan().code == 0
    assert remote.is_partial(copy(desk, "web"))
    assert desk.scan("--for-secrets").code == 0
    assert not remote.is_partial(copy(desk, "web"))
    subprocess.run(["git", "fsck", "--full"], cwd=copy(desk, "web"), check=True, capture_output=True)
    assert not (copy(desk, "web") / "shallow").exists()


def test_a_kill_between_any_two_requests_is_gone_on_from(desk: Desk) -> None:
    fill(desk.box, 9)
    assert desk.scan("--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")).code == 1
    filters(desk.box)
    chance = random.Random(11)
    for _ in range(8):
        run = desk.start("scan", "--workspace", "acme", "--jobs", "2")
        desk.box.faults.add("/git/*", after=chance.randrange(4), meanwhile=run.kill)
        run.communicate(timeout=60)
        if run.returncode != -signal.SIGKILL:
            break
    desk.box.faults.clear()
    assert desk.scan().code == 1
    assert picture(desk) == picture(desk, "whole.db")


@pytest.mark.parametrize("filtered", [False, True])
def test_of_a_hundred_repositories_none_is_lost_when_one_answer_in_twenty_fails(
    filtered: bool, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "FIRST", 0.01)
    fill(desk.box, 100)
    if filtered:
        filters(desk.box)
    chance = random.Random(5)
    for number in range(400):
        if chance.random() < 0.05:
            how = chance.choice(({"status": 429}, {"status": 503}, {"close": True}, {"truncate": 30}))
            desk.box.faults.add("/git/*", after=number, **how)  # type: ignore[arg-type]
    assert desk.scan().code == 1
    states = [one.state for one in desk.entries().values()]
    assert len(states) - states.count(RepositoryState.SCANNED) <= 1


@pytest.mark.parametrize("filtered", [False, True])
def test_what_a_shared_pipeline_runs_of_its_importer_is_read(filtered: bool, desk: Desk) -> None:
    sources = "definitions:\n  imports:\n    shared: ci-shared:main:bitbucket-pipelines.yml\n"
    imports = f"{sources}pipelines:\n  default:\n    import: publish@shared\n"
    exported = "export: true\ndefinitions:\n  pipelines:\n    publish:\n      - step:\n          script: [ci/push.sh]\n"
    push = "#!/bin/sh\ndocker login crg.apkg.io -u $A -p $B\ndocker push crg.apkg.io/acme/pushed-by-web\n"
    desk.box.add_repository("web", {"main": {PIPELINES: imports, "ci/push.sh": push, **CODE}})
    desk.box.add_repository("ci-shared", {"main": {PIPELINES: exported, **CODE}})
    if filtered:
        filters(desk.box)
    desk.scan()
    assert "acme/pushed-by-web" in desk.run("packages").out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on /"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/cache/x"),
            "/cache/x: permission denied; make it and",
        ),
    ],
)
def test_a_disk_that_takes_nothing_is_said_and_the_same_command_goes_on(
    error: OSError, said: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise error

    fill(desk.box, 3)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "_write", full)
        done = desk.scan()
    assert (done.code, said in done.err) == (3, True), done.err
    assert desk.scan().code == 1


def test_a_copy_that_is_gone_is_brought_again_where_it_is_needed(desk: Desk) -> None:
    fill(desk.box, 2)
    filters(desk.box)
    assert desk.scan().code == 1
    shutil.rmtree(copy(desk, slug(0)))
    for pack in (copy(desk, slug(1)) / "objects" / "pack").iterdir():
        pack.unlink()
    assert desk.scan().code == 1
    (desk.home / "fleet.toml").write_text('ignore = ["registry-login"]\n')
    assert desk.scan().code == 0, "judged again, by other rules"

"""`patless fleet scan` against a workspace in a box: real sockets and real git."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from migrator.demo.box import Box
from migrator.demo.store import Link, point
from migrator.findings.records import Verdict
from migrator.fleet.ledger import Ledger
from migrator.fleet.records import RepositoryState
from tests.fleet.boxes import LOGIN, QUIET, fill, slug
from tests.fleet.scan.conftest import Desk

PIPELINES = "bitbucket-pipelines.yml"


def posts(desk: Desk) -> int:
    """Requests of git that could carry files: `ls-remote` alone has one, a fetch has two."""
    return sum(one.method == "POST" and "/git/" in one.path for one in desk.box.requests)


# Nothing to do


def test_without_a_workspace_or_a_folder_nothing_is_asked(desk: Desk) -> None:
    done = desk.run("scan")
    assert done.code == 2
    assert "--workspace" in done.err
    assert not desk.box.requests


def test_a_workspace_without_repositories_is_clean(desk: Desk) -> None:
    done = desk.scan()
    assert (done.code, done.out) == (0, "0 repositories: none\n0 findings: 0 safe, 0 unsafe, 0 report-only\n")


def test_a_workspace_that_nobody_may_see_is_exit_4(desk: Desk) -> None:
    done = desk.run("scan", "--workspace", "nothing")
    assert done.code == 4
    assert done.err.count("\n") == 1


def test_a_repository_without_pipelines_is_scanned_and_clean(desk: Desk) -> None:
    desk.box.add_repository("docs", {"main": {"README.md": "# Docs\n"}})
    assert desk.scan().code == 0
    assert desk.entries()["docs"].state is RepositoryState.SCANNED


def test_a_second_run_fetches_nothing_and_says_the_same(desk: Desk) -> None:
    fill(desk.box, 6)
    first = desk.scan()
    before = desk.branches()
    desk.box.forget_requests()
    assert desk.scan() == first
    assert posts(desk) == 6  # one list of branches each, and no fetch
    assert [(one.commit, one.seen) for one in desk.branches()] == [(one.commit, one.seen) for one in before]


def test_no_branch_but_the_main_one_is_read_unless_it_is_asked_for(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: QUIET}, "release/1": {PIPELINES: LOGIN}, "old": {"x": "y"}})
    assert desk.scan().code == 0
    assert [one.name for one in desk.branches()] == ["main"]
    assert desk.scan("--branches", "release/*").code == 1
    assert [one.name for one in desk.branches()] == ["main", "release/1"]


def test_the_list_is_read_with_few_requests(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.scan()
    assert len(desk.asked("/2.0/")) == 1


# What is seen


def test_what_is_found_is_what_check_finds(desk: Desk) -> None:
    fill(desk.box, 3)
    assert desk.scan().code == 1
    (found,) = [one for branch in desk.branches() if branch.seen for one in branch.seen.findings]
    assert (found.rule, found.path, found.position.line) == ("registry-login", PIPELINES, 7)
    assert found.verdict is Verdict.SAFE
    assert found.excerpt.startswith('- echo "$PACKAGES_PAT" | docker login crg.apkg.io')
    (package,) = [one for branch in desk.branches() if branch.seen for one in branch.seen.packages]
    assert package.name == f"crg.apkg.io/acme/{slug(0)}"


def test_a_literal_password_is_in_no_file_of_the_ledger(desk: Desk) -> None:
    secret = "hunter2hunter2hunter2"
    script = f"docker login crg.apkg.io -u me -p {secret} && docker push crg.apkg.io/acme/web"
    text = QUIET.replace("make test", script)
    desk.box.add_repository("web", {"main": {PIPELINES: text}})
    desk.scan()
    assert any(one.seen and one.seen.findings for one in desk.branches())
    for file in desk.home.glob("patless-fleet.db*"):
        assert secret.encode() not in file.read_bytes()


def test_a_new_commit_is_fetched_and_the_old_one_forgotten(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: LOGIN}})
    desk.scan()
    new = desk.box.commit("web", "main", {PIPELINES: QUIET})
    assert desk.scan().code == 0
    assert [(one.commit, bool(one.seen and one.seen.findings)) for one in desk.branches()] == [(new, False)]
    with Ledger(desk.home / "patless-fleet.db") as ledger:
        assert set(ledger.judged(desk.entries()["web"].repository.uuid)) == {new}


def test_imports_and_exports_are_noted(desk: Desk) -> None:
    sources = "definitions:\n  imports:\n    shared: ci-shared:main:publish.yml\n    unused: ci-shared:main\n"
    imports = f"{sources}pipelines:\n  default:\n    import: publish@shared\n"
    desk.box.add_repository("web", {"main": {PIPELINES: imports}})
    desk.box.add_repository("ci-shared", {"main": {PIPELINES: f"export: true\n{QUIET}"}})
    desk.scan()
    seen = {one.entry.repository.slug: one.seen for one in desk.branches()}
    assert [(one.text, one.line) for one in seen["web"].imports] == [("publish@ci-shared:main:publish.yml", 7)]  # type: ignore[union-attr]
    assert seen["ci-shared"].exports == (PIPELINES,)  # type: ignore[union-attr]


def test_other_rules_judge_again_and_fetch_nothing(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: LOGIN}})
    desk.scan()
    desk.box.forget_requests()
    (desk.home / "fleet.toml").write_text('ignore = ["registry-login"]\n')
    assert desk.scan().code == 0
    assert posts(desk) == 1


# Rows, not aborts


def test_empty_hidden_and_broken_repositories_are_rows(desk: Desk) -> None:
    box = desk.box
    box.add_repository("empty")
    box.add_repository("good", {"main": {PIPELINES: QUIET}})
    box.add_repository("hidden", {"main": {PIPELINES: QUIET}})
    box.add_repository("broken", {"main": {PIPELINES: QUIET}})
    box.faults.add("/git/acme/hidden.git*", status=403, times=math.inf)
    box.faults.add("/git/acme/broken.git/git-upload-pack", truncate=40, times=math.inf)
    done = desk.scan()
    assert done.code == 3
    states = {name: entry.state for name, entry in desk.entries().items()}
    assert states == {
        "empty": RepositoryState.EMPTY,
        "good": RepositoryState.SCANNED,
        "hidden": RepositoryState.FORBIDDEN,
        "broken": RepositoryState.ERROR,
    }
    assert "hidden: forbidden: git" in done.err


def test_only_those_that_failed_are_looked_at_again(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.box.faults.add(f"/git/acme/{slug(1)}.git*", status=500, times=math.inf)
    assert desk.scan().code == 3
    desk.box.faults.clear()
    desk.box.forget_requests()
    assert desk.scan("--failed").code == 0
    assert {path.split("/")[3] for path in desk.asked("/git/")} == {f"{slug(1)}.git"}
    assert not desk.asked("/2.0/")
    assert desk.entries()[slug(1)].state is RepositoryState.SCANNED


def test_what_was_seen_stays_when_a_repository_fails_later(desk: Desk) -> None:
    fill(desk.box, 1)
    desk.scan()
    desk.box.faults.add("/git/*", status=500, times=math.inf)
    assert desk.scan().code == 3
    (branch,) = desk.branches()
    assert branch.entry.state is RepositoryState.ERROR
    assert branch.seen is not None
    assert branch.seen.findings


def test_a_slug_that_is_not_there_is_a_row_until_it_is(desk: Desk) -> None:
    fill(desk.box, 1)
    assert desk.scan("later", slug(0)).code == 3
    assert desk.entries()["later"].state is RepositoryState.FORBIDDEN
    desk.box.add_repository("later", {"main": {PIPELINES: QUIET}})
    assert desk.scan("later").code == 0
    assert [one.state for one in desk.entries().values()] == [RepositoryState.SCANNED, RepositoryState.SCANNED]


def test_a_storm_of_429_is_waited_out(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.box.faults.add("/2.0/repositories/acme", status=429, times=2)
    assert desk.scan().code == 1
    assert {one.state for one in desk.entries().values()} == {RepositoryState.SCANNED}


def test_a_git_that_is_limited_is_an_error_of_that_repository(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.box.faults.add(f"/git/acme/{slug(2)}.git*", status=429, times=math.inf)
    assert desk.scan().code == 3
    assert desk.entries()[slug(2)].state is RepositoryState.ERROR
    assert "429" in desk.entries()[slug(2)].error


def test_a_remote_that_hangs_is_an_error_in_time_and_the_rest_goes_on(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.box.faults.add(f"/git/acme/{slug(0)}.git*", delay=30, times=math.inf)
    begin = time.monotonic()
    assert desk.scan("--timeout", "2").code == 3
    assert time.monotonic() - begin < 20
    states = [one.state for one in desk.entries().values()]
    assert states == [RepositoryState.ERROR, RepositoryState.SCANNED, RepositoryState.SCANNED]
    assert "more than 2 seconds" in desk.entries()[slug(0)].error


# Which ones


def test_project_query_and_since_are_asked_of_bitbucket(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: QUIET}}, project="CORE")
    desk.box.add_repository("api", {"main": {PIPELINES: QUIET}}, project="OTHER")
    desk.scan("--project", "OTHER")
    assert set(desk.entries()) == {"api"}
    desk.scan("--query", 'slug = "web"', "--since", "1d", "--project", "CORE")
    assert set(desk.entries()) == {"api", "web"}
    desk.box.forget_requests()
    desk.scan("--since", "2099-01-01")
    assert not desk.asked("/git/")


@pytest.mark.parametrize(
    "option", [("--since", "yesterday"), ("--project", 'X" OR "'), ("--shard", "17/16"), ("--shard", "a")]
)
def test_an_option_that_means_nothing_is_a_sentence(option: tuple[str, str], desk: Desk) -> None:
    done = desk.scan(*option)
    assert done.code == 2
    assert not desk.box.requests


def test_a_limit_stops_and_the_same_command_goes_on(desk: Desk) -> None:
    fill(desk.box, 5)
    assert "3 repositories left" in desk.scan("--limit", "2").err
    assert sum(one.state is RepositoryState.SCANNED for one in desk.entries().values()) == 2
    assert "continuing" in desk.scan("--limit", "2").err
    assert desk.scan().code == 1
    assert all(one.state is RepositoryState.SCANNED for one in desk.entries().values())


def test_no_more_requests_than_are_allowed(desk: Desk) -> None:
    for number in range(150):
        desk.box.state.add_repository(f"r{number}", f"r{number}", "CORE", "main")
    done = desk.scan("--max-requests", "1")
    assert done.code == 4
    assert "may send 1 requests" in done.err
    assert len(desk.asked("/2.0/")) == 1


# Clones on this machine


def clone(desk: Desk, name: str, text: str) -> Path:
    root = desk.home / "clones" / name
    root.mkdir(parents=True)
    (root / PIPELINES).write_text(text)
    identity = ("-c", "user.name=Lee", "-c", "user.email=lee@acme.example")
    for arguments in (("init", "-q", "-b", "main"), ("add", "."), (*identity, "commit", "-qm", "Begin")):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    subprocess.run(["git", "remote", "add", "origin", f"https://bitbucket.org/acme/{name}.git"], cwd=root, check=True)
    return root


def test_a_folder_of_clones_is_read_without_a_network_and_without_a_credential(desk: Desk) -> None:
    clone(desk, "web", LOGIN)
    detached = clone(desk, "api", QUIET)
    subprocess.run(["git", "checkout", "-q", "--detach"], cwd=detached, check=True)
    (detached / PIPELINES).write_text(LOGIN)  # what is not committed does not count
    done = desk.run("scan", "--folder", "clones", BITBUCKET_ACCESS_TOKEN="", PATLESS_API_URL="")
    assert done.code == 1
    assert not desk.box.requests
    found = {one.entry.repository.slug: (one.name, len(one.seen.findings)) for one in desk.branches() if one.seen}
    assert found == {"web": ("main", 1), "api": ("HEAD", 0)}
    assert not (desk.home / "cache").exists()


def test_a_folder_without_clones_is_a_sentence(desk: Desk) -> None:
    assert desk.run("scan", "--folder", ".").code == 2


# Hostile repositories


def test_hostile_names_and_files_do_no_harm(desk: Desk) -> None:
    marker = desk.home / "marker"
    evil = "\x1b[31m</script>.yml"
    files: dict[str, str | bytes | None] = {
        PIPELINES: LOGIN,
        f"--upload-pack=touch {marker}": "x",
        ".gitattributes": "* filter=evil diff=evil\n",
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch {marker}\n',
        f"ci/{evil} pipelines.yml": LOGIN.replace("docker build", "docker login -u $A -p $B crg.apkg.io\ndocker build"),
        "a/bitbucket-pipelines.yml": Link("../../../../../etc/passwd"),
        "b/bitbucket-pipelines.yml": Link("/etc/passwd"),
        "c/bitbucket-pipelines.yml": Link("../bitbucket-pipelines.yml"),
    }
    desk.box.add_repository("web", {"main": files, "feature/'$(touch${IFS}x)": {"x": "y"}})
    done = desk.scan("--branches", "*", "--jobs", "1")
    assert done.code in (1, 3)
    assert not marker.exists()
    assert "\x1b" not in done.out + done.err
    for branch in desk.branches():
        assert branch.seen is not None
        texts = [branch.name, *(one.path for one in branch.seen.findings), *(one.path for one in branch.seen.skipped)]
        assert all(text.isprintable() for text in texts)
        assert "root:" not in repr(branch.seen)
    main = next(one.seen for one in desk.branches() if one.name == "main")
    assert main is not None
    assert {one.path for one in main.skipped} >= {"a/bitbucket-pipelines.yml", "b/bitbucket-pipelines.yml"}
    assert {one.path for one in main.findings if one.path.startswith("c/")} == set()


def test_a_large_file_stays_where_it_is_or_is_borne(desk: Desk) -> None:
    """Where the other side can leave it out it is not sent; else git takes it in without ever having it in memory."""
    size = 24 * 1024 * 1024
    able = desk.box.add_repository("able", {"main": {PIPELINES: LOGIN, "large.bin": os.urandom(size)}})
    plain = desk.box.state.add_repository("plain", "plain", "CORE", "main")
    shutil.copytree(able.folder, plain.folder, dirs_exist_ok=True)
    with (able.folder / "config").open("a") as config:
        config.write("[uploadpack]\n\tallowFilter = true\n")
    git = desk.home / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\nulimit -d {20 * 1024}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    kept: dict[str, int] = {}
    for name in ("able", "plain"):
        done = desk.scan(name, "--jobs", "1", PATH=f"{git.parent}:{os.environ['PATH']}")
        assert done.code == 1, done.err
        copy = desk.home / "cache" / "git" / "acme" / f"{name}.git"
        kept[name] = sum(file.stat().st_size for file in copy.rglob("*") if file.is_file())
    assert kept["able"] < 100_000
    assert size < kept["plain"] < 1.1 * size, "once"


def test_a_copy_that_git_does_not_go_on_with_is_made_anew(desk: Desk) -> None:
    desk.box.add_repository("web", {"main": {PIPELINES: QUIET}, "release": {"x": "y"}})
    desk.scan("--branches", "*")
    folder = desk.home / "cache" / "git" / "acme" / "web.git"
    (folder / "shallow.lock").write_text("left by a git that was killed")
    point(desk.box.state.repositories["web"].folder, "refs/heads/release", None)
    desk.box.commit("web", "release/1", {PIPELINES: LOGIN})
    assert desk.scan("--branches", "*").code == 1
    assert {one.name for one in desk.branches()} == {"main", "release/1"}


def test_a_list_with_two_hundred_branches_is_no_trouble(desk: Desk) -> None:
    box: Box = desk.box
    repository = box.add_repository("web", {"main": {PIPELINES: QUIET}})
    head = box.head("web", "main")
    for number in range(200):
        path = repository.folder / "refs" / "heads" / f"b{number}"
        path.write_text(f"{head}\n")
    assert desk.scan("--branches", "b*").code == 0
    assert len(desk.branches()) == 201


def test_of_more_branches_than_are_read_the_main_one_is_and_the_rest_is_said(desk: Desk) -> None:
    repository = desk.box.add_repository("web", {"main": {PIPELINES: LOGIN}})
    head = desk.box.head("web", "main")
    lines = "".join(f"{head} refs/heads/b{number:05}\n" for number in range(10_000))
    (repository.folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{lines}")
    done = desk.scan("--branches", "b*")
    assert (done.code, desk.entries()["web"].state) == (3, RepositoryState.SCANNED)
    assert "web: scanned: more than 1,000 branches match --branches, so patless read only main; name fewer" in done.err
    assert [one.name for one in desk.branches()] == ["main"]
    assert desk.scan("--branches", "b0000*").code == 1
    assert len(desk.branches()) == 11

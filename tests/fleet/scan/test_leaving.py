"""A list of a workspace that changes: repositories that are gone, renamed, transferred, archived or forgotten."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest

from migrator.demo.box import Box
from migrator.fleet import leaving
from migrator.fleet.records import RepositoryState
from tests.fleet.boxes import LOGIN, QUIET, fill, slug
from tests.fleet.scan.conftest import Desk

PIPELINES = "bitbucket-pipelines.yml"


def three(desk: Desk) -> None:
    for name in ("api", "docs", "web"):
        made = desk.box.add_repository(name, {"main": {PIPELINES: LOGIN, "Dockerfile": "FROM alpine:3\n"}})
        made.strategies = ("merge_commit",)
    assert desk.scan().code == 1


def status(desk: Desk) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(desk.run("status", "--offline", "--format", "json").out)
    return document


NEXT = "Run `patless fleet migrate` to preview the pull requests.\n"


def states(desk: Desk) -> dict[str, str]:
    return {row["slug"]: row["state"] for row in status(desk)["repositories"]}


# Nothing has left


def test_where_nothing_changes_nobody_is_asked_for_and_nothing_is_said(desk: Desk) -> None:
    three(desk)
    desk.box.forget_requests()
    done = desk.scan()
    assert len(desk.asked("/2.0/")) == 1
    assert done.out == f"3 repositories: 3 scanned\n3 findings: 3 safe, 0 unsafe, 0 report-only\n{NEXT}"


@pytest.mark.parametrize("fault", [{"status": 500}, {"truncate": 40}, {"status": 404}])
def test_a_list_whose_second_page_fails_makes_nothing_gone(desk: Desk, fault: dict[str, Any]) -> None:
    for number in range(110):
        desk.box.state.add_repository(f"r{number:03}", f"r{number:03}", "CORE", "main")
    assert desk.scan().code == 0
    desk.box.remove("r005")
    desk.box.faults.add("/2.0/repositories/acme", after=1, times=math.inf, **fault)
    assert desk.scan().code == 4
    assert {one.state for one in desk.entries().values()} == {RepositoryState.EMPTY}


def test_a_list_that_lacks_a_repository_proves_nothing(desk: Desk) -> None:
    """It is there when it is asked for, so it is scanned as before."""
    three(desk)
    hidden = {"values": [], "page": 1, "pagelen": 100, "size": 0}
    desk.box.faults.add("/2.0/repositories/acme", 200, json.dumps(hidden), {"Content-Type": "application/json"})
    done = desk.scan()
    assert done.out.startswith("3 repositories: 3 scanned\n")
    assert {one.state for one in desk.entries().values()} == {RepositoryState.SCANNED}


@pytest.mark.parametrize("status_", [401, 500])
def test_what_cannot_be_asked_for_stays_as_it_was(desk: Desk, status_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    three(desk)
    desk.box.remove("docs")
    desk.box.faults.add("/2.0/repositories/{}/*", status_, times=math.inf)
    done = desk.scan("--max-requests", "3")
    assert desk.entries()["docs"].state is RepositoryState.SCANNED
    assert "1 earlier repository is not in the list; patless could not ask for more" in done.out


def test_a_selection_makes_nothing_gone(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    for options in (("--project", "CORE"), ("--query", 'slug = "web"'), ("--since", "1d"), ("web",), ("--failed",)):
        desk.scan(*options)
        assert desk.entries()["docs"].state is RepositoryState.SCANNED, options


def test_another_workspace_in_the_ledger_is_not_looked_for(desk: Desk) -> None:
    three(desk)
    with Box("other", hourly=None) as other:
        other.add_repository("lib", {"main": {PIPELINES: QUIET}})
        more = {"PATLESS_API_URL": other.api_url, "BITBUCKET_ACCESS_TOKEN": other.token()}
        assert desk.run("scan", "--workspace", "other", **more).code == 0
    assert {one.state for one in desk.entries().values()} == {RepositoryState.SCANNED}


# Gone, transferred, hidden


def test_one_that_is_gone_is_said_and_does_not_count(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    done = desk.scan()
    assert done.code == 1
    assert done.out == (
        "2 repositories: 2 scanned\n2 findings: 2 safe, 0 unsafe, 0 report-only\nnot counted: 1 gone (docs); run "
        f"`patless fleet forget` to remove them\n{NEXT}"
    )
    assert states(desk) == {"api": "findings", "docs": "gone", "web": "findings"}
    summary = status(desk)["summary"]
    assert (summary["repositories"], summary["findings"]) == (2, 2)
    assert summary["states"] == {"findings": 2, "gone": 1}
    assert "removed, or hidden from this credential" in desk.run("status", "--offline").out


def test_what_was_seen_of_one_that_is_gone_is_kept(desk: Desk) -> None:
    """It may be hidden, and push a package still."""
    three(desk)
    desk.box.remove("docs")
    desk.scan()
    assert {one.entry.repository.slug for one in desk.branches() if one.seen} == {"api", "docs", "web"}
    assert "docs" in desk.run("packages").out


def test_one_that_is_gone_is_asked_for_once(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    desk.scan()
    desk.box.forget_requests()
    assert "not counted: 1 gone (docs)" in desk.scan().out
    assert len(desk.asked("/2.0/")) == 1
    assert not desk.asked("docs")


def test_one_that_comes_back_counts_again(desk: Desk) -> None:
    three(desk)
    kept = desk.box.state.repositories["docs"]
    desk.box.remove("docs")
    desk.scan()
    desk.box.state.repositories["docs"] = kept
    assert desk.scan().out.startswith("3 repositories: 3 scanned\n")
    assert states(desk)["docs"] == "findings"


def test_one_of_another_workspace_is_told_apart(desk: Desk) -> None:
    three(desk)
    desk.box.transfer("docs", "tools")
    done = desk.scan()
    assert "not counted: 1 transferred (docs: it is tools/docs now)" in done.out
    assert states(desk)["docs"] == "transferred"
    assert desk.entries()["docs"].repository.workspace == "acme"


def test_one_that_is_forbidden_is_not_gone(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    desk.box.faults.add("/2.0/repositories/{}/*", 403)
    assert desk.scan().code == 3
    assert desk.entries()["docs"].state is RepositoryState.FORBIDDEN


def test_of_many_that_are_missing_so_many_are_asked_for_in_a_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "MOST", 2)
    fill(desk.box, 6)
    desk.scan()
    for number in range(5):
        desk.box.remove(slug(number))
    done = desk.scan()
    assert "3 earlier repositories are not in the list" in done.out
    assert [one.state for one in desk.entries().values()].count(RepositoryState.GONE) == 2
    desk.scan()
    desk.scan()
    assert [one.state for one in desk.entries().values()].count(RepositoryState.GONE) == 5


def test_a_named_one_that_is_gone_is_a_row_of_its_own(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    done = desk.scan("docs", "web")
    assert "not counted: 1 gone (docs)" in done.out
    assert [one.slug for one in (entry.repository for entry in desk.entries().values())] == ["api", "docs", "web"]


def test_the_page_and_the_tables_have_it_and_do_not_count_it(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    desk.box.rename("api", "api-v2")
    desk.scan()
    assert desk.run("report").code == 0
    page = (desk.home / "patless-fleet.html").read_text()
    assert "0 of 2 repositories have no findings left" in page
    assert "Earlier names" in page
    document = json.loads((desk.home / "patless-fleet.html.json").read_text())
    rows = {row["slug"]: row for row in document["repositories"]}
    assert (rows["docs"]["state"], rows["api-v2"]["was"]) == ("gone", ["api"])
    assert document["summary"]["repositories"] == 2
    assert document["summary"]["left"]["safe"] == 2
    table = (desk.home / "patless-fleet.html.csv").read_text()
    assert any(line.replace('"', "").startswith("docs,gone,") for line in table.splitlines()), table


# Renamed


def test_a_new_slug_of_the_same_uuid_is_a_new_name(desk: Desk) -> None:
    three(desk)
    desk.box.rename("api", "api-v2")
    done = desk.scan()
    assert "renamed: api is api-v2 now\n" in done.out
    assert "gone" not in done.out
    assert set(states(desk)) == {"api-v2", "docs", "web"}
    assert status(desk)["repositories"][0]["was"] == ["api"]
    assert desk.scan().out.count("renamed") == 0, "said once"
    desk.box.rename("api-v2", "api-v3")
    desk.scan()
    assert status(desk)["repositories"][0]["was"] == ["api", "api-v2"]
    desk.box.rename("api-v3", "api")
    desk.scan()
    assert status(desk)["repositories"][0]["was"] == ["api-v2", "api-v3"]


def test_one_with_another_name_is_judged_by_that(desk: Desk) -> None:
    """Its pipelines push a package that has its name."""
    three(desk)
    desk.box.rename("api", "api-v2")
    desk.scan()
    pushed = {one.name for branch in desk.branches() if branch.seen for one in branch.seen.packages if one.pushed}
    assert pushed == {"crg.apkg.io/acme/api-v2", "crg.apkg.io/acme/docs", "crg.apkg.io/acme/web"}


def test_two_that_swap_their_names_stay_themselves(desk: Desk) -> None:
    three(desk)
    before = {one.repository.uuid: name for name, one in desk.entries().items()}
    desk.box.rename("api", "x")
    desk.box.rename("web", "api")
    desk.box.rename("x", "web")
    done = desk.scan()
    assert done.out.count("renamed") == 2
    after = {one.repository.uuid: name for name, one in desk.entries().items()}
    assert {before[uuid]: name for uuid, name in after.items()} == {"api": "web", "web": "api", "docs": "docs"}


def test_a_new_repository_with_the_name_of_one_that_is_gone_is_another_one(desk: Desk) -> None:
    three(desk)
    old = desk.entries()["docs"].repository.uuid
    desk.box.remove("docs")
    desk.box.add_repository("docs", {"main": {PIPELINES: QUIET}})
    assert "1 gone (docs)" in desk.scan().out
    rows = [row for row in status(desk)["repositories"] if row["slug"] == "docs"]
    assert sorted((row["state"], row["uuid"] == old) for row in rows) == [("clean", False), ("gone", True)]


def test_an_old_name_that_is_asked_for_finds_the_new_one(desk: Desk) -> None:
    three(desk)
    desk.box.rename("api", "api-v2")
    done = desk.scan("api")
    assert "renamed: api is api-v2 now\n" in done.out
    assert set(states(desk)) == {"api-v2", "docs", "web"}


def test_what_one_that_is_gone_pushed_is_not_its_namesakes(desk: Desk) -> None:
    """The new `docs` reads what the old one pushed, so it is a package of another repository."""
    three(desk)
    desk.box.remove("docs")
    reads = QUIET.replace("make test", "docker login crg.apkg.io -u $A -p $B && docker pull crg.apkg.io/acme/docs")
    desk.box.add_repository("docs", {"main": {PIPELINES: reads}})
    desk.scan()
    document = json.loads(desk.run("packages", "--format", "json").out)
    (found,) = [one for one in document["packages"] if one["name"] == "crg.apkg.io/acme/docs"]
    assert (found["pushers"], found["foreign_readers"]) == ([], ["docs"])


# Archived


@pytest.mark.parametrize("told", ['archived = ["do*"]\n', 'archived-projects = ["OLD"]\n'])
def test_archived_ones_are_read_and_do_not_count(desk: Desk, told: str) -> None:
    """Bitbucket has no mark for them, so the operator says it."""
    three(desk)
    desk.box.state.repositories["docs"].project = "OLD"
    (desk.home / "fleet.toml").write_text(told)
    done = desk.scan()
    assert done.out == (
        "2 repositories: 2 scanned\n2 findings: 2 safe, 0 unsafe, 0 report-only\nnot counted: 1 archived (docs)\n"
        + NEXT
    )
    assert states(desk)["docs"] == "archived"
    assert status(desk)["summary"]["findings"] == 2
    assert "docs" in desk.run("packages").out
    shown = desk.run("migrate", "--accept-linkage").out
    assert "web main: would open" in shown
    assert "docs main" not in shown


def test_none_that_has_left_is_written_to(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    desk.box.transfer("api", "tools")
    desk.scan()
    shown = desk.run("migrate", "--accept-linkage")
    assert shown.out.count("would open a pull request") == 1
    assert not shown.err


# Forgotten


def test_what_is_forgotten_is_said_and_found_anew(desk: Desk) -> None:
    three(desk)
    done = desk.run("forget", "docs")
    assert (done.code, done.out) == (
        0,
        "docs: forgotten (scanned; 1 branch, 1 finding)\nRun `patless fleet status` to see what the ledger has.\n",
    )
    assert set(desk.entries()) == {"api", "web"}
    assert {one.entry.repository.slug for one in desk.branches()} == {"api", "web"}
    desk.box.forget_requests()
    assert desk.scan().out.startswith("3 repositories: 3 scanned\n3 findings")
    assert [one.path for one in desk.box.requests if "docs.git" in one.path and one.method == "POST"][1:], "fetched"


def test_an_unknown_name_is_refused_and_nothing_is_forgotten(desk: Desk) -> None:
    three(desk)
    done = desk.run("forget", "web", "nothing")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "has no repository nothing" in done.err
    assert set(desk.entries()) == {"api", "docs", "web"}
    assert desk.run("forget", "web", "--ledger", "other.db").code == 2
    assert not (desk.home / "other.db").exists()


def test_of_two_with_one_name_the_one_that_is_gone_is_forgotten(desk: Desk) -> None:
    three(desk)
    desk.box.remove("docs")
    new = desk.box.add_repository("docs", {"main": {PIPELINES: QUIET}})
    desk.scan()
    assert desk.run("forget", "docs").out.startswith("docs: forgotten (gone;")
    assert desk.entries()["docs"].repository.uuid == new.uuid
    assert desk.run("forget", new.uuid).code == 0
    assert set(desk.entries()) == {"api", "web"}


def test_one_that_another_run_is_at_is_not_forgotten(desk: Desk) -> None:
    three(desk)
    code = (
        "import sys, time; from pathlib import Path; from migrator.fleet.ledger import Ledger\n"
        "ledger = Ledger(Path('patless-fleet.db')); ledger.claim(sys.argv[1]); print('x', flush=True); time.sleep(60)"
    )
    uuid = desk.entries()["docs"].repository.uuid
    other = subprocess.Popen(
        [sys.executable, "-c", code, uuid], cwd=desk.home, env=desk.environment, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout
        other.stdout.read(1)
        done = desk.run("forget", "docs", "web")
    finally:
        other.kill()
        other.communicate()
    assert (done.code, "another run works on docs" in done.err) == (2, True)
    assert set(desk.entries()) == {"api", "docs", "web"}

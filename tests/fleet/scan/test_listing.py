"""The list of a workspace for several machines, and folders of clones with links in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.fleet.records import RepositoryState
from migrator.repositories import worktree
from tests.fleet.boxes import LOGIN, QUIET, fill, slug
from tests.fleet.scan.conftest import Desk
from tests.fleet.scan.test_resuming import picture
from tests.fleet.scan.test_scan import clone

OFFLINE = {"BITBUCKET_ACCESS_TOKEN": "", "PATLESS_API_URL": ""}


def listed(desk: Desk, *options: str) -> dict[str, Any]:
    done = desk.run("list", "--workspace", "acme", "-o", "listing.json", *options)
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads((desk.home / "listing.json").read_text())
    return document


# A list for all shards


def test_four_shards_with_one_list_are_one_run_and_ask_for_no_other(desk: Desk) -> None:
    fill(desk.box, 12)
    assert desk.scan("--ledger", "whole.db").code == 1
    listed(desk)
    desk.box.forget_requests()
    for number in range(1, 5):
        desk.run("scan", "--listing", "listing.json", "--shard", f"{number}/4", "--ledger", f"{number}.db")
    assert not desk.asked("/2.0/")
    assert desk.run("merge", *(f"{number}.db" for number in range(1, 5))).code == 0
    assert picture(desk) == picture(desk, "whole.db")
    assert len(desk.entries()) == 12


def test_a_list_holds_no_secret_and_says_what_it_is_of(desk: Desk) -> None:
    fill(desk.box, 3)
    document = listed(desk)
    assert (document["workspace"], document["whole"], len(document["repositories"])) == ("acme", True, 3)
    assert listed(desk, "--project", "CORE")["whole"] is False
    assert desk.run("list", "-o", "x.json").code == 2
    assert not (desk.home / "x.json").exists()


def test_what_has_left_is_found_with_a_whole_list_and_not_with_a_part(desk: Desk) -> None:
    fill(desk.box, 3)
    desk.scan()
    desk.box.remove(slug(2))
    listed(desk, "--project", "CORE")
    desk.run("scan", "--listing", "listing.json")
    assert desk.entries()[slug(2)].state is RepositoryState.SCANNED
    listed(desk)
    assert f"1 gone ({slug(2)})" in desk.run("scan", "--listing", "listing.json").out
    assert desk.entries()[slug(2)].state is RepositoryState.GONE


def test_a_list_that_is_older_than_the_ledger_changes_nothing_that_is_known(desk: Desk) -> None:
    fill(desk.box, 3)
    listed(desk)
    desk.box.remove(slug(2))
    desk.box.rename(slug(1), "renamed")
    desk.scan()
    desk.run("scan", "--listing", "listing.json")
    assert {name: one.state for name, one in desk.entries().items()} == {
        slug(0): RepositoryState.SCANNED,
        "renamed": RepositoryState.SCANNED,
        slug(2): RepositoryState.FORBIDDEN,
    }


def _with(document: dict[str, Any], **more: Any) -> str:
    return json.dumps({**document, "repositories": [{**document["repositories"][0], **more}]})


@pytest.mark.parametrize(
    "more",
    [
        {"clone_url": "https://evil.example/acme/web.git"},
        {"clone_url": "file:///etc"},
        {"uuid": "folder:/etc"},
        {"uuid": "acme/web"},
        {"workspace": "other"},
        {"name": "x" * 5000},
        {"slug": 3},
    ],
)
def test_an_entry_that_leads_elsewhere_is_refused(desk: Desk, more: dict[str, Any]) -> None:
    fill(desk.box, 1)
    document = listed(desk)
    (desk.home / "listing.json").write_text(_with(document, **more))
    desk.box.forget_requests()
    done = desk.run("scan", "--listing", "listing.json")
    assert (done.code, done.err.count("\n"), done.err.startswith("patless: listing.json: ")) == (2, 1, True), done.err
    assert not desk.box.requests


@pytest.mark.parametrize("text", ["", "{}", "[]", "\xff", '{"schema_version": 9}'])
def test_a_file_that_is_no_list_is_a_sentence(desk: Desk, text: str) -> None:
    (desk.home / "listing.json").write_text(text, encoding="latin-1")
    done = desk.run("scan", "--listing", "listing.json")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert desk.run("scan", "--listing", "none.json").code == 2


@pytest.mark.parametrize("more", [("web",), ("--project", "CORE"), ("--since", "7d"), ("--failed",)])
def test_a_list_says_already_which_ones(desk: Desk, more: tuple[str, ...]) -> None:
    fill(desk.box, 1)
    listed(desk)
    assert desk.run("scan", "--listing", "listing.json", *more).code == 2
    assert desk.run("scan", "--listing", "listing.json", "--workspace", "other").code == 2
    assert desk.run("scan", "--listing", "listing.json", "--workspace", "acme").code == 1


# Links to clones


def found(desk: Desk, folder: str = "work") -> dict[str, RepositoryState]:
    desk.run("scan", "--folder", folder, **OFFLINE)
    return {name: one.state for name, one in desk.entries().items()}


def test_a_link_to_a_clone_is_followed_and_each_clone_is_read_once(desk: Desk) -> None:
    web, api = clone(desk, "web", LOGIN), clone(desk, "api", QUIET)
    work = desk.home / "work"
    (work / "team").mkdir(parents=True)
    (work / "web").symlink_to(web)
    (work / "again").symlink_to(web)
    (work / "team" / "through").symlink_to(work / "again")
    (work / "team" / "api").symlink_to(Path("../../clones/api"))
    api.rename(work / "real")
    (desk.home / "clones" / "api").symlink_to(work / "real")
    assert found(desk) == {"web": RepositoryState.SCANNED, "api": RepositoryState.SCANNED}
    assert {one.repository.uuid for one in desk.entries().values()} == {f"folder:{web}", f"folder:{work / 'real'}"}


def test_a_link_that_leads_nowhere_is_a_row_that_says_so(desk: Desk) -> None:
    web = clone(desk, "web", QUIET)
    work = desk.home / "work"
    work.mkdir()
    (work / "web").symlink_to(web)
    (work / "lost").symlink_to(desk.home / "nothing")
    (work / "round").symlink_to(work / "round")
    done = desk.run("scan", "--folder", "work", **OFFLINE)
    assert done.code == 3
    assert f"lost: error: the link {work / 'lost'} leads nowhere: to {desk.home / 'nothing'}" in done.err
    assert {name: one.state for name, one in desk.entries().items()} == {
        "web": RepositoryState.SCANNED,
        "lost": RepositoryState.ERROR,
        "round": RepositoryState.ERROR,
    }
    (work / "lost").unlink()
    (work / "lost").symlink_to(web)
    (work / "round").unlink()
    assert desk.run("scan", "--folder", "work", **OFFLINE).code == 0


def test_links_that_come_back_have_an_end(desk: Desk) -> None:
    clone(desk, "web", QUIET)
    clones = desk.home / "clones"
    (clones / "up").symlink_to(desk.home)
    (clones / "here").symlink_to(clones)
    (clones / "file").symlink_to("/etc/hostname")
    (clones / ".hidden").symlink_to(desk.home / "nothing")
    (clones / "web" / "inside").symlink_to(desk.home / "nothing")
    assert found(desk, "clones") == {"web": RepositoryState.SCANNED}


def test_more_links_than_are_followed_are_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    web = clone(desk, "web", QUIET)
    monkeypatch.setattr(worktree, "LINKS", 3)
    for number in range(4):
        (desk.home / "clones" / f"l{number}").symlink_to(web)
    done = desk.run("scan", "--folder", "clones", **OFFLINE)
    assert (done.code, "more than 3 links" in done.err) == (3, True)

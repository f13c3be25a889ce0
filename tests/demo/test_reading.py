"""Repositories, refs, commits, files and runs; pages, `q`, `sort` and `fields`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client


def everything(user: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """All pages by `next`."""
    page = user.get(path, **query).json()
    rows = list(page["values"])
    while "next" in page:
        page = user.get(page["next"]).json()
        rows += page["values"]
    return rows


@pytest.mark.parametrize("pagelen", ["101", "0", "-1", "many"])
def test_a_page_has_its_limits(user: Client, pagelen: str) -> None:
    answer = user.get("/repositories/acme", pagelen=pagelen)
    assert answer.status_code == 400
    assert answer.json() == {"type": "error", "error": {"message": "Invalid pagelen"}}


def test_a_page_of_pull_requests_is_shorter(user: Client) -> None:
    assert user.get(f"{REPOSITORY}/pullrequests", pagelen=50).status_code == 200
    answer = user.get(f"{REPOSITORY}/pullrequests", pagelen=51)
    assert answer.json() == {"type": "error", "error": {"message": "Invalid pagelen"}}


def test_next_leads_through_all_repositories_with_the_query_kept(box: Box, user: Client) -> None:
    for number in range(24):
        box.add_repository(f"r{number:02}", project="EVEN" if number % 2 == 0 else "ODD")
    rows = everything(user, "/repositories/acme", pagelen=5, q='project.key="EVEN"', sort="-slug")
    assert [row["slug"] for row in rows] == [f"r{number:02}" for number in range(22, -1, -2)]


def test_repositories_are_found_by_the_day_of_their_last_change(box: Box, user: Client) -> None:
    box.add_repository("old").updated_on = datetime(2026, 1, 1, tzinfo=UTC)
    rows = user.rows("/repositories/acme", q="updated_on>2026-06-01T00:00:00Z")
    assert [row["slug"] for row in rows] == ["web"]


@pytest.mark.parametrize("q", ["slug", "slug=", 'slug="', "slug ? 1", "(slug=1", "slug=1 and", "x" * 5000])
def test_a_query_that_is_none_is_refused(user: Client, q: str) -> None:
    assert user.get("/repositories/acme", q=q).status_code == 400


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ('name="main"', ["main"]),
        ('name != "main"', ["release/1"]),
        ('name ~ "RELEASE"', ["release/1"]),
        ('name !~ "release"', ["main"]),
        ('name IN ("main", "other")', ["main"]),
        ('name NOT IN ("main")', ["release/1"]),
        ('(name="main" OR name="release/1") AND target.date>2000-01-01', ["main", "release/1"]),
        ("target.date<2000-01-01", []),
    ],
)
def test_branches_are_found_by_a_query(user: Client, q: str, found: list[str]) -> None:
    assert [row["name"] for row in user.rows(f"{REPOSITORY}/refs/branches", q=q, sort="name")] == found


def test_fields_keep_what_is_named_and_next_only_where_it_is_named(user: Client) -> None:
    path = f"{REPOSITORY}/refs/branches"
    kept = user.get(path, pagelen=1, fields="values.name,values.target.hash,next").json()
    assert set(kept) == {"values", "next"}
    assert set(kept["values"][0]) == {"name", "target"}
    assert set(kept["values"][0]["target"]) == {"hash"}
    assert set(user.get(path, pagelen=1, fields="values.name").json()) == {"values"}


def test_fields_drop_and_add(user: Client) -> None:
    dropped = user.get(REPOSITORY, fields="-links,-project.uuid").json()
    assert "links" not in dropped
    assert "uuid" not in dropped["project"]
    assert user.get(REPOSITORY, fields="+owner").json()["slug"] == "web"


def test_an_empty_repository_has_no_main_branch(box: Box, user: Client) -> None:
    box.add_repository("void")
    assert user.get("/repositories/acme/void").json()["mainbranch"] is None
    assert user.rows("/repositories/acme/void/refs/branches") == []
    assert user.rows("/repositories/acme/void/commits") == []
    assert user.get("/repositories/acme/void/src").status_code == 404


def test_a_repository_is_found_by_its_uuid(box: Box, user: Client) -> None:
    uuids = f"{quote(box.state.uuid)}/{quote(box.state.repositories['web'].uuid)}"
    assert user.get(f"/repositories/{uuids}").json()["slug"] == "web"


@pytest.mark.parametrize("name", ["release/1", "release%2F1"])
def test_a_branch_is_found_by_its_name_with_a_slash(box: Box, user: Client, name: str) -> None:
    answer = user.get(f"{REPOSITORY}/refs/branches/{name}").json()
    assert answer["target"]["hash"] == box.head("web", "release/1")


def test_tags_point_to_commits(box: Box, user: Client) -> None:
    (row,) = user.rows(f"{REPOSITORY}/refs/tags")
    assert (row["name"], row["target"]["hash"]) == ("v1", box.head("web", "main"))


def test_commits_are_listed_without_size_and_with_a_next(box: Box, user: Client) -> None:
    made = [box.commit("web", "main", {"n": str(number)}) for number in range(12)]
    page = user.get(f"{REPOSITORY}/commits/main").json()
    assert "size" not in page
    rows = everything(user, f"{REPOSITORY}/commits/main", pagelen=5)
    assert [row["hash"] for row in rows[:12]] == made[::-1]
    assert len(rows) == 13
    assert rows[0]["author"]["user"]["display_name"] == "Dana Owner"


def test_commits_that_changed_a_file_are_listed_alone(box: Box, user: Client) -> None:
    made = box.commit("web", "main", {"ci/a b.sh": "false\n"})
    box.commit("web", "main", {"other": ""})
    rows = user.rows(f"{REPOSITORY}/commits/main", path="ci/a b.sh")
    assert rows[0]["hash"] == made
    assert len(rows) == 2


def test_files_are_their_bytes(box: Box, user: Client) -> None:
    head = box.head("web", "main")
    answer = user.get(f"{REPOSITORY}/src/{head}/ci/deep/er.txt")
    assert answer.content == "é\r\n".encode()
    again = user.get(f"{REPOSITORY}/src/HEAD/ci%2Fdeep%2Fer.txt")
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_a_branch_with_a_slash_is_no_commit_of_a_path(user: Client) -> None:
    assert user.get(f"{REPOSITORY}/src/release/1/bitbucket-pipelines.yml").status_code == 404
    assert user.get(f"{REPOSITORY}/src/release%2F1/bitbucket-pipelines.yml").status_code == 404


@pytest.mark.parametrize("path", ["missing", "ci/missing", "--help", "../etc/passwd"])
def test_what_is_not_there_is_not_found(user: Client, path: str) -> None:
    assert user.get(f"{REPOSITORY}/src/main/{quote(path, safe='')}").status_code == 404


@pytest.mark.parametrize("commit", ["missing", "--all", "-h", "main..v1", "0" * 40])
def test_a_commit_that_is_none_is_not_found(user: Client, commit: str) -> None:
    assert user.get(f"{REPOSITORY}/src/{commit}/bitbucket-pipelines.yml").status_code == 404


def test_folders_are_listed_to_a_depth(user: Client) -> None:
    root = f"{REPOSITORY}/src/main/"
    assert [row["path"] for row in user.rows(root)] == ["bitbucket-pipelines.yml", "ci"]
    deep = user.rows(root, max_depth=3, q='type="commit_file" AND path~"ci/"')
    assert [row["path"] for row in deep] == ["ci/a b.sh", "ci/deep/er.txt"]
    assert [row["path"] for row in user.rows(f"{REPOSITORY}/src/main/ci/")] == ["ci/a b.sh", "ci/deep"]


def test_a_folder_that_is_listed_too_deep_takes_too_long(user: Client) -> None:
    assert user.get(f"{REPOSITORY}/src/main/", max_depth=100).status_code == 555


def test_runs_are_filtered_and_have_no_next(box: Box, user: Client) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    for number in range(30):
        status = "FAILED" if number % 3 == 0 else "PASSED"
        box.add_run("web", "main", status, when=now + timedelta(hours=number))
    box.add_run("web", "release/1", "PAUSED", when=now)
    page = user.get(f"{REPOSITORY}/pipelines", **{"target.branch": "main", "sort": "-created_on"}).json()
    assert (page["size"], len(page["values"])) == (30, 10)
    assert "next" not in page
    assert page["values"][0]["build_number"] == 30
    assert user.get(f"{REPOSITORY}/pipelines", status="FAILED").json()["size"] == 10
    (paused,) = user.rows(f"{REPOSITORY}/pipelines", status="PAUSED")
    assert paused["state"]["stage"]["name"] == "PAUSED"
    assert user.get(f"{REPOSITORY}/pipelines/{quote(paused['uuid'])}").json() == paused


def test_schedules_name_their_custom_pipeline(box: Box, user: Client) -> None:
    box.add_schedule("web", "main", "nightly")
    (row,) = user.rows(f"{REPOSITORY}/pipelines_config/schedules")
    assert row["target"]["selector"] == {"type": "custom", "pattern": "nightly"}


def test_a_workspace_has_its_projects(box: Box, user: Client) -> None:
    box.add_repository("shop", project="SHOP")
    assert [row["key"] for row in user.rows("/workspaces/acme/projects")] == ["CORE", "SHOP"]
    assert [row["workspace"]["slug"] for row in user.rows("/user/workspaces")] == ["acme"]

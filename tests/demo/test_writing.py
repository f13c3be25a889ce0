"""Commits through the API (BITBUCKET_API.md 2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client

SRC = f"{REPOSITORY}/src"
FILE = "/bitbucket-pipelines.yml"


def commit(user: Client, **form: Any) -> Any:
    return user.ask("POST", SRC, data={"message": "Change", FILE: "pipelines: {}\n", **form})


def parents(box: Box, user: Client, branch: str) -> list[str]:
    row = user.get(f"{REPOSITORY}/commit/{box.head('web', branch)}").json()
    return [parent["hash"] for parent in row["parents"]]


def test_a_parent_that_is_not_the_tip_is_a_conflict(box: Box, user: Client) -> None:
    old = box.head("web", "main")
    new = box.commit("web", "main", {"other": "1"})
    assert commit(user, branch="main", parents=old).status_code == 409
    assert box.head("web", "main") == new


def test_a_parent_that_is_ahead_of_the_tip_is_a_conflict_too(box: Box, user: Client) -> None:
    tip, ahead = box.head("web", "main"), box.head("web", "release/1")
    assert parents(box, user, "release/1") == [tip]
    assert commit(user, branch="main", parents=ahead).status_code == 409
    assert box.head("web", "main") == tip


def test_a_parent_that_is_not_there_is_refused_by_its_field(user: Client) -> None:
    answer = commit(user, branch="new", parents="0" * 40)
    assert (answer.status_code, answer.json()["error"]["fields"]) == (400, {"parents": []})


def test_metadata_in_the_query_is_not_looked_at(box: Box, user: Client) -> None:
    before = box.head("web", "main")
    user.ask("POST", SRC, params={"branch": "new"}, data={FILE: "x\n"})
    assert box.head("web", "new") is None
    assert box.head("web", "main") != before


@pytest.mark.parametrize("path", ["../out", "a/../../out", ".git/config", "/"])
def test_a_path_that_leaves_the_repository_is_refused(user: Client, path: str) -> None:
    assert user.ask("POST", SRC, data={"branch": "new", path: "x"}).status_code == 400


def test_an_author_without_an_address_is_refused(user: Client) -> None:
    assert commit(user, branch="new", author="Lee").status_code == 400


def test_a_body_that_is_no_form_is_refused(user: Client) -> None:
    assert user.post(SRC, {"branch": "new"}).status_code == 400


def test_a_new_branch_begins_at_its_parent(box: Box, user: Client) -> None:
    old = box.head("web", "main")
    box.commit("web", "main", {"other": "1"})
    made = commit(user, branch="patless/main", parents=old, author="Bot <bot@acme.example>")
    assert made.status_code == 201
    assert made.content == b""
    assert made.headers["Location"].endswith(box.head("web", "patless/main") or "nowhere")
    assert parents(box, user, "patless/main") == [old]
    assert user.get(made.headers["Location"]).json()["author"]["raw"] == "Bot <bot@acme.example>"


def test_a_new_branch_without_a_parent_begins_at_the_main_branch(box: Box, user: Client) -> None:
    main = box.head("web", "main")
    assert commit(user, branch="new").status_code == 201
    assert parents(box, user, "new") == [main]
    assert box.head("web", "main") == main


@pytest.mark.parametrize("with_parent", [True, False])
def test_a_branch_that_is_there_goes_on(box: Box, user: Client, with_parent: bool) -> None:
    tip = box.head("web", "release/1")
    more = {"parents": tip} if with_parent else {}
    assert commit(user, branch="release/1", **more).status_code == 201
    assert parents(box, user, "release/1") == [tip]


def test_without_a_branch_it_is_the_main_one(box: Box, user: Client) -> None:
    tip = box.head("web", "main")
    assert commit(user).status_code == 201
    assert parents(box, user, "main") == [tip]


def test_the_same_content_again_is_an_empty_commit(box: Box, user: Client) -> None:
    for _ in range(2):
        assert commit(user, branch="new").status_code == 201
    assert len(user.rows(f"{REPOSITORY}/commits/new")) == 3


@pytest.mark.parametrize("content", [b"", b"a\r\nb\r\n", b"\r\n--x\r\n\xff\x00", b"no newline", "\ufeffé\n".encode()])
def test_bytes_stay_as_they_are_in_a_multipart_form(user: Client, content: bytes) -> None:
    form: Any = {"branch": (None, "new"), FILE: ("bitbucket-pipelines.yml", content)}
    assert user.ask("POST", SRC, files=form).status_code == 201
    assert user.get(f"{SRC}/new{FILE}").content == content


def test_a_path_that_is_listed_without_content_is_deleted(user: Client) -> None:
    form = [("branch", "new"), ("files", FILE), ("files", "/kept"), ("/kept", "1")]
    assert user.ask("POST", SRC, data=form).status_code == 201
    assert [row["path"] for row in user.rows(f"{SRC}/new/")] == ["ci", "kept"]


def test_an_empty_repository_gets_its_first_commit(box: Box, user: Client) -> None:
    box.add_repository("void")
    assert user.ask("POST", "/repositories/acme/void/src", data={"/a": "1"}).status_code == 201
    assert user.get("/repositories/acme/void").json()["mainbranch"]["name"] == "main"

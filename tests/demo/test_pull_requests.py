"""Pull requests and their comments (BITBUCKET_API.md 0 and 2.4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client

ALL = f"{REPOSITORY}/pullrequests"
COMMENTS = f"{ALL}/1/comments"


@pytest.fixture
def branch(box: Box) -> str:
    """One commit ahead of the main branch."""
    box.commit("web", "patless/main", {"bitbucket-pipelines.yml": "pipelines: {}\n"})
    return "patless/main"


def create(user: Client, source: str, **more: Any) -> Any:
    return user.post(ALL, {"title": "Change", "source": {"branch": {"name": source}}, **more})


def test_a_branch_that_is_not_there_is_refused(user: Client) -> None:
    assert create(user, "missing").json()["error"]["fields"] == {"source": ["branch not found"]}


def test_a_branch_without_changes_is_refused(box: Box, user: Client) -> None:
    user.post(f"{REPOSITORY}/refs/branches", {"name": "same", "target": {"hash": box.head("web", "main")}})
    assert create(user, "same").json()["error"]["message"] == "There are no changes to be pulled"


def test_one_bad_reviewer_fails_the_whole(box: Box, person: Client, branch: str) -> None:
    good = box.add_person("Rene Reviewer")
    gone, guest = box.add_person("Sam Former", active=False), box.add_person("Gail Guest", member=False)
    for bad, words in (
        (gone.uuid, "Malformed reviewers list"),
        ("{0}", "Malformed reviewers list"),
        (guest.uuid, "not a member"),
        (box.state.owner.uuid, "is the author"),
    ):
        answer = create(person, branch, reviewers=[{"uuid": good.uuid}, {"uuid": bad}])
        assert answer.status_code == 400
        assert words in answer.json()["error"]["fields"]["reviewers"][0]
    assert person.rows(ALL) == []


def test_a_second_one_between_the_same_branches_overwrites_the_first_and_does_not_say_so(
    box: Box, user: Client, branch: str
) -> None:
    reviewer = box.add_person("Rene Reviewer")
    first = create(user, branch, description="Mine", reviewers=[{"uuid": reviewer.uuid}])
    second = create(user, branch, title="Other")
    assert first.status_code == second.status_code == 201
    (row,) = user.rows(ALL)
    assert "reviewers" not in row, "no list names them"
    row = user.get(f"{ALL}/1").json()
    assert (row["id"], row["title"], row["description"], row["reviewers"]) == (1, "Other", "", [])


def test_an_update_clears_reviewers_that_it_does_not_name(box: Box, user: Client, branch: str) -> None:
    reviewer = box.add_person("Rene Reviewer")
    create(user, branch, description="Kept", reviewers=[{"uuid": reviewer.uuid}])
    named = {"title": "Still", "reviewers": [{"uuid": reviewer.uuid}]}
    assert len(user.put(f"{ALL}/1", named).json()["reviewers"]) == 1
    row = user.put(f"{ALL}/1", {"title": "New"}).json()
    assert (row["title"], row["description"], row["reviewers"]) == ("New", "Kept", [])


def test_a_declined_one_is_closed_for_good_and_a_new_one_is_another(user: Client, branch: str) -> None:
    create(user, branch)
    assert user.post(f"{ALL}/1/decline").json()["state"] == "DECLINED"
    assert user.post(f"{ALL}/1/decline").status_code == 400
    assert user.put(f"{ALL}/1", {"title": "New"}).status_code == 400
    assert create(user, branch).json()["id"] == 2


def test_only_open_ones_are_listed_until_others_are_asked_for(user: Client, branch: str) -> None:
    create(user, branch)
    user.post(f"{ALL}/1/decline")
    assert user.rows(ALL) == []
    q = f'source.branch.name="{branch}" AND destination.branch.name="main"'
    assert [row["id"] for row in user.rows(ALL, state=["OPEN", "DECLINED"], q=q, pagelen=50)] == [1]
    assert user.rows(ALL, state="DECLINED", q='source.branch.name="other"') == []


def test_a_merge_moves_the_destination_and_closes_the_source(box: Box, person: Client, branch: str) -> None:
    source, before = box.head("web", branch), box.head("web", "main")
    create(person, branch, close_source_branch=True)
    merged = person.post(f"{ALL}/1/merge").json()
    assert (merged["state"], merged["merge_commit"]["hash"]) == ("MERGED", box.head("web", "main"))
    assert person.get(f"{ALL}/1").json()["merge_commit"]["hash"] == (box.head("web", "main") or "")[:12]
    row = person.get(f"{REPOSITORY}/commit/{box.head('web', 'main')}").json()
    assert [parent["hash"] for parent in row["parents"]] == [before, source]
    assert box.head("web", branch) is None
    assert person.get(f"{ALL}/1").json()["source"]["commit"]["hash"] == (source or "")[:12]
    assert person.get(f"{REPOSITORY}/src/main/bitbucket-pipelines.yml").text == "pipelines: {}\n"


def test_a_conflict_is_not_merged(box: Box, user: Client, branch: str) -> None:
    create(user, branch)
    head = box.commit("web", "main", {"bitbucket-pipelines.yml": "other: {}\n"})
    assert user.post(f"{ALL}/1/merge").status_code == 400
    assert box.head("web", "main") == head


def test_a_push_moves_the_source_of_an_open_one(box: Box, user: Client, branch: str) -> None:
    create(user, branch)
    pushed = box.commit("web", branch, {"more": "1"}, author=box.add_person("Lee Developer"))
    assert user.get(f"{ALL}/1").json()["source"]["commit"]["hash"] == pushed[:12]


def test_the_diff_is_found_where_it_leads(user: Client, branch: str) -> None:
    create(user, branch)
    leads = user.get(f"{ALL}/1/diff")
    assert leads.status_code == 302
    assert "+pipelines: {}" in user.get(leads.headers["Location"]).text
    (row,) = user.get(user.get(f"{ALL}/1/diffstat").headers["Location"]).json()["values"]
    assert (row["status"], row["new"]["path"]) == ("modified", "bitbucket-pipelines.yml")


def test_pull_requests_of_a_person_are_found_in_all_repositories(box: Box, person: Client, branch: str) -> None:
    box.add_repository("api", {"main": {"a": "1"}, "x": {"a": "2"}})
    create(person, branch)
    person.post("/repositories/acme/api/pullrequests", {"title": "T", "source": {"branch": {"name": "x"}}})
    uuid = quote(box.state.owner.uuid)
    assert len(person.rows(f"/workspaces/acme/pullrequests/{uuid}", state="OPEN", pagelen=50)) == 2


def test_default_reviewers_are_listed_and_not_added(box: Box, user: Client, branch: str) -> None:
    box.state.repositories["web"].reviewers.append(box.add_person("Rene Reviewer"))
    (row,) = user.rows(f"{REPOSITORY}/effective-default-reviewers")
    assert row["user"]["display_name"] == "Rene Reviewer"
    assert create(user, branch).json()["reviewers"] == []


def test_someone_elses_comment_is_left_alone(user: Client, person: Client, branch: str) -> None:
    create(user, branch)
    comment = person.post(COMMENTS, {"content": {"raw": "Why?"}}).json()
    assert user.put(f"{COMMENTS}/{comment['id']}", {"content": {"raw": "!"}}).status_code == 403
    assert user.delete(f"{COMMENTS}/{comment['id']}").status_code == 403
    assert user.get(f"{COMMENTS}/{comment['id']}").json()["content"]["raw"] == "Why?"


@pytest.mark.parametrize("inline", [{"to": 1}, {"path": "a", "to": 0}, {"path": "a", "to": 2, "start_to": 3}])
def test_a_comment_on_a_place_that_is_none_is_refused(user: Client, branch: str, inline: dict[str, Any]) -> None:
    create(user, branch)
    assert user.post(COMMENTS, {"content": {"raw": "x"}, "inline": inline}).status_code == 400


def test_a_comment_is_written_changed_resolved_and_deleted(user: Client, branch: str) -> None:
    create(user, branch)
    place = {"path": "bitbucket-pipelines.yml", "start_to": 1, "to": 2}
    made = user.post(COMMENTS, {"content": {"raw": "Look"}, "inline": place}).json()
    here = f"{COMMENTS}/{made['id']}"
    nowhere = {"from": None, "start_from": None, "outdated": False, "context_lines": "", "base_rev": None}
    assert made["inline"].items() >= {**place, **nowhere}.items()
    assert user.put(here, {"content": {"raw": "Look again"}}).json()["content"]["raw"] == "Look again"
    assert user.post(f"{here}/resolve").status_code == 200
    assert user.post(f"{here}/resolve").status_code == 409
    assert "resolution" in user.get(here).json()
    assert user.delete(f"{here}/resolve").status_code == 204
    assert user.delete(here).status_code == 204
    (row,) = user.rows(COMMENTS)
    assert (row["deleted"], row["content"]["raw"]) == (True, "")


def test_only_the_top_comment_of_a_place_is_resolved(user: Client, branch: str) -> None:
    create(user, branch)
    plain = user.post(COMMENTS, {"content": {"raw": "Hello"}}).json()
    reply = user.post(COMMENTS, {"content": {"raw": "Hi"}, "parent": {"id": plain["id"]}}).json()
    assert reply["parent"]["id"] == plain["id"]
    for comment in (plain, reply):
        assert user.post(f"{COMMENTS}/{comment['id']}/resolve").status_code == 403

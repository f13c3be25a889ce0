"""Clients that others wrote ask the box: what they can do with Bitbucket they can do with it, in their own way.

https://github.com/atlassian-api/atlassian-python-api (Python, with slashes at the ends of paths, and pages followed by
`next`) and https://github.com/MunifTanjim/node-bitbucket (npm; PATLESS_NPM names the folder of its modules).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from atlassian.bitbucket.cloud import Cloud

from migrator.demo.box import Box
from migrator.demo.messages import Refusal, Request
from migrator.demo.resources import ROUTES
from migrator.demo.routes import RouteTable
from tests.demo.client import Client

STORY = Path(__file__).with_name("other_client.js")


@pytest.fixture
def box() -> Iterator[Box]:
    """Not compared with the description, which knows less than these clients do."""
    with Box() as found:
        found.add_repository(
            "web", {"main": {"bitbucket-pipelines.yml": "a: b\n"}, "release/1": {"a": "b\n"}}, tags={"v1": "main"}
        )
        yield found


@pytest.fixture
def full(box: Box) -> Box:
    """With a bit of everything that can be asked for."""
    box.commit("web", "patless/main", {"bitbucket-pipelines.yml": "pipelines: {}\n"})
    box.add_variable("REGISTRY", "crg.apkg.io", secured=False, repository="web")
    box.add_environment("web", "Staging", "Staging")
    box.add_run("web", "main")
    box.add_run("web", "patless/main", "FAILED", selector=("pull-requests", "**"))
    box.add_schedule("web", "main", "nightly")
    box.state.repositories["web"].reviewers.append(box.add_person("Rene Reviewer"))
    for number in range(30):
        box.add_repository(f"other-{number}", {"main": {"a": "b"}})
    return box


def test_the_python_client_of_others(full: Box) -> None:
    client: Any = Cloud  # it has no types
    url, password = full.origin, full.api_token(*_granted())
    cloud = client(url=url, username=full.state.owner.email, password=password, api_root="", api_version="2.0")
    workspace = cloud.workspaces.get("acme")
    assert workspace.slug == "acme"
    assert [one.key for one in workspace.projects.each()] == ["CORE"]
    assert len(list(workspace.repositories.each())) == 31, "pages lead on"
    web = workspace.repositories.get("web")
    assert (web.slug, web.data["mainbranch"]["name"]) == ("web", "main")
    assert {one.name for one in web.branches.each()} >= {"main", "release/1", "patless/main"}
    assert web.branches.get("release/1").name == "release/1"
    assert ([one.name for one in web.tags.each()], web.tags.get("v1").name) == (["v1"], "v1")
    head = full.head("web", "main")
    commit = web.commits.get(head)
    assert (commit.hash, len(list(commit.parents()))) == (head, 0)
    assert next(iter(web.commits.each())).hash == head
    assert web.get_source_file(head, "bitbucket-pipelines.yml").decode() == "a: b\n"
    _variables_of_others(web)
    runs = list(web.pipelines.each())
    assert len(runs) == 2
    assert len(list(web.pipelines.get(runs[0].uuid).steps())) == 1
    (reviewer,) = web.default_reviewers.each()
    assert reviewer.display_name == "Rene Reviewer"
    assert web.default_reviewers.get(reviewer.uuid).display_name == "Rene Reviewer"
    reviewer.delete()
    assert not list(web.default_reviewers.each())
    assert web.default_reviewers.add(reviewer.uuid).display_name == "Rene Reviewer"
    _review_of_others(full, web)


def _variables_of_others(web: Any) -> None:
    (environment,) = web.deployment_environments.each()
    assert web.deployment_environments.get(environment.uuid).name == "Staging"
    for variables in (web.repository_variables, environment.deployment_environment_variables):
        before = [one.key for one in variables.each()]
        made = variables.create("PACKAGES_TOKEN", "secret", True)
        assert made.secured
        made.update(key="PACKAGES_PAT")
        assert [one.key for one in variables.each()] == [*before, "PACKAGES_PAT"]
        made.delete()
        assert [one.key for one in variables.each()] == before
    (stays,) = web.repository_variables.each()
    assert web.repository_variables.get(stays.uuid).value == "crg.apkg.io"
    assert web.repository_variables.get_by_key("REGISTRY").uuid == stays.uuid
    web.repository_variables.update_by_key("REGISTRY", "npm.apkg.io")
    assert web.repository_variables.get(stays.uuid).value == "npm.apkg.io"


def _builds_of_others(full: Box, web: Any, request: Any) -> None:
    commit = web.commits.get(full.head("web", "patless/main"))
    commit.add_build("lint", "https://example.com/lint", "Lint", "patless/main")
    build = commit.get_build("lint")
    assert (build.key, build.inprogress) == ("lint", True)
    build.update(state="SUCCESSFUL", url="https://example.com/lint")
    assert [one.successful for one in commit.builds()] == [True]
    assert [one.key for one in request.builds()] == ["lint"]


def _review_of_others(full: Box, web: Any) -> None:
    request = web.pullrequests.create("Change", "patless/main", "main")
    assert [one.id for one in web.pullrequests.each()] == [request.id]
    request = web.pullrequests.get(request.id)
    assert len(request.source_commit) == 12
    assert "+pipelines: {}" in request.diff()
    assert [one.new.path for one in request.diffstat()] == ["bitbucket-pipelines.yml"]
    assert len(list(request.commits)) == 1
    assert not list(request.statuses())
    _builds_of_others(full, web, request)
    request.comment("Hello")
    (comment,) = request.comments()
    comment.update(content={"raw": "Hello again"})
    assert [one.raw for one in request.comments()] == ["Hello again"]
    comment.delete()
    assert not [one for one in request.comments() if not one.data.get("deleted")]
    request.add_task("Do")
    (task,) = request.tasks()
    assert task.description == "Do"
    task.delete()
    assert not list(request.tasks())
    assert request.approve()["approved"]
    request.unapprove()
    assert request.merge(merge_strategy=request.MERGE_SQUASH)["state"] == "MERGED"
    full.commit("web", "topic/2", {"more.txt": "more\n"})
    assert web.pullrequests.create("Another", "topic/2", "main").decline()["state"] == "DECLINED"


def test_the_npm_client_of_others(full: Box) -> None:
    modules = os.environ.get("PATLESS_NPM")
    if not modules:
        if os.environ.get("PATLESS_REQUIRE_ALL") == "1":
            pytest.fail("PATLESS_NPM is not set")
        pytest.skip("PATLESS_NPM is not set")
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": modules, "API": full.api_url}
    environment |= {"EMAIL": full.state.owner.email, "TOKEN": full.api_token(*_granted())}
    done = subprocess.run(["node", STORY], env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    said = told["say"]
    assert (said["repositories.list"]["size"], len(said["repositories.list"]["values"])) == (31, 1)
    assert "size" not in said["refs.listTags"]
    assert {one["type"] for one in said["refs.list"]["values"]} == {"branch", "tag"}
    assert len(said["commits.get"]["hash"]) == 40
    assert said["source.read"] == "a: b\n"
    keys = [one["key"] for one in said["pipelines.listVariablesForRepo"]["values"]]
    assert sorted(keys) == ["PACKAGES_TOKEN", "REGISTRY"]
    assert not [name for name in said if name.endswith("Variable") and "value" in (said[name] or {})]
    targets = {one["target"]["type"] for one in said["pipelines.list"]["values"]}
    assert targets == {"pipeline_ref_target", "pipeline_pullrequest_target"}
    assert len(said["deployments.list"]["values"]) == 1
    assert [one["summary"] for one in said["reports.getAnnotationsForReport"]["values"]] == ["Here", "Here"]
    assert [one["state"] for one in said["commitstatuses.list"]["values"]] == ["SUCCESSFUL"]
    assert "reviewers" not in said["pullrequests.list"]["values"][0]
    assert len(said["pullrequests.get"]["source"]["commit"]["hash"]) == 12
    assert "+pipelines: {}" in said["pullrequests.getDiff"]
    assert said["pullrequests.getDiffStat"]["values"][0]["status"] == "modified"
    assert [one["content"]["raw"] for one in said["pullrequests.listComments"]["values"]] == ["Hello again"]
    assert [one["content"]["raw"] for one in said["pullrequests.listTasks"]["values"]] == ["Do"]
    merged = said["pullrequests.merge"]
    assert (merged["state"], len(merged["merge_commit"]["hash"])) == ("MERGED", 40)
    assert merged["participants"][0]["approved"]
    assert said["pullrequests.decline"]["state"] == "DECLINED"
    both = {
        route for method, url in told["known"] for route in _routes(method, "/2.0" + re.sub(r"\{[^}]+\}", "x", url))
    }
    asked = {route for one in full.requests for route in _routes(one.method, one.path)}
    assert len(both) > 80
    assert both - asked == set(), "calls that both know, and that the story does not make"


def _granted() -> set[str]:
    return {scope for route in ROUTES for scope in route.needs.api_token}


def _routes(method: str, path: str) -> set[tuple[str, str]]:
    with suppress(Refusal):
        route, _ = RouteTable(ROUTES).find(Request(method, path, (), {}, b"", ""))
        return {(method, route.path)}
    return set()


# What clients do that is easily got wrong


def test_the_bytes_of_the_address_that_a_diff_leads_to_count(box: Box, user: Client) -> None:
    box.commit("web", "patless/main", {"a": "b\n"})
    user.post("/repositories/acme/web/pullrequests", {"title": "T", "source": {"branch": {"name": "patless/main"}}})
    leads = user.get("/repositories/acme/web/pullrequests/1/diff").headers["Location"]
    assert "%0D" in leads
    assert "from_pullrequest_id=1&topic=true" in leads
    assert "+b" in user.get(leads).text
    assert user.get(leads.replace("%0D", "%250D")).status_code == 404


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["pipelines", "refs/branches", "pullrequests", "commits", "environments"])
def test_a_slash_at_the_end_changes_nothing(user: Client, path: str, slash: str) -> None:
    assert user.get(f"/repositories/acme/web/{path}{slash}").status_code == 200


def test_code_insights_spells_its_errors_in_its_own_way(box: Box, user: Client) -> None:
    answer = user.get(f"/repositories/acme/web/commit/{box.head('web', 'main')}/reports/none")
    assert (answer.status_code, answer.json()) == (404, {"code": 404, "message": "No report none"})


def test_of_an_account_that_is_gone_nothing_is_shown(box: Box, user: Client) -> None:
    person = box.add_person("Rene Reviewer")
    box.state.repositories["web"].reviewers.append(person)
    box.state.gone.add(person.uuid)
    (row,) = user.rows("/repositories/acme/web/effective-default-reviewers")
    assert row["user"] is None

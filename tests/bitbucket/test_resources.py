"""What is asked for each resource, what becomes of the answers, and what is refused."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.bitbucket import account, branches, environments, pipelines, repositories, variables
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import (
    Account,
    Branch,
    Environment,
    Level,
    Repository,
    Run,
    Tag,
    Variable,
)
from migrator.bitbucket.session import Client
from tests.bitbucket.farend import Answer, FarEnd, pages, said, variable

HERE = "/2.0/repositories/acme/web"
STAGING = Environment("{e-1}", "Staging")
DATE = datetime(2026, 11, 24, 12, tzinfo=UTC)


def one(level: Level, uuid: str = "{v-1}") -> Variable:
    environment = (STAGING.name, STAGING.uuid) if level is Level.DEPLOYMENT else (None, None)
    return Variable(level, "KEY", uuid, True, *environment)


PLACES = {
    Level.REPOSITORY: f"{HERE}/pipelines_config/variables",
    Level.DEPLOYMENT: f"{HERE}/deployments_config/environments/%7Be-1%7D/variables",
    Level.WORKSPACE: "/2.0/workspaces/acme/pipelines-config/variables",
}
LISTS: dict[Level, Callable[[Client], tuple[Variable, ...]]] = {
    Level.REPOSITORY: lambda client: variables.of_repository(client, "acme", "web"),
    Level.DEPLOYMENT: lambda client: variables.of_environment(client, "acme", "web", STAGING),
    Level.WORKSPACE: lambda client: variables.of_workspace(client, "acme"),
}
LEVELS = pytest.mark.parametrize("level", list(Level))


# Variables


@LEVELS
def test_variables_of_each_level_are_asked_where_they_are(end: FarEnd, client: Client, level: Level) -> None:
    end.answer = pages([variable(1), variable(2, secured=False, value="crg.apkg.io")])
    first, second = LISTS[level](client)
    environment = (STAGING.name, STAGING.uuid) if level is Level.DEPLOYMENT else (None, None)
    assert first == Variable(level, "KEY_1", "{00000001}", True, *environment)
    assert second == Variable(level, "KEY_2", "{00000002}", False, *environment, "crg.apkg.io")
    assert [one.path for one in end.asked] == [PLACES[level]]
    assert "crg.apkg.io" not in repr(second), "a value is not shown"


@LEVELS
def test_rows_of_the_system_are_no_variables_but_count(end: FarEnd, client: Client, level: Level) -> None:
    end.answer = pages([variable(1), variable(2, system=True), variable(3, system=False)])
    assert [one.key for one in LISTS[level](client)] == ["KEY_1", "KEY_3"]


def test_a_secured_value_is_dropped_should_it_ever_come(end: FarEnd, client: Client) -> None:
    end.answer = pages(
        [variable(1, value="secret"), variable(2, secured=None, value="shown"), variable(3, secured=None)]
    )
    assert [(one.secured, one.value) for one in variables.of_workspace(client, "acme")] == [
        (True, None),
        (False, "shown"),
        (True, None),
    ]


@pytest.mark.parametrize("row", [{"key": None}, {"key": 1}, {"secured": "no"}, {"secured": False, "value": 5}])
def test_a_variable_of_another_shape_is_refused(end: FarEnd, client: Client, row: dict[str, object]) -> None:
    end.answer = pages([variable(1, **row)])
    with pytest.raises(ApiError) as error:
        variables.of_workspace(client, "acme")
    assert error.value.kind is Cause.GARBLED


@LEVELS
def test_a_variable_is_removed_by_its_uuid(end: FarEnd, client: Client, level: Level) -> None:
    end.answer = lambda asked: Answer(204)
    assert variables.delete(client, "acme", "web", one(level)) is True
    assert [(one.method, one.path) for one in end.asked] == [("DELETE", f"{PLACES[level]}/%7Bv-1%7D")]


@LEVELS
def test_one_that_is_not_there_any_more_is_no_error(end: FarEnd, client: Client, level: Level) -> None:
    end.answer = lambda asked: Answer(404)
    assert variables.delete(client, "acme", "web", one(level)) is False


@LEVELS
@pytest.mark.parametrize("status", [200, 202, 401, 403, 409, 410, 503])
def test_any_other_answer_to_a_removal_is_an_error(end: FarEnd, client: Client, level: Level, status: int) -> None:
    end.answer = lambda asked: Answer(status)
    with pytest.raises(ApiError):
        variables.delete(client, "acme", "web", one(level))


@pytest.mark.parametrize("uuid", ["", ".", ".."])
@LEVELS
def test_nothing_is_asked_for_an_uuid_that_would_be_the_list_itself(
    end: FarEnd, client: Client, level: Level, uuid: str
) -> None:
    for call in (variables.delete, variables.again):
        if call is variables.again and level is Level.DEPLOYMENT:
            continue
        with pytest.raises(ApiError) as error:
            call(client, "acme", "web", one(level, uuid))
        assert error.value.kind is Cause.INVALID
    assert end.asked == []


@pytest.mark.parametrize("repository", ["", None, "..", "."])
def test_nothing_is_asked_without_a_repository(end: FarEnd, client: Client, repository: str | None) -> None:
    for level in (Level.REPOSITORY, Level.DEPLOYMENT):
        for call in (variables.delete, variables.again):
            with pytest.raises(ApiError):
                call(client, "acme", repository, one(level))
    assert end.asked == []


@pytest.mark.parametrize("level", [Level.REPOSITORY, Level.WORKSPACE])
def test_one_is_read_again(end: FarEnd, client: Client, level: Level) -> None:
    end.answer = lambda asked: said(variable(1, key="RENAMED"))
    found = variables.again(client, "acme", "web", one(level))
    assert found == Variable(level, "RENAMED", "{00000001}", True)
    assert end.asked[0].path == f"{PLACES[level]}/%7Bv-1%7D"
    end.answer = lambda asked: Answer(404)
    assert variables.again(client, "acme", "web", one(level)) is None
    end.answer = lambda asked: Answer(403)
    with pytest.raises(ApiError):
        variables.again(client, "acme", "web", one(level))


def test_one_of_an_environment_is_found_in_the_list(end: FarEnd, client: Client) -> None:
    end.answer = pages([variable(1), variable(2)])
    found = variables.again(client, "acme", "web", one(Level.DEPLOYMENT, "{00000002}"))
    assert found == Variable(Level.DEPLOYMENT, "KEY_2", "{00000002}", True, *(STAGING.name, STAGING.uuid))
    assert variables.again(client, "acme", "web", one(Level.DEPLOYMENT)) is None
    end.answer = lambda asked: Answer(404)
    with pytest.raises(ApiError):
        variables.again(client, "acme", "web", one(Level.DEPLOYMENT))


# Repositories, branches, tags

REPOSITORY = {
    "uuid": "{r-1}",
    "slug": "web",
    "full_name": "acme/web",
    "is_private": True,
    "updated_on": "2026-11-24T12:00:00.000000+00:00",
    "mainbranch": {"type": "branch", "name": "main"},
    "project": {"key": "OPS"},
}


def test_a_repository_is_read(end: FarEnd, client: Client) -> None:
    href = end.url.replace("http://", "http://dev:word@") + "/acme/web.git"
    links = {"clone": [{"name": "ssh", "href": "git@acme.example:a"}, {"name": "https", "href": href}]}
    end.answer = lambda asked: said(REPOSITORY | {"links": links})
    assert repositories.repository(client, "acme", "web") == Repository(
        "{r-1}", "web", "acme/web", "main", f"{end.url}/acme/web.git", DATE, True, "OPS"
    )


def test_an_empty_repository_has_no_main_branch(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: said({"uuid": "{r}", "full_name": "acme/new", "mainbranch": None, "links": {}})
    assert repositories.repository(client, "acme", "new") == Repository(
        "{r}", "new", "acme/new", None, "", None, None, None
    )


def test_a_clone_url_of_another_host_is_none(end: FarEnd, client: Client) -> None:
    links = {"clone": [{"name": "https", "href": "https://evil.example/acme/web.git"}]}
    end.answer = lambda asked: said(REPOSITORY | {"links": links})
    assert repositories.repository(client, "acme", "web").clone_https == ""


def test_repositories_are_listed_by_a_query(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: said({"values": [REPOSITORY]})
    (found,) = repositories.repositories(client, "acme", 'project.key="OPS"')
    assert (found.slug, found.clone_https) == ("web", "")
    query = end.asked[0].query
    assert {"next", "size", "values.uuid", "values.slug"} <= set(query.pop("fields").split(","))
    assert (end.asked[0].path, query) == ("/2.0/repositories/acme", {"pagelen": "100", "q": 'project.key="OPS"'})


def test_branches_and_tags_are_read_with_their_last_commits(end: FarEnd, client: Client) -> None:
    target = {"hash": "a" * 40, "date": "2026-11-24T12:00:00+00:00", "author": {"raw": "Dev <dev@acme.example>"}}
    rows = [{"name": "release/1", "target": target}, {"name": "bare", "target": {"hash": "b" * 40}}]
    end.answer = lambda asked: said({"values": rows, "size": 2})
    author = "Dev <dev@acme.example>"
    assert branches.branches(client, "acme", "web") == (
        Branch("release/1", "a" * 40, DATE, author),
        Branch("bare", "b" * 40, None, None),
    )
    assert branches.tags(client, "acme", "web")[0] == Tag("release/1", "a" * 40, DATE, author)
    assert [one.path for one in end.asked] == [f"{HERE}/refs/branches", f"{HERE}/refs/tags"]
    end.answer = lambda asked: said({"values": [{"name": "main", "target": None}]})
    with pytest.raises(ApiError):
        branches.branches(client, "acme", "web")


# Pipelines, environments


def test_runs_since_a_date_are_read(end: FarEnd, client: Client) -> None:
    target = {
        "ref_type": "branch",
        "ref_name": "main",
        "commit": {"hash": "a" * 40},
        "selector": {"type": "custom", "pattern": "nightly"},
    }
    rows = [
        variable(1, created_on="2026-10-24T12:00:00Z"),
        variable(2, created_on="2026-11-24T11:59:00.123Z", state={"name": "IN_PROGRESS", "stage": {"name": "PAUSED"}}),
        variable(3, created_on="2026-11-24T12:00:00Z", build_number=7, target=target)
        | {"state": {"name": "COMPLETED", "result": {"name": "FAILED"}}},
    ]
    end.answer = pages(rows)
    last, before = pipelines.runs(client, "acme", "web", datetime(2026, 11, 1, tzinfo=UTC), "FAILED")
    assert last.sha
    assert last.sha.same(Hash("a" * 12))
    assert replace(last, sha=None) == Run(
        *("{00000003}", 7, DATE, "COMPLETED", "FAILED", None, "branch", "main", None, "custom", "nightly")
    )
    assert (before.state, before.stage, before.ref_name) == ("IN_PROGRESS", "PAUSED", None)
    assert end.asked[0].path == f"{HERE}/pipelines"
    assert end.asked[0].query == {"status": "FAILED", "sort": "created_on", "pagelen": "100", "page": "1"}


def test_environments_are_read(end: FarEnd, client: Client) -> None:
    end.answer = pages([{"uuid": "{e-1}", "name": "Staging", "rank": 1}])
    assert environments.environments(client, "acme", "web") == (STAGING,)
    assert end.asked[0].path == f"{HERE}/environments"


# The account


def test_the_account_and_its_workspaces_are_read(end: FarEnd, client: Client) -> None:
    end.answer = lambda asked: said({"uuid": "{u}", "display_name": "Acme Bot"})
    assert account.user(client) == Account("{u}", "Acme Bot")
    end.answer = lambda asked: said({"values": [{"workspace": {"slug": "acme"}}, {"workspace": {"slug": "ops"}}]})
    assert account.workspaces(client) == ("acme", "ops")
    assert [one.path for one in end.asked] == ["/2.0/user", "/2.0/user/workspaces"]


@pytest.mark.parametrize(
    ("headers", "standing"),
    [
        ({}, account.AccountStanding()),
        ({"X-OAuth-Scopes": ""}, account.AccountStanding(())),
        ({"X-OAuth-Scopes": "pipeline, repository:write"}, account.AccountStanding(("pipeline", "repository:write"))),
        ({"X-OAuth-Scopes": "\x1b[2J <b> pipeline"}, account.AccountStanding(("pipeline",))),
        ({"X-Credential-Type": "apitoken\x1b"}, account.AccountStanding(None, "apitoken\\u001b")),
        (
            {"X-RateLimit-Limit": "2500", "X-RateLimit-NearLimit": "True"},
            account.AccountStanding(None, None, 2500, True),
        ),
        (
            {"X-RateLimit-Limit": "9" * 99, "X-RateLimit-NearLimit": "?"},
            account.AccountStanding(None, None, None, False),
        ),
    ],
)
def test_headers_say_what_a_credential_may(headers: dict[str, str], standing: account.AccountStanding) -> None:
    assert account.standing(headers, str) == standing


# The description of the API

OPENAPI = os.environ.get("PATLESS_OPENAPI")


@pytest.mark.skipif(not OPENAPI, reason="PATLESS_OPENAPI names no folder")
def test_everything_that_is_asked_is_in_the_description_of_the_api(end: FarEnd, client: Client) -> None:
    document = json.loads(Path(OPENAPI or "", "bitbucket-cloud.openapi.json").read_text())
    end.answer = lambda asked: (
        Answer(204) if asked.method == "DELETE" else said({"size": 0, "values": [], "uuid": "{u}"})
    )
    for level in Level:
        LISTS[level](client)
        variables.delete(client, "acme", "web", one(level))
    environments.environments(client, "acme", "web")
    pipelines.runs(client, "acme", "web", DATE, "PAUSED")
    repositories.repositories(client, "acme", "a")
    branches.branches(client, "acme", "web")
    account.user(client)
    account.workspaces(client)
    for asked in end.asked:
        operations = [
            methods[asked.method.lower()]
            for path, methods in document["paths"].items()
            if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), asked.path) and asked.method.lower() in methods
        ]
        assert operations, f"{asked.method} {asked.path}"
        known = {parameter["name"]: parameter for parameter in operations[0].get("parameters", [])}
        for name, value in asked.query.items():
            assert value in known[name]["schema"].get("enum", [value]), f"{asked.path}?{name}={value}"

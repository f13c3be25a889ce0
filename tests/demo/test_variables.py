"""Variables of three levels, with what is odd about their pages and errors (BITBUCKET_API.md 0 and 2.1)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client

OF_REPOSITORY = f"{REPOSITORY}/pipelines_config/variables"
OF_WORKSPACE = "/workspaces/acme/pipelines-config/variables"


@pytest.fixture(params=["repository", "workspace", "environment"])
def level(request: pytest.FixtureRequest, box: Box) -> str:
    """The path of one level's variables."""
    if request.param == "environment":
        environment = quote(box.add_environment("web", "Production").uuid)
        return f"{REPOSITORY}/deployments_config/environments/{environment}/variables"
    return OF_WORKSPACE if request.param == "workspace" else OF_REPOSITORY


def test_a_secured_value_is_never_shown(level: str, user: Client) -> None:
    made = user.post(level, {"key": "TOKEN", "value": "hush-hush", "secured": True})
    shown = f"{level}/{quote(made.json()['uuid'])}"
    changed = user.put(shown, {"secured": False})
    assert made.status_code == 201
    assert changed.status_code == 200
    for answer in (made, changed, user.get(level)):
        assert "hush" not in answer.text


def test_a_key_that_is_there_is_a_conflict_without_a_type(level: str, user: Client) -> None:
    assert user.post(level, {"key": "A", "value": "1"}).status_code == 201
    answer = user.post(level, {"key": "A", "value": "2"})
    assert answer.status_code == 409
    assert "type" not in answer.json()
    assert answer.json()["error"]["data"]["key"] == "variable-service.variable.duplicate"


def test_what_is_deleted_is_not_there_a_second_time(level: str, user: Client) -> None:
    uuid = user.post(level, {"key": "A", "value": "1"}).json()["uuid"]
    assert user.delete(f"{level}/{quote(uuid)}").status_code == 204
    again = user.delete(f"{level}/{quote(uuid)}")
    assert again.status_code == 404
    assert "type" not in again.json()
    assert user.rows(level) == []


def test_fields_that_are_not_sent_stay(level: str, user: Client) -> None:
    uuid = user.post(level, {"key": "A", "value": "1"}).json()["uuid"]
    changed = user.put(f"{level}/{quote(uuid)}", {"value": "2"}).json()
    assert (changed["key"], changed["value"], changed["secured"]) == ("A", "2", False)


def test_a_key_is_made_of_letters_digits_and_underscores(level: str, user: Client) -> None:
    assert user.post(level, {"key": "A-B", "value": "1"}).status_code == 400


def test_rows_of_the_system_are_listed_and_not_removed(box: Box, user: Client) -> None:
    uuid = box.add_variable("SYSTEM", repository="web", system=True)
    assert [row["system"] for row in user.rows(OF_REPOSITORY)] == [True]
    assert user.delete(f"{OF_REPOSITORY}/{quote(uuid)}").status_code == 404


def test_one_variable_is_read_by_its_uuid(box: Box, user: Client) -> None:
    of_repository = box.add_variable("A", "1", secured=False, repository="web")
    of_workspace = box.add_variable("A", "2", secured=False)
    assert user.get(f"{OF_REPOSITORY}/{quote(of_repository)}").json()["value"] == "1"
    assert user.get(f"{OF_WORKSPACE}/{quote(of_workspace)}").json()["value"] == "2"


def test_one_variable_of_an_environment_cannot_be_read(box: Box, user: Client) -> None:
    environment = box.add_environment("web", "Production")
    uuid = box.add_variable("A", repository="web", environment="Production")
    place = f"{REPOSITORY}/deployments_config/environments/{quote(environment.uuid)}/variables"
    assert user.get(f"{place}/{quote(uuid)}").status_code == 405


def test_the_next_page_of_a_repository_leads_inside_and_is_there_on_the_last_page_too(box: Box, user: Client) -> None:
    for number in range(250):
        box.add_variable(f"V{number}", repository="web")
    pages = [user.get(OF_REPOSITORY, pagelen=100, page=page).json() for page in (1, 2, 3)]
    assert [len(page["values"]) for page in pages] == [100, 100, 50]
    assert {page["size"] for page in pages} == {250}
    for page in pages:
        assert "/rest/1.0/accounts/" in page["next"]
        assert user.get(page["next"]).status_code == 401
    assert len({row["uuid"] for page in pages for row in page["values"]}) == 250


def test_the_workspace_has_no_next_page_even_where_there_is_one(box: Box, user: Client) -> None:
    for number in range(120):
        box.add_variable(f"V{number}")
    page = user.get(OF_WORKSPACE, pagelen=100).json()
    assert (page["size"], len(page["values"])) == (120, 100)
    assert "next" not in page


def test_environments_are_listed_with_their_category(box: Box, user: Client) -> None:
    made = box.add_environment("web", "Production EU", "Production")
    (row,) = user.rows(f"{REPOSITORY}/environments")
    assert (row["uuid"], row["environment_type"]["name"]) == (made.uuid, "Production")
    assert user.get(f"{REPOSITORY}/environments/{quote(made.uuid)}").json() == row
    assert user.get(f"{REPOSITORY}/environments/{quote('{0}')}").status_code == 404

"""Who is not let in, and how that is said."""

from __future__ import annotations

import pytest
import requests

from migrator.demo.box import Box
from tests.demo.client import REPOSITORY, Client

VARIABLES = f"{REPOSITORY}/pipelines_config/variables"


def test_nobody_is_refused(box: Box) -> None:
    answer = Client(box).get(REPOSITORY)
    assert answer.status_code == 401
    assert answer.json()["type"] == "error"


def test_a_token_that_was_revoked_is_refused(box: Box) -> None:
    token = box.token()
    client = Client(box, bearer=token)
    assert client.get(REPOSITORY).status_code == 200
    box.revoke(token)
    assert client.get(REPOSITORY).status_code == 401


def test_an_access_token_is_no_password(box: Box) -> None:
    assert Client(box, api_token=box.token()).get(REPOSITORY).status_code == 401


def test_an_api_token_is_no_bearer(box: Box) -> None:
    assert Client(box, bearer=box.api_token()).get(REPOSITORY).status_code == 401


def test_an_api_token_with_another_email_is_refused(box: Box) -> None:
    assert Client(box, api_token=box.api_token(), email="lee@acme.example").get(REPOSITORY).status_code == 401


def test_a_missing_scope_is_named_with_those_that_are_there(box: Box) -> None:
    answer = Client(box, bearer=box.token("pipeline")).post(VARIABLES, {"key": "A"})
    assert answer.status_code == 403
    assert answer.json()["error"]["detail"] == {"required": ["pipeline:variable"], "granted": ["pipeline"]}


def test_scopes_of_an_api_token_do_not_imply_each_other(box: Box) -> None:
    client = Client(box, api_token=box.api_token("admin:pipeline"))
    assert client.post(VARIABLES, {"key": "A"}).status_code == 201
    answer = client.get(VARIABLES)
    assert answer.status_code == 403
    assert answer.json()["error"]["detail"]["required"] == ["read:pipeline:bitbucket"]


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("repository:write", REPOSITORY, 200),
        ("pullrequest:write", REPOSITORY, 200),
        ("project", REPOSITORY, 200),
        ("repository:admin", REPOSITORY, 403),
        ("pipeline:variable", VARIABLES, 200),
        ("repository:write", VARIABLES, 403),
    ],
)
def test_scopes_of_an_access_token_imply_some_others(box: Box, scope: str, path: str, status: int) -> None:
    assert Client(box, bearer=box.token(scope)).get(path).status_code == status


def test_a_missing_repository_and_a_hidden_one_look_alike(box: Box) -> None:
    box.add_repository("secret")
    client = Client(box, bearer=box.token(repositories=["web"]))
    hidden, missing = client.get("/repositories/acme/secret"), client.get("/repositories/acme/missing")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace("secret", "missing") == missing.text
    assert [row["slug"] for row in client.rows("/repositories/acme")] == ["web"]


def test_another_workspace_is_not_there(user: Client) -> None:
    assert user.get("/workspaces/other").status_code == 404
    assert user.get("/repositories/other/web").status_code == 404


def test_variables_of_a_restricted_repository_are_refused_and_its_files_are_not(box: Box, user: Client) -> None:
    box.state.repositories["web"].restricted = True
    answer = user.get(VARIABLES)
    assert answer.status_code == 403
    assert "type" not in answer.json()
    assert user.get(f"{REPOSITORY}/refs/branches").status_code == 200


def test_an_access_token_has_no_user(user: Client, person: Client) -> None:
    assert user.get("/user").status_code == 401
    assert person.get("/user").json()["display_name"] == "Dana Owner"


def test_a_body_that_is_not_json_is_refused(user: Client) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b"[" * 100_000):
        assert user.ask("POST", VARIABLES, data=body, headers=headers).status_code == 400


def test_a_method_that_is_not_there_is_refused(user: Client) -> None:
    assert user.delete(REPOSITORY).status_code == 405


def test_a_proxy_leads_to_the_api_alone(box: Box) -> None:
    answer = requests.get("http://acme.example/", proxies={"http": box.origin}, timeout=10)
    assert answer.status_code == 400


def test_scopes_are_told_to_access_tokens_only(user: Client, person: Client) -> None:
    told = user.get(REPOSITORY).headers
    assert told["X-Accepted-OAuth-Scopes"] == "repository"
    assert "pipeline:variable" in told["X-OAuth-Scopes"].split(", ")
    assert not [name for name in person.get(REPOSITORY).headers if name.lower().startswith("x-")]


def test_the_log_has_the_kind_of_credential_and_never_the_token(box: Box) -> None:
    token = box.token()
    Client(box, bearer=token).get(REPOSITORY, q=token)
    Client(box).get(f"/repositories/acme/{token}")
    first, second = box.requests
    assert (first.method, first.path, first.status) == ("GET", "/2.0/repositories/acme/web", 200)
    assert (first.credential, second.credential) == ("access-token", "nobody")
    assert token not in repr(box.requests)
    assert token not in repr(box._credentials._known[token])

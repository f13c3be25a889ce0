"""Where a credential comes from, and that it goes nowhere else."""

from __future__ import annotations

import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from migrator.bitbucket.credentials import CredentialKind, Credentials
from migrator.bitbucket.errors import ApiError, Cause, SetUpError
from tests.bitbucket.conftest import TOKEN

API = "https://api.bitbucket.org/2.0"
ACCESS = {"BITBUCKET_ACCESS_TOKEN": TOKEN}
PAIR = {"ATLASSIAN_ACCOUNT_EMAIL": "dev+ci@acme.example", "ATLASSIAN_API_TOKEN": TOKEN}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "no Bitbucket credential; set BITBUCKET_ACCESS_TOKEN"),
        ({"BITBUCKET_ACCESS_TOKEN": ""}, "no Bitbucket credential"),
        ({"ATLASSIAN_ACCOUNT_EMAIL": "a@acme.example"}, "ATLASSIAN_API_TOKEN is empty or not set, and ATLASSIAN_ACC"),
        ({"ATLASSIAN_API_TOKEN": TOKEN}, "ATLASSIAN_ACCOUNT_EMAIL is empty or not set, and ATLASSIAN_API_TOKEN needs"),
        (ACCESS | PAIR, "BITBUCKET_ACCESS_TOKEN and ATLASSIAN_API_TOKEN are both set"),
        ({"BITBUCKET_ACCESS_TOKEN": f"{TOKEN}\n"}, "BITBUCKET_ACCESS_TOKEN contains a blank, a line break"),
        ({"BITBUCKET_ACCESS_TOKEN": f"{TOKEN}\u2028"}, "BITBUCKET_ACCESS_TOKEN contains a blank, a line break"),
        (PAIR | {"ATLASSIAN_ACCOUNT_EMAIL": "a:b"}, "ATLASSIAN_ACCOUNT_EMAIL contains a colon"),
    ],
)
def test_none_half_and_two_credentials_are_refused_in_a_sentence(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SetUpError) as error:
        Credentials.of(environment)
    assert str(error.value).startswith(sentence)
    assert TOKEN not in str(error.value)


def test_a_bearer_and_a_pair_are_sent_as_bitbucket_takes_them() -> None:
    assert Credentials.of(ACCESS).authorization == f"Bearer {TOKEN}"
    basic = Credentials.of(PAIR).authorization.removeprefix("Basic ")
    assert b64decode(basic).decode() == f"dev+ci@acme.example:{TOKEN}"


def test_an_address_alone_does_not_disturb_an_access_token() -> None:
    assert Credentials.of(ACCESS | {"ATLASSIAN_ACCOUNT_EMAIL": "a@acme.example"}).kind is CredentialKind.ACCESS_TOKEN


@pytest.mark.parametrize("environment", [ACCESS, PAIR])
def test_neither_token_nor_address_is_in_the_repr(environment: dict[str, str]) -> None:
    shown = repr(Credentials.of(environment))
    assert TOKEN not in shown
    assert "acme" not in shown


@pytest.mark.parametrize("environment", [ACCESS, PAIR])
def test_every_form_that_is_sent_can_be_hidden(environment: dict[str, str]) -> None:
    found = Credentials.of(environment)
    git = found.git_environment("https://bitbucket.org/acme/web.git", API, {})["GIT_CONFIG_VALUE_0"]
    assert found.hide(f"{TOKEN}|{found.authorization}|{git}").count("‹credential›") == 3
    assert found.hide("nothing") == "nothing"


# git


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/acme/web.git",
        "https://bitbucket.org.evil.example/acme/web.git",
        "https://evil.example\\@bitbucket.org/acme/web.git",
        "https://bitbucket.org@evil.example/acme/web.git",
        "https://bitbucket.org:8443/acme/web.git",
        "http://bitbucket.org/acme/web.git",
        "http://127.0.0.1/acme/web.git",
        "ssh://git@bitbucket.org/acme/web.git",
        "file:///acme/web.git",
        "ext::sh -c true",
        "https://[bitbucket.org/acme",
        "",
    ],
)
def test_git_gets_no_credential_for_another_host(url: str) -> None:
    with pytest.raises(ApiError) as error:
        Credentials.of(ACCESS).git_environment(url, API, {})
    assert error.value.kind is Cause.ELSEWHERE


def _config(environment: dict[str, str], folder: Path, url: str, key: str = "http.extraHeader") -> str:
    """What real git makes of it."""
    done = subprocess.run(
        ["git", "config", "--get-urlmatch", key, url],
        cwd=folder,
        env=environment | {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("environment", "user"), [(ACCESS, "x-token-auth"), (PAIR, "x-bitbucket-api-token-auth")], ids=["access", "api"]
)
def test_git_sends_the_header_to_bitbucket_only(environment: dict[str, str], user: str, tmp_path: Path) -> None:
    url = "https://dev@bitbucket.org/acme/web.git"
    git = Credentials.of(environment).git_environment(url, API, {})
    header = _config(git, tmp_path, "https://bitbucket.org/acme/web.git")
    assert b64decode(header.removeprefix("Authorization: Basic ")).decode() == f"{user}:{TOKEN}"
    assert _config(git, tmp_path, "https://bitbucket.org/acme/web.git", "http.followRedirects") == "false"
    for elsewhere in ("https://evil.example/a.git", "http://bitbucket.org/a.git", "https://bitbucket.org:8443/a.git"):
        assert _config(git, tmp_path, elsewhere) == ""


def test_settings_that_git_has_from_the_environment_stay(tmp_path: Path) -> None:
    before = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "kept"}
    git = before | Credentials.of(ACCESS).git_environment("https://bitbucket.org/acme/web.git", API, before)
    assert _config(git, tmp_path, "https://bitbucket.org/", "user.name") == "kept"
    assert _config(git, tmp_path, "https://bitbucket.org/acme/web.git").startswith("Authorization")


def test_a_server_on_this_machine_is_its_own_bitbucket() -> None:
    git = Credentials.of(ACCESS).git_environment("http://127.0.0.1:81/a.git", "http://127.0.0.1:80/2.0", {})
    assert git["GIT_CONFIG_KEY_0"] == "http.http://127.0.0.1:81/.extraHeader"

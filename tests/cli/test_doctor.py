"""`patless doctor` against a server on this machine: who, what it may, what it reaches, and never the token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bitbucket import farend
from tests.bitbucket.conftest import TOKEN
from tests.bitbucket.farend import Answer, Asked, FarEnd, pages, said
from tests.cli.conftest import Patless

NAMES = ("BITBUCKET_ACCESS_TOKEN", "ATLASSIAN_ACCOUNT_EMAIL", "ATLASSIAN_API_TOKEN")
FORBIDDEN = said({"error": {"message": "no", "detail": {"required": ["pipeline"], "granted": ["repository"]}}}, 403)


@pytest.fixture(autouse=True)
def end(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarEnd]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATLESS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    with farend.running() as found:
        monkeypatch.setenv("PATLESS_API_URL", found.base)
        found.answer = good
        yield found


@pytest.fixture
def access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITBUCKET_ACCESS_TOKEN", TOKEN)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLASSIAN_ACCOUNT_EMAIL", "dev@acme.example")
    monkeypatch.setenv("ATLASSIAN_API_TOKEN", TOKEN)


def good(asked: Asked) -> Answer:
    if asked.path == "/2.0/user":
        account = {"uuid": "{u-1}", "display_name": "Acme\n\x1b[2JBot"}
        return said(account, X_OAuth_Scopes="repository, pipeline, pipeline:variable", X_Credential_Type="access")
    if asked.path == "/2.0/user/workspaces":
        return said({"values": [{"workspace": {"slug": "acme"}}]})
    if asked.path == "/2.0/repositories/acme":
        return said({"values": []})
    if asked.path == "/2.0/repositories/acme/web":
        return said({"uuid": "{r}", "full_name": "acme/web"})
    return pages([])(asked)


# Nothing to ask with, or about


def test_without_a_credential_it_says_how_to_give_one(patless: Patless, end: FarEnd) -> None:
    run = patless("doctor")
    assert (run.code, run.out, end.asked) == (2, "", [])
    assert run.err == (
        "patless: no Bitbucket credential; set BITBUCKET_ACCESS_TOKEN, or ATLASSIAN_ACCOUNT_EMAIL and "
        "ATLASSIAN_API_TOKEN\n"
    )


@pytest.mark.usefixtures("api", "access")
def test_two_credentials_are_refused(patless: Patless, end: FarEnd) -> None:
    run = patless("doctor")
    assert (run.code, run.out, end.asked) == (2, "", [])
    assert "are both set" in run.err


@pytest.mark.usefixtures("access")
@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--repo", "web"], "--repo needs --workspace"),
        (["--workspace", ".."], "'..' is not a valid name in Bitbucket"),
        (["--workspace", "acme", "--repo", ".."], "'..' is not a valid name in Bitbucket"),
        (["--format", "sarif"], "this command cannot write --format sarif; it writes text and json"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(patless: Patless, options: list[str], error: str) -> None:
    run = patless("doctor", *options)
    assert (run.code, run.out, run.err) == (2, "", f"patless: {error}\n")


@pytest.mark.usefixtures("access")
def test_an_address_that_is_not_safe_gets_no_token(patless: Patless, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATLESS_API_URL", "http://api.acme.example/2.0")
    run = patless("doctor")
    assert (run.code, run.err) == (
        2,
        "patless: PATLESS_API_URL is not an https URL; http works only on this machine\n",
    )


@pytest.mark.usefixtures("access")
def test_there_is_no_option_for_a_token(patless: Patless) -> None:
    assert "token" not in patless("doctor", "--help").out.lower()
    assert patless("doctor", "--token", TOKEN).code == 2


# Refused


@pytest.mark.usefixtures("api")
def test_a_refused_credential_is_exit_4(patless: Patless, end: FarEnd) -> None:
    end.answer = lambda asked: said({"error": {"message": f"{asked.authorization} is bad"}}, 401)
    run = patless("doctor", "--workspace", "acme", "--repo", "web")
    assert run.code == 4
    assert "API token, not accepted" in run.out
    assert "reached" in run.out
    assert "Basic ‹credential› is bad" in run.out
    assert TOKEN not in run.out + run.err


@pytest.mark.usefixtures("access")
def test_a_repository_that_cannot_be_seen_is_exit_4(patless: Patless, end: FarEnd) -> None:
    hidden = "/2.0/repositories/acme/web"
    end.answer = lambda asked: Answer(404) if asked.path.startswith(hidden) else good(asked)
    run = patless("doctor", "--workspace", "acme", "--repo", "web")
    assert run.code == 4
    assert "no   repository acme/web: GET /repositories/acme/web: not found, or not visible to this cred" in run.out


@pytest.mark.usefixtures("access")
def test_what_nobody_named_may_be_forbidden(patless: Patless, end: FarEnd) -> None:
    end.answer = lambda asked: FORBIDDEN if "variables" in asked.path or "/user" in asked.path else good(asked)
    run = patless("doctor", "--workspace", "acme", "--repo", "web")
    assert run.code == 0
    assert "access token, accepted" in run.out
    assert "scopes      repository" in run.out
    assert "the credential lacks pipeline (it has repository); create one that has it" in run.out


@pytest.mark.usefixtures("access")
def test_an_access_token_without_an_account_is_no_fault(patless: Patless, end: FarEnd) -> None:
    end.answer = lambda asked: Answer(401) if "/user" in asked.path else good(asked)
    run = patless("doctor", "--workspace", "acme")
    assert run.code == 0
    assert "an access token may have no account; pass `--workspace` and `--repo` to ask what it reac" in run.out
    assert "scopes      Bitbucket does not say" in run.out
    assert "patless can't compare what each command needs: Bitbucket does not say which scopes" in run.out


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.usefixtures("access")
def test_an_access_token_that_was_only_asked_who_it_is_may_be_good(patless: Patless, end: FarEnd, status: int) -> None:
    end.answer = lambda asked: Answer(status)
    run = patless("doctor")
    assert run.code == 0
    assert "access token, patless can't tell whether Bitbucket accepts it" in run.out
    assert "pass `--workspace` and `--repo` to ask what it reaches" in run.out
    assert json.loads(patless("doctor", "--format", "json").out)["credential"]["accepted"] is None


@pytest.mark.usefixtures("access")
def test_the_scopes_are_read_from_whatever_answer_has_them(patless: Patless, end: FarEnd) -> None:
    def answer(asked: Asked) -> Answer:
        if "/user" in asked.path:
            return Answer(401)
        scopes = {"X-OAuth-Scopes": "repository, pipeline"} if asked.path.endswith("/variables") else {}
        return replace(good(asked), headers=scopes)

    end.answer = answer
    run = patless("doctor", "--workspace", "acme", "--repo", "web")
    assert run.code == 0
    assert "scopes      repository, pipeline" in run.out


@pytest.mark.usefixtures("access")
def test_an_address_where_nobody_answers_is_exit_4(patless: Patless, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATLESS_API_URL", "http://127.0.0.1:9/2.0")
    run = patless("doctor", "--workspace", "acme", "--format", "json")
    document = json.loads(run.out)
    assert (run.code, document["reached"], document["credential"]["accepted"]) == (4, False, None)
    (why,) = (check["why"] for check in document["checks"])
    assert why.startswith("cannot reach 127.0.0.1:9: no connection; check the network, ")


# Accepted


@pytest.mark.usefixtures("access")
def test_it_says_who_what_it_may_and_what_it_reaches(patless: Patless, end: FarEnd) -> None:
    run = patless("doctor", "--workspace", "acme", "--repo", "web")
    assert (run.code, run.err) == (0, "")
    budget = f"counted in {os.environ['PATLESS_CACHE_DIR']}/bitbucket-requests.sqlite3"
    assert run.out == (
        f"Bitbucket   {end.base}, reached\n"
        "credential  access token, accepted\n"
        "who         Acme \\u001b[2JBot {u-1}\n"
        "type        access\n"
        "scopes      repository, pipeline, pipeline:variable\n"
        "workspaces  acme\n"
        "limit       Bitbucket does not say; its pages say 1,000 requests an hour, and more for access tokens of "
        "large workspaces\n"
        f"budget      950 requests an hour and 5 a second, {budget}\n"
        "\n"
        "yes  your account\n"
        "yes  your workspaces\n"
        "yes  repository acme/web\n"
        "yes  variables of acme/web\n"
        "yes  deployment environments of acme/web\n"
        "yes  variables of workspace acme\n"
        "\n"
        "command                   lacks                                does not need\n"
        "check, fix, packages      -                                    pipeline, pipeline:variable, repository\n"
        "bot                       pullrequest                          pipeline, pipeline:variable\n"
        "secrets list              -                                    pipeline:variable\n"
        "fleet scan                -                                    pipeline, pipeline:variable\n"
        "fleet scan (variables)    -                                    pipeline:variable\n"
        "fleet scan --for-secrets  -                                    pipeline:variable\n"
        "secrets apply             -                                    -\n"
        "fleet migrate             pullrequest:write, repository:write  pipeline:variable\n"
        "fleet status              pullrequest                          pipeline:variable\n"
    )
    assert {asked.method for asked in end.asked} == {"GET"}


@pytest.mark.usefixtures("api")
def test_programs_read_the_same(patless: Patless) -> None:
    document = json.loads(patless("doctor", "--format", "json").out)
    assert document["credential"] == {
        "kind": "API token",
        "accepted": True,
        "type": "access",
        "scopes": ["repository", "pipeline", "pipeline:variable"],
    }
    assert document["user"] == {"uuid": "{u-1}", "name": "Acme\n\x1b[2JBot"}
    assert document["limits"] == {"per_hour": None, "near": None, "budget_per_hour": 950, "budget_per_second": 5}
    assert document["commands"][2] == {"command": "secrets list", "missing": [], "beyond": ["pipeline:variable"]}


# The token


@pytest.mark.parametrize("kind", ["access", "api"])
def test_the_token_is_in_nothing_that_is_written_and_on_no_command_line(
    end: FarEnd, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(kind)
    lines = list[bytes]()

    def echo(asked: Asked) -> Answer:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lines.append(process.read_bytes())
            except OSError:
                continue
        told = f"{asked.authorization} {TOKEN}"
        return said({"error": {"message": told, "detail": {"required": [told], "granted": [told]}}}, 403)

    end.answer = echo
    done = subprocess.run(
        [sys.executable, "-m", "migrator", "doctor", "--workspace", "acme", "--repo", "web"],
        env=os.environ | {"PATLESS_DEBUG": "1", "HOME": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 4
    sent = end.asked[0].authorization or ""
    written = [done.stdout, done.stderr, *lines]
    for folder in (tmp_path, Path(os.environ["PATLESS_CACHE_DIR"])):
        written += [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    for secret in (TOKEN, sent.partition(" ")[2]):
        assert secret
        assert not any(secret.encode() in text for text in written)


def test_check_imports_no_client(tmp_path: Path) -> None:
    script = (
        "import sys; from migrator.cli import main; main(['check']); "
        "print({'requests', 'requests_ratelimiter', 'sqlite3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"

"""What takes a login out of its step, with its words or its file: who, and what becomes of it."""

from __future__ import annotations

import json

import pytest

from tests.memory import PATH, report_on, step

LOGIN = "docker login crg.apkg.io -u $U -p $P"
IN_CLONE = LOGIN.replace("docker", "docker --config cfg")
PUSH = "docker push crg.apkg.io/acme/web:1"
PASSES = "the step passes its login on: "
BUILT = f"{PASSES}the build copies the login file into an image"


def said(script: str, before: str = "", after: str = "", files: dict[str, str] | None = None) -> list[tuple[str, str]]:
    item = json.dumps(f"{script}\n{PUSH}")
    text = f"pipelines:\n  default:\n    - step:\n{before}        script:\n          - {item}\n{after}"
    given = {path: one.encode() for path, one in {PATH: text, **(files or {})}.items()}
    found = (one for one in report_on(given).findings if one.rule == "registry-login")
    return [(one.code, one.detail) for each in found for one in each.reasons]


@pytest.mark.parametrize(
    ("alias", "code", "program"),
    [
        ("alias docker=tool", "credential-unresolved", "tool"),
        ("alias docker='A=1 /opt/x/tool y'", "credential-unresolved", "tool"),
        ("alias docker='time tool'", "credential-unresolved", "tool"),
        ("alias docker=$X", "credential-unresolved", "${X}"),
        ("alias docker=''", "credential-unresolved", "a program that is not known"),
        ("alias ll=ls docker='ssh h docker'", "leaves-step", "ssh"),
        ("alias docker=scp", "credential-unresolved", "scp"),
        *((alias, "", "") for alias in ("alias docker=podman", "alias docker='sudo docker'", "alias docker")),
        *((alias, "", "") for alias in ("alias dk=tool", "alias", "echo docker=tool")),
    ],
)
def test_an_alias_of_the_client_is_another_program(alias: str, code: str, program: str) -> None:
    detail = f"`docker` is an alias of `{program}` here, and not the client"
    assert said(f"{alias}\n{LOGIN}") == ([(code, detail)] if code else [])
    assert said(f"{alias}\nsudo {LOGIN}") == []


def test_a_function_with_the_client_s_name_is_not_the_client() -> None:
    detail = "`docker` is a function here, and not the client"
    assert said(f"docker() {{ tool; }}\n{LOGIN}") == [("credential-unresolved", detail)]
    sent = said(f'docker() {{ ssh h docker "$@"; }}\n{LOGIN}')
    assert ("leaves-step", detail) not in sent
    assert {code for code, _ in sent} == {"leaves-step"}


@pytest.mark.parametrize(
    ("login", "before", "after", "who"),
    [
        (IN_CLONE, "        artifacts: [cfg/**]\n", "", "an artifact keeps the login file"),
        (IN_CLONE, "        artifacts: ['**']\n", "", "an artifact keeps the login file"),
        (IN_CLONE, "        artifacts: [dist/**]\n", "", ""),
        (LOGIN, "        artifacts: ['**']\n", "", ""),
        (IN_CLONE, "", "          - pipe: acme/x:1\n            variables: {F: cfg}\n", "a pipe gets the login file"),
        (IN_CLONE, "", "          - pipe: acme/x:1\n            variables: {F: dist}\n", ""),
    ],
)
def test_what_keeps_or_is_told_the_file_takes_it(login: str, before: str, after: str, who: str) -> None:
    found = [one for one in said(login, before, after) if one[0] == "leaves-step"]
    assert found == ([("leaves-step", f"{PASSES}{who}")] if who else [])


@pytest.mark.parametrize(
    ("script", "files", "built"),
    [
        (f"{IN_CLONE}\ndocker build .", {}, True),
        (f"docker build .\n{IN_CLONE}", {}, False),
        (f"for x in a b; do\ndocker build .\n{IN_CLONE}\ndone", {}, True),
        (f"{LOGIN}\ndocker build .", {}, False),
        (f"{IN_CLONE}\ndocker build sub", {"sub/Dockerfile": "FROM alpine\nCOPY . .\n"}, False),
        (f"{IN_CLONE}\ndocker build .", {".dockerignore": "cfg\n"}, False),
        (f"{IN_CLONE}\ndocker build .", {"Dockerfile": "FROM alpine\nCOPY src .\n"}, False),
        (f"{IN_CLONE.replace('crg.apkg.io', 'ghcr.io')}\ndocker build .\n{LOGIN}", {}, False),
    ],
)
def test_a_build_behind_the_login_may_copy_its_file(script: str, files: dict[str, str], built: bool) -> None:
    found = said(script, files={"Dockerfile": "FROM alpine\nCOPY . .\n", **files})
    assert [detail for code, detail in found if code == "leaves-step"] == ([BUILT] if built else [])


def test_a_build_of_a_later_script_finds_the_file() -> None:
    files = {"Dockerfile": "FROM alpine\nCOPY . .\n"}
    assert ("leaves-step", BUILT) in said(IN_CLONE, after="        after-script: [docker build .]\n", files=files)
    assert said(IN_CLONE, after="        after-script: [docker images]\n", files=files) == []


@pytest.mark.parametrize(("call", "reasons"), [("build", ["leaves-step"]), ("pull", [])])
def test_only_a_call_of_compose_that_builds_copies_the_login_file(call: str, reasons: list[str]) -> None:
    script = (
        "export DOCKER_CONFIG=$BITBUCKET_CLONE_DIR/.docker",
        'docker login crg.apkg.io -u "$USR" -p "$PAT"',
        f"docker compose {call}",
        "docker push crg.apkg.io/acme/web",
    )
    files = {
        PATH: step(*script),
        "docker-compose.yml": "services:\n  web:\n    image: crg.apkg.io/acme/web\n    build: .\n",
        "Dockerfile": "FROM scratch\nCOPY . /\n",
    }
    report = report_on({path: text.encode() for path, text in files.items()})
    (finding,) = (one for one in report.findings if one.rule == "registry-login")
    assert [one.code for one in finding.reasons] == reasons

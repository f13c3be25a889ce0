"""Where each finding about a package client stands, what it says, and why."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.findings.records import Finding
from tests.memory import PATH, report_on, step

TOKEN = "//npm.apkg.io/acme/:_authToken=${T}\n"
AUTH = "//npm.apkg.io/acme/:_auth=${T}\n"
PASSWORD = "//npm.apkg.io/acme/:_password=${T}\n"
YARN = "npmRegistryServer: https://npm.apkg.io/acme\nnpmAuthToken: ${T}\n"
INDEX = "-i https://$U:$T@pypi.apkg.io/acme/simple\nweb\n"
BINARY = b"\xff\0"
PLAIN = "patless doesn't change how {} is given its credentials"
NPM_TOKEN = ("npm-token", "npm sends `_authToken` for //npm.apkg.io/acme/ without a user name", "//npm.apkg.io/acme/")
ENCODED = ("npm-encoded", "npm takes $T for base64 that something else made", "//npm.apkg.io/acme/")
PNPM = ("pnpm-project-file", "pnpm takes no credential from variables that .npmrc names", ".npmrc")
YARN_TOKEN = ("npm-token", "yarn sends `npmAuthToken` without a user name", "//npm.apkg.io/")


def findings(script: str, files: Mapping[str, str | bytes] | None = None) -> list[Finding]:
    given = {path: text if isinstance(text, bytes) else text.encode() for path, text in (files or {}).items()}
    text = script if script.startswith("pipelines") else step(*script.split("\n"))
    return list(report_on({PATH: text.encode()} | given).findings)


@pytest.mark.parametrize(
    ("script", "files", "place", "message", "reasons"),
    [
        ("npm ci", {".npmrc": TOKEN}, (".npmrc", 1, 21), "npm reaches npm.apkg.io with stored $T", [NPM_TOKEN]),
        ("npm ci", {".npmrc": PASSWORD}, (".npmrc", 1, 21), "npm reaches npm.apkg.io with stored $T", [ENCODED]),
        ("pnpm i", {".npmrc": TOKEN}, (".npmrc", 1, 21), "npm reaches npm.apkg.io with stored $T", [PNPM, NPM_TOKEN]),
        ("pnpm i", {".npmrc": AUTH}, (".npmrc", 1, 21), "npm reaches npm.apkg.io with stored $T", [PNPM, ENCODED]),
        ("pnpm i 'x", {".npmrc": AUTH}, (".npmrc", 1, 21), "npm reaches npm.apkg.io with stored $T", [PNPM, ENCODED]),
        ("npm ci 'x", {".npmrc": AUTH}, (".npmrc", 1, 21), "npm reaches npm.apkg.io with stored $T", [ENCODED]),
        ("yarn", {".yarnrc.yml": YARN}, (".yarnrc.yml", 2, 1), "yarn reaches npm.apkg.io with stored $T", [YARN_TOKEN]),
        ("npm ci --userconfig ci/rc", {"ci/rc": TOKEN}, ("ci/rc", 1, 21), "npm reaches npm.apkg.io with stored $T",
         [NPM_TOKEN]),
        ("npm publish", {".npmrc": BINARY, "ci/.npmrc": TOKEN}, ("ci/.npmrc", 1, 21),
         "npm reaches npm.apkg.io with stored $T", [NPM_TOKEN]),
        ("pip install -r requirements.txt", {"requirements.txt": INDEX}, ("requirements.txt", 1, 9),
         "pip reaches pypi.apkg.io with stored $U and $T", [("package-client", PLAIN.format("pip"), "pip")]),
        ("curl -u $U:$T https://crg.apkg.io/v2/", {}, (PATH, 5, 13), "curl reaches crg.apkg.io with stored $U and $T",
         [("package-client", PLAIN.format("curl"), "curl")]),
    ],
)  # fmt: skip
def test_a_finding_about_a_client_has_its_place_and_its_reasons(
    script: str,
    files: dict[str, str | bytes],
    place: tuple[str, int, int],
    message: str,
    reasons: list[tuple[str, str, str]],
) -> None:
    (one,) = findings(script, files)
    assert (one.path, one.position.line, one.position.column) == place
    assert (one.rule, one.message, one.edits) == ("package-credential", message, ())
    assert [(reason.code, reason.detail, reason.subject) for reason in one.reasons] == reasons
    assert [(use.path, use.position.line) for use in one.uses] == [(PATH, 4)]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("npm ci", {".npmrc": BINARY}),
        ("echo 'x", {".npmrc": TOKEN}),
        ("make", {".npmrc": TOKEN}),
        ("npm ci --userconfig ci/rc", {"ci/other": TOKEN}),
        ("npm ci", {"npmrc": TOKEN}),
        ("echo ci/rc", {"ci/rc": TOKEN}),
        ("export T=$BITBUCKET_PACKAGES_TOKEN\nnpm ci", {".npmrc": TOKEN}),
    ],
)
def test_a_file_that_no_client_reads_a_stored_credential_from_is_none(
    script: str, files: dict[str, str | bytes]
) -> None:
    assert findings(script, files) == []


@pytest.mark.parametrize(
    ("script", "variables"),
    [
        ("export T=$X\nnpm ci", ("X",)),
        ("npm ci", ("T",)),
        ("export T=$X$Y\nnpm ci", ("X", "Y")),
        ("T=$X npm ci\nnpm publish", ("X", "T")),
        ("npm ci 'x\nexport T=$X", ("T",)),
    ],
)
def test_the_stored_variables_are_those_that_the_calls_find(script: str, variables: tuple[str, ...]) -> None:
    (one,) = findings(script, {".npmrc": TOKEN})
    assert one.variables == variables


def test_a_pipe_is_told_by_its_name_without_its_version() -> None:
    text = (
        "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: atlassian/npm-publish:1.0.0\n"
        "            variables:\n              NPM_TOKEN: $T\n"
        "              EXTRA_ARGS: --registry https://npm.apkg.io/acme\n"
    )
    (one,) = findings(text)
    assert one.message == "atlassian/npm-publish reaches npm.apkg.io with stored $T"
    assert (one.position.line, one.variables) == (7, ("T",))
    assert [(reason.detail, reason.subject) for reason in one.reasons] == [
        (PLAIN.format("atlassian/npm-publish"), "atlassian/npm-publish")
    ]


def test_files_of_several_steps_are_told_for_each_client_once() -> None:
    one, other = findings("npm ci\npip install -r requirements.txt", {".npmrc": TOKEN, "requirements.txt": INDEX})
    assert [one.path, other.path] == [".npmrc", "requirements.txt"]
    (twice,) = findings("npm ci\nnpm publish", {".npmrc": TOKEN})
    assert twice.path == ".npmrc"

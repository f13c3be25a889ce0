"""Logins in text in base64 that a step decodes, and text that nobody can read before the step runs."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.memory import PATH, report_on, step

LOGIN = b"set -e\ndocker login crg.apkg.io -u ada -p s3cr3tPw0rd\ndocker push crg.apkg.io/acme/web\n"
TEXT = b64encode(LOGIN).decode()
LINES = "\n".join(TEXT[at : at + 60] for at in range(0, len(TEXT), 60)) + "\n"
NATIVE = b64encode(LOGIN + b"# $BITBUCKET_PACKAGES_USERNAME $BITBUCKET_PACKAGES_TOKEN\n").decode()
OTHER = b64encode(LOGIN.replace(b"crg.apkg.io", b"ghcr.io")).decode()
NAMES = {"values.yaml": "image: crg.apkg.io/acme/web\n"}


def findings(line: str, **files: str) -> set[tuple[str, str, str]]:
    """Where a step of one line has which reason, and what for."""
    every = {PATH: step("'" + line.replace("'", "''") + "'"), **files}
    report = report_on({path: text.encode() for path, text in every.items()})
    return {(one.path, reason.code, reason.subject) for one in report.findings for reason in one.reasons}


@pytest.mark.parametrize(
    "line",
    [
        f"echo {TEXT} | base64 -d | sh",
        f"base64 -d <<< {TEXT} | bash -e",
        f"bash <(base64 --decode <<< {TEXT})",
        f"X={TEXT}; echo $X | base64 -d > x.sh; sh x.sh",
        f"printf %s '{TEXT}' | openssl enc -d -base64 | sh",
        f"python3 -c \"import base64; exec(base64.b64decode('{TEXT}'))\"",
    ],
)
def test_a_login_in_encoded_text_of_the_step_is_reported(line: str) -> None:
    assert findings(line) == {(PATH, "credential-unresolved", "the login")}


@pytest.mark.parametrize(
    "line", ["base64 -d x | sh", "base64 -d < x | bash", "cat x | base64 -d | sh", "base64 -d x > y.sh && sh y.sh"]
)
@pytest.mark.parametrize("text", [TEXT, LINES, f"payload: {TEXT}\n"])
def test_one_in_a_file_that_the_step_decodes_and_runs_is_reported(line: str, text: str) -> None:
    assert findings(line, x=text) == {("x", "not-followed", "x")}


def test_one_in_a_file_that_is_not_followed_holds_the_logins_of_the_step_back() -> None:
    login = "docker login crg.apkg.io -u $U -p $T; docker push crg.apkg.io/acme/web; ruby x.rb"
    assert {code for _, code, _ in findings(login, **{"x.rb": f"run('{TEXT}'.unpack1('m'))"})} == {
        "mixed-logins", "not-followed"
    }  # fmt: skip
    assert findings(login, **{"x.rb": f"run('{OTHER}'.unpack1('m'))"}) == set()
    image = b64encode(b"FROM crg.apkg.io/other/base\n# nothing else stands here\n").decode()
    assert findings(login, **{"x.rb": f"run('{image}'.unpack1('m'))"}) == {
        (PATH, "foreign-package", "crg.apkg.io/other/base")
    }


@pytest.mark.parametrize(
    "line",
    [
        'echo "$B" | base64 -d | sh',
        'bash <(base64 -d <<< "$B")',
        'eval "$(echo "$B" | base64 -d)"',
        'X=$(echo "$B" | base64 -d); bash -c "$X"',
        'eval "set -a; $(echo "$B" | base64 -d)"',
        'echo "$B" | base64 -d > ci/x.sh; chmod +x ci/x.sh; ./ci/x.sh',
        'echo "$B" | base64 -d > .x; . ./.x',
    ],
)
def test_what_is_decoded_only_then_and_run_is_a_doubt_where_the_repository_names_packages(line: str) -> None:
    assert findings(line) == set()
    ((path, code, subject),) = findings(line, **NAMES)
    assert (path, code) == (PATH, "not-followed")
    assert subject == "$B"


@pytest.mark.parametrize(
    "line",
    [
        "base64 -d y | sh",
        f"echo {NATIVE} | base64 -d | sh",
        f"echo {OTHER} | base64 -d | sh",
        'echo "$B" | base64 -d > key.json; sh y.sh key.json',
        'bash y.sh "$(echo "$B" | base64 -d)"',
        'eval "make build $(echo "$B" | base64 -d) all"',
        'echo "$B" | base64 -d | tar xz',
        'eval "$(ssh-agent -s)"; base64 y',
        f"echo {TEXT[:20]} | base64 -d | sh",
    ],
)
def test_what_is_decoded_and_is_no_login_to_packages_is_nothing(line: str) -> None:
    files = {"y": b64encode(b"echo hello, this is harmless\n").decode(), "y.sh": "true\n", **NAMES}
    assert findings(line, **files) == set()


def test_encoded_text_with_a_login_is_masked_where_it_is_shown() -> None:
    report = report_on({PATH: step(f"echo {TEXT} | base64 -d | sh", f"base64 -d <<< {TEXT} | sh").encode()})
    (source,) = report.sources.values()
    hidden = {source.text[span.start : span.end] for span in report.secrets[PATH]}
    assert hidden == {TEXT.rstrip("=")} or hidden == {TEXT}

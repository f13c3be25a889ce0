"""What takes a credential out of a step, and what it becomes there."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"'
PUSH = "docker push crg.apkg.io/acme/web:1"
SECRET = "kubectl create secret docker-registry x --docker-username=$USR --docker-password=$PAT --docker-server="
PULL, PART = (
    "the credential becomes a pull secret of a cluster",
    "the credential becomes a part of a cluster's configuration",
)


def left(*script: str, more: str = "", **files: str) -> list[str]:
    """What is said of credentials that leave the step."""
    items = ("'" + line.replace("'", "''") + "'" for line in script)
    texts = {PATH: step(*items) + more, **files}
    found = report_on({path: text.encode() for path, text in texts.items()}).findings
    return [one.detail for each in found for one in each.reasons if one.code == "leaves-step"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ((SECRET + "crg.apkg.io",), [PULL]),
        ((LOGIN, PUSH, SECRET + "crg.apkg.io"), [PULL]),
        ((LOGIN, PUSH, SECRET + "$HOST"), [PULL]),
        ((LOGIN, PUSH, SECRET + "docker.io"), [PART]),
        ((LOGIN, PUSH, SECRET.replace("PAT", "OTHER") + "docker.io"), []),
        ((LOGIN, PUSH, SECRET.replace("PAT", "OTHER") + "$HOST"), []),
        ((SECRET + "docker.io",), []),
    ],
)
def test_a_pull_secret_is_one_for_packages_where_its_host_or_its_password_says_so(
    script: tuple[str, ...], said: list[str]
) -> None:
    assert left(*script) == said


WRITTEN = ("echo $PAT > out/t", LOGIN, PUSH)
KEPT = "        artifacts:\n          - out/**\n"
GIVEN = "          - pipe: acme/run:1\n            variables:\n              COMMAND: "
ELSEWHERE, PERHAPS = (
    "the credential becomes a login elsewhere",
    "the credential becomes something that may outlive the step",
)
REMOTE = "docker login crg.apkg.io -u $USR -p $PAT"


@pytest.mark.parametrize(
    ("script", "more", "said"),
    [
        (WRITTEN, KEPT, ["the credential becomes a part of an artifact"]),
        (WRITTEN, "", []),
        (WRITTEN, KEPT.replace("out", "other"), []),
        ((*WRITTEN, "rm out/t"), KEPT, []),
        (("echo $OTHER > out/t", LOGIN, PUSH), KEPT, []),
        (('echo $PAT > "$(name)"', LOGIN, PUSH), KEPT, ["the credential becomes a part of an artifact"]),
        (
            ("echo T=$PAT >> $BITBUCKET_PIPELINES_VARIABLES_PATH", LOGIN, PUSH), "",
            ["the credential becomes a variable of later steps"],
        ),
        (("echo T=$OTHER >> $BITBUCKET_PIPELINES_VARIABLES_PATH", LOGIN, PUSH), "", []),
        ((LOGIN, PUSH), f"{GIVEN}{REMOTE}\n", [ELSEWHERE]),
        ((PUSH,), f"{GIVEN}{REMOTE}\n", [ELSEWHERE]),
        ((LOGIN, PUSH), f"{GIVEN}ci/remote.sh\n", [ELSEWHERE]),
        ((LOGIN, PUSH), f"{GIVEN}ci/other.sh\n", []),
        ((LOGIN, PUSH), f"{GIVEN}{REMOTE.replace('crg.apkg.io', 'docker.io')}\n", [PERHAPS]),
        ((PUSH,), f"{GIVEN}{REMOTE.replace('crg.apkg.io', 'docker.io')}\n", []),
        ((LOGIN, PUSH), f"{GIVEN}x $PAT\n", [PERHAPS]),
        ((LOGIN, PUSH), f"{GIVEN}x $OTHER\n", []),
        (WRITTEN, f"{GIVEN}out/t\n", [PERHAPS]),
        (WRITTEN, f"{GIVEN}out/u\n", []),
        ((LOGIN, PUSH, f"ssh host {REMOTE}"), "", ["the credential becomes a login on another machine"]),
        ((PUSH, f"ssh host {REMOTE}"), "", ["the credential becomes a login on another machine"]),
        ((PUSH, f"ssh host {REMOTE.replace('crg.apkg.io', 'crg.apkg.io.example')}"), "", []),
        ((PUSH, "ssh host < ci/remote.sh"), "", ["the credential becomes a login on another machine"]),
        ((PUSH, "ssh host < ci/other.sh"), "", []),
        ((LOGIN, PUSH, "ssh host ./x $PAT"), "", [PERHAPS]),
        ((LOGIN, PUSH, "ssh host ./x $OTHER"), "", []),
        ((*WRITTEN, "scp out/t host:"), "", ["the credential becomes a file on another machine"]),
        (
            (*WRITTEN, "tar czf x.tgz out"), KEPT.replace("out/**", "x.tgz"),
            ["the credential becomes a part of an artifact"],
        ),
        ((*WRITTEN, "tar czf x.tgz out"), "", []),
    ],
    ids=str,
)  # fmt: skip
def test_what_a_credential_becomes_outside_of_its_step(script: tuple[str, ...], more: str, said: list[str]) -> None:
    files = {"ci/remote.sh": f"{REMOTE}\n", "ci/other.sh": "docker login docker.io -u a -p $B\n"}
    assert left(*script, more=more, **files) == said

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
        ((LOGIN, PUSH), f"{GIVEN}|\n                ci/remote.sh\n", [ELSEWHERE]),
        ((LOGIN, PUSH), f"{GIVEN}ci/other.sh\n", []),
        ((LOGIN, PUSH), f"{GIVEN}ci/none.sh\n", []),
        ((LOGIN, PUSH), f"{GIVEN}$X\n", []),
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
        ((PUSH, "ssh host < ci/none.sh"), "", []),
        ((PUSH, "ssh host < $X"), "", []),
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


NATIVE = REMOTE.replace("USR", "BITBUCKET_PACKAGES_USERNAME").replace("PAT", "BITBUCKET_PACKAGES_TOKEN")
STAYS, MAY = "the step passes {} to {}, which outlives the step", "{} gets {} for something that may outlive the step"


@pytest.mark.parametrize(
    ("script", "more", "messages", "names"),
    [
        ((f"ssh host {REMOTE}",), "", [STAYS.format("$USR and $PAT", "a login on another machine")], "USR PAT"),
        ((f"ssh host {NATIVE}",), "", [STAYS.format("the credential", "a login on another machine")], ""),
        (("ssh host ./x $PAT",), "", [MAY.format("ssh", "$PAT")], "PAT"),
        (("ssh host ./x $PAT; ssh host ./x $PAT",), "", [MAY.format("ssh", "$PAT")] * 2, "PAT"),
        (("echo $PAT > out/t", "tar cz out | ssh host tar xz"), "", [MAY.format("tar", "$PAT")], "PAT"),
        (("echo $PAT > out/t", "npm publish"), "", [STAYS.format("$PAT", "a file that `npm` takes along")], "PAT"),
        (("echo $PAT > out/t",), KEPT, [STAYS.format("$PAT", "a part of an artifact")], "PAT"),
        (("ls",), f"{GIVEN}x $PAT\n", [MAY.format("a pipe", "$PAT")], "PAT"),
        (("ls",), f"{GIVEN}{REMOTE}\n", ["a pipe gets $USR and $PAT for a login elsewhere"], "USR PAT"),
        (("ls",), f"{GIVEN}{NATIVE}\n", ["a pipe gets the credential for a login elsewhere"], ""),
        ((SECRET + "crg.apkg.io",), "", [STAYS.format("$USR and $PAT", "a pull secret of a cluster")], "USR PAT"),
        ((SECRET + "$HOST",), "", [STAYS.format("$PAT", "a pull secret of a cluster")], "PAT"),
    ],
    ids=str,
)  # fmt: skip
def test_a_message_says_who_gets_what_and_whether_it_is_known_to_stay(
    script: tuple[str, ...], more: str, messages: list[str], names: str
) -> None:
    text = step(*("'" + line.replace("'", "''") + "'" for line in (LOGIN, PUSH, *script))) + more
    found = [one for one in report_on(text).findings if one.rule == "credential-leaves-step"]
    assert [one.message for one in found] == messages
    assert {one.variables for one in found} == {tuple(names.split())}

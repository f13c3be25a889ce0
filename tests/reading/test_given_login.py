"""A container that is given the client's logins may read any package; one that is not cannot."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$BB_EMAIL" -p "$BB_PKG_TOKEN"'
GRANTED = "`docker run` uses only packages linked to this repository"


@pytest.mark.parametrize(
    "line", ["docker run -v $PWD:/src tool", "docker run tool /x/.dockerignore", "docker run -v ~/.ssh:/s tool"]
)
def test_without_the_logins_nothing_is_taken_for_granted(line: str) -> None:
    (finding,) = report_on(step(LOGIN, line)).findings
    assert GRANTED not in finding.assumptions


@pytest.mark.parametrize(
    "line",
    [
        "docker run -v ~/.docker:/root/.docker:ro tool",
        "docker run --volume $HOME/.docker/config.json:/c.json tool",
        "docker run --mount type=bind,source=$HOME/.docker,target=/d tool",
        "podman run -v ${XDG_RUNTIME_DIR}/containers/auth.json:/a.json tool",
    ],
)
def test_with_the_logins_it_is_said(line: str) -> None:
    (finding,) = report_on(step(LOGIN, line)).findings
    assert GRANTED.replace("docker", line.split()[0]) in finding.assumptions


def test_a_service_that_mounts_them_is_given_them() -> None:
    compose = b"services: {a: {image: tool, volumes: ['${LOGINS}:/logins']}}"
    for folder, granted in (("~/.docker", True), ("~/.ssh", False)):
        files = {PATH: step(LOGIN, f"export LOGINS={folder}", "docker compose up").encode(), "compose.yml": compose}
        (finding,) = report_on(files).findings
        assert (GRANTED.replace("run", "compose") in finding.assumptions) is granted

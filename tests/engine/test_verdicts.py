"""Small repositories whose verdicts rest on one detail of how a program is called."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on, step

LOGIN = 'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'
PUSH = "docker push crg.apkg.io/acme/web:1"
STARTED = 'import os\nos.execlp("docker", "docker", "login", "-u", os.environ["USR"], "-p", os.environ["PAT"], HOST)\n'
COMPOSE = """\
services:
  web:
    build: .
    image: crg.apkg.io/acme/web:1
    volumes: [{type: image, source: crg.apkg.io/acme/base:1, target: /base}]
"""


@pytest.mark.parametrize(
    ("script", "files", "reasons"),
    [
        ((LOGIN, "docker compose push"), {"docker-compose.yml": COMPOSE, "Dockerfile": "FROM alpine\n"}, set()),
        ((LOGIN, "docker compose pull"), {"docker-compose.yml": COMPOSE}, {"foreign-package"}),
        ((LOGIN, PUSH, 'xargs "$(cat x)" sh -c "docker pull {}" < list'), {}, {"image-unresolved"}),
        (("python a.py", PUSH), {"a.py": STARTED.replace("HOST", '"crg.apkg.io"')}, set()),
        ((". ./ci.sh $PAT $USR", PUSH), {"ci.sh": 'docker login crg.apkg.io -p "$1" -u "$2"\n'}, set()),
        (("make --silent login", PUSH), {"Makefile": f"login:\n\t@{LOGIN.replace('$', '$$')}\n"}, set()),
    ],
    ids=["compose push", "compose pull", "xargs of what is not known", "execlp", "arguments of `.`", "make --silent"],
)
def test_why_a_login_is_held_back(script: tuple[str, ...], files: dict[str, str], reasons: set[str]) -> None:
    every = {PATH: step(*script), **files}
    (finding,) = report_on({path: text.encode() for path, text in every.items()}).findings
    assert {reason.code for reason in finding.reasons} == reasons


def test_a_build_image_is_pulled_with_the_variables_of_both_halves() -> None:
    image = "image: {name: crg.apkg.io/acme/ci:1, username: $USR, password: $PAT}\n"
    (finding,) = report_on(image + step("make")).findings
    assert set(finding.variables) == {"USR", "PAT"}

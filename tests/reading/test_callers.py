"""Who uses a file that steps run: other files, steps that are not followed there, programs that load it by its name."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.callers import Callers
from migrator.reading.repository import Reading
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory

LOGIN = 'echo "$T" | docker login crg.apkg.io -u "$U" --password-stdin\n'
STEP = "pipelines:\n  default:\n    - step:\n        script:\n"


def outsider(*items: str, path: str = "scripts/login.sh", run: str = "sh scripts/login.sh", **files: str) -> str:
    """Who else uses a file that a step runs; `items` are further ones of its script, `files` are there, too."""
    script = "".join(f"          - {item}\n" for item in (run, *items))
    every = {PATH: STEP + script, path: LOGIN, **files}
    view = Memory({name: text.encode() for name, text in every.items()})
    return Callers(Reading(view, BOOK, Settings(), [PATH], BITBUCKET)).outsider(path)


def test_where_nobody_can_tell_who_names_a_file_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outsider(other="sh scripts/login.sh") == "other"
    assert outsider() == ""
    monkeypatch.setattr("migrator.flow.files._MOST_FILES", 1)
    assert "files" in outsider()


ALONE = [
    "docker push crg.apkg.io/acme/web",
    "chmod +x scripts/*.sh",
    "shellcheck scripts/*.sh",
    "ls scripts",
    "cd scripts && ls",
    "npm run scripts",
    "scp -r web/scripts $HOST:x",
    "docker build -t crg.apkg.io/acme/web .",
    "tar czf app.tgz dist",
    "{pipe: atlassian/ftp-deploy:1, variables: {LOCAL_PATH: dist}}",
]
SHARED = [
    "scp -r scripts $HOST:ci",
    "scp scripts/*.sh $HOST:ci",
    "rsync -a ./scripts/ $HOST:ci",
    "tar czf ci.tgz scripts",
    'docker run -v "$PWD/scripts:/s" alpine run-parts /s',
    'ssh $HOST "for s in scripts/*.sh; do sh $s; done"',
    "find scripts -name '*.sh' -exec bash {} +",
    "cp -r scripts /srv",
    "aws s3 sync scripts s3://ci/",
    "{pipe: atlassian/scp-deploy:1, variables: {LOCAL_PATH: scripts}}",
    "{pipe: atlassian/scp-deploy:1, variables: {LOCAL_PATH: 'scripts/*'}}",
    "{pipe: atlassian/ssh-run:1, variables: {COMMAND: scripts/login.sh, MODE: script}}",
]


@pytest.mark.parametrize("item", ALONE)
def test_a_step_that_makes_no_other_use_of_a_script(item: str) -> None:
    assert not outsider(item, **{"web/scripts/x": ""})


@pytest.mark.parametrize("item", SHARED)
def test_a_step_that_uses_a_script_in_another_way(item: str) -> None:
    assert outsider(item)


@pytest.mark.parametrize(
    ("item", "who"),
    [
        ("{pipe: atlassian/ssh-run:1, variables: {COMMAND: scripts/login.sh}}", "a pipe of a step"),
        ("foo < scripts/login.sh", "a redirection of a step"),
        ("'if [ scripts/login.sh'", "a step that is not read"),
        ("foo scripts/login.sh", "`foo` of a step"),
        ("foo scripts/$X", "`foo` of a step"),
        ("$X scripts/login.sh", "`a program` of a step"),
        ("scripts/other scripts/login.sh", "`other` of a step"),
        ("ls scripts/login.sh", ""),
        ("foo < scripts/other.sh", ""),
    ],
)
def test_who_uses_a_script_is_said(item: str, who: str) -> None:
    assert outsider(item) == who


@pytest.mark.parametrize("path", ["env.sh", "ci/env", ".environment", "env", "ci/login.env.sh"])
def test_a_file_that_nobody_loads_by_its_name(path: str) -> None:
    assert not outsider(path=path, run=f". ./{path}")


@pytest.mark.parametrize("path", [".env", ".env.ci", "web/.env.production", "ci/prod.env", ".envrc"])
def test_a_file_that_programs_load_by_its_name(path: str) -> None:
    assert outsider(path=path, run=f". ./{path}") == "a program that loads it by its name"


def test_scripts_that_name_each_other_in_a_circle_behind_it_have_no_other_user() -> None:
    circle = {"scripts/one.sh": "sh scripts/login.sh\nNEXT=scripts/two.sh\n", "scripts/two.sh": "LAST=scripts/one.sh\n"}
    assert not outsider("sh scripts/two.sh", run="sh scripts/one.sh", **circle)


def test_scripts_that_name_each_other_have_no_other_user() -> None:
    files = {"scripts/again.sh": "sh scripts/login.sh\n", "scripts/login.sh": f"{LOGIN}chmod +x scripts/again.sh\n"}
    assert not outsider(run="sh scripts/again.sh", **files)


def test_who_uses_a_script_that_runs_it_uses_it_too() -> None:
    files = {"scripts/one.sh": "sh scripts/two.sh\n", "scripts/two.sh": "sh scripts/login.sh\n"}
    assert outsider(run="sh scripts/one.sh", **files) == ""
    assert outsider(run="sh scripts/one.sh", Makefile="all:\n\tsh scripts/one.sh\n", **files) == "Makefile"


@pytest.mark.parametrize(
    ("kept", "who"),
    [
        ("scripts/login.sh", "an artifact of a step"),
        ("scripts/**", "an artifact of a step"),
        ("scripts", "an artifact of a step"),
        ("dist/**", ""),
        ("scripts/other.sh", ""),
    ],
)
def test_a_script_that_a_step_keeps_has_another_user(kept: str, who: str) -> None:
    files = {PATH: f"{STEP}          - sh scripts/login.sh\n        artifacts: ['{kept}']\n", "scripts/login.sh": LOGIN}
    view = Memory({name: text.encode() for name, text in files.items()})
    assert Callers(Reading(view, BOOK, Settings(), [PATH], BITBUCKET)).outsider("scripts/login.sh") == who

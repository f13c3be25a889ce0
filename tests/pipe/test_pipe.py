"""The pipe as its container would start it, without an engine: the entry point with the image's own environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from migrator.demo.box import Box
from tests.bot.desk import Desk, login, pipelines
from tests.demo.contract import watched

ROOT = Path(__file__).parents[2]
PIPE = ROOT / "pipe"
DOCKERFILE = (PIPE / "Dockerfile").read_text(encoding="utf-8")
README = (PIPE / "README.md").read_text(encoding="utf-8")
PIPE_YML = yaml.safe_load((PIPE / "pipe.yml").read_text(encoding="utf-8"))


@pytest.fixture
def box() -> Iterator[Box]:
    with watched(hourly=None) as found:
        yield found


@pytest.fixture
def desk(box: Box, tmp_path: Path) -> Desk:
    found = Desk(box, tmp_path)
    found.open(pipelines([login(1)]))
    found.fetch()
    if os.geteuid() == 0:  # in the container the clone is somebody else's
        subprocess.run(["chown", "-R", "12345:12345", found.clone], check=True)
    box.forget_requests()
    return found


def image_environment() -> dict[str, str]:
    """What ENV says in the last stage."""
    last = DOCKERFILE.rpartition("\nFROM ")[2].replace("\\\n", " ")
    (line,) = re.findall(r"^ENV (.*)$", last, re.MULTILINE)
    return dict(word.split("=", 1) for word in line.split())


def entry_point() -> Path:
    """The file of the repository that ENTRYPOINT starts."""
    (started,) = json.loads(re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[0])
    (source,) = re.findall(rf"^COPY --chmod=0755 (\S+) {re.escape(started)}$", DOCKERFILE, re.MULTILINE)
    return ROOT / source


def start(desk: Desk, **variables: str) -> subprocess.CompletedProcess[str]:
    """`docker run` of the image with the environment that a step gives a pipe, as far as that matters here."""
    programs = desk.home / "programs"
    programs.mkdir(exist_ok=True)
    patless = programs / "patless"
    patless.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m migrator "$@"\n', encoding="ascii")
    patless.chmod(0o755)
    inside = image_environment()
    here = {
        **inside,
        "PATH": inside["PATH"].replace("/opt/patless/bin", str(programs)).replace("$PATH", os.environ["PATH"]),
        "PATLESS_CACHE_DIR": str(desk.home / "cache"),
        "PYTHONPATH": str(ROOT),
        "PATLESS_API_URL": desk.box.api_url,
        "BITBUCKET_CLONE_DIR": str(desk.clone),
    }
    environment = here | desk.step() | variables
    return subprocess.run(
        [str(entry_point())], env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"BITBUCKET_CLONE_DIR": ""}, "BITBUCKET_CLONE_DIR"),
        ({"DEBUG": "yes"}, "DEBUG is true or false"),
        ({"ALL": "1"}, "ALL is true or false"),
        ({"COMMENT_STYLE": "loud"}, "loud"),
        ({"MAX_COMMENTS": "--help"}, "MAX_COMMENTS|max-comments"),
        ({"PATHS": "--help"}, "--help: there is no such file"),
        ({"PATHS": "*"}, r"\*: there is no such file"),
    ],
)
def test_what_is_no_value_is_a_sentence_and_exit_2(desk: Desk, variables: dict[str, str], says: str) -> None:
    done = start(desk, **variables)
    assert done.returncode == 2, done.stderr
    assert re.search(says, done.stderr)
    assert "Traceback" not in done.stderr


def test_a_report_through_the_proxy_is_all_it_does_by_default(desk: Desk) -> None:
    done = start(desk)
    assert done.returncode == 0, done.stderr
    assert desk.annotated(desk.box.head("web", "topic") or "") == [8]
    assert {one.credential for one in desk.box.requests} == {"proxy"}


def test_its_variables_become_options(desk: Desk) -> None:
    token = desk.box.token()
    done = start(
        desk,
        COMMENT_STYLE="diff",
        MAX_COMMENTS="5",
        FAIL_ON="safe",
        ALL="true",
        STATUS="true",
        DEBUG="true",
        PATHS="bitbucket-pipelines.yml",
        BITBUCKET_ACCESS_TOKEN=token,
    )
    assert done.returncode == 1, done.stderr
    assert "bot --comment-style diff --max-comments 5 --fail-on safe --all --status -- bitb" in done.stderr
    assert len(desk.notes()) == 1
    assert desk.box.state.repositories["web"].statuses
    assert token not in done.stdout + done.stderr


def test_new_only_since_a_ref(desk: Desk) -> None:
    assert start(desk, NEW_ONLY="true", SINCE="origin/main", FAIL_ON="any").returncode == 1
    assert start(desk, NEW_ONLY="true", SINCE="origin/topic", FAIL_ON="any").returncode == 0


def test_the_image_is_pinned_slim_and_nobodys_but_an_ordinary_users() -> None:
    (base,) = re.findall(r"^ARG BASE=(.*)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", base)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${BASE}", "${BASE}"]
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert last.index("\nUSER 10001\n") > last.rindex("\nCOPY ")
    for source in re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / one).exists() for one in source.split())


def test_the_build_sees_what_it_copies_and_nothing_else() -> None:
    lines = (PIPE / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {line[1:] for line in lines if line.startswith("!")} == {one for names in copied for one in names.split()}
    assert "*" in lines


def test_the_sizes_of_the_readme_are_within_its_budget() -> None:
    part = README.partition("## Size")[2]
    sizes = [int(number) for number in re.findall(r"^\| [^|*]+ \| (\d+) \|", part, re.MULTILINE)]
    (whole,) = re.findall(r"\*\*sum\*\* \| \*\*(\d+)\*\*", part)
    (budget,) = re.findall(r"budget of (\d+) MB", part)
    assert (len(sizes), sum(sizes)) == (3, int(whole))
    assert int(whole) <= int(budget)


def test_the_dockerfile_passes_hadolint() -> None:
    program = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None and os.environ.get("PATLESS_REQUIRE_ALL") != "1":
        pytest.skip("hadolint is not installed")
    assert program, "hadolint is not installed"
    done = subprocess.run([program, str(PIPE / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_pipe_yml_the_entry_point_and_the_readme_name_the_same_variables() -> None:
    named = {one["name"] for one in PIPE_YML["variables"]}
    script = entry_point().read_text(encoding="utf-8")
    read = set(re.findall(r"\$\{([A-Z_]+):-\}", script)) - {"BITBUCKET_CLONE_DIR"}
    credentials = {"BITBUCKET_ACCESS_TOKEN", "ATLASSIAN_ACCOUNT_EMAIL", "ATLASSIAN_API_TOKEN"}
    assert named == read | credentials
    table = README.partition("## Variables")[2].partition("##")[0]
    assert set(re.findall(r"`([A-Z_]{3,})`", table)) - {"SINCE"} == named - {"SINCE"}


def test_the_steps_of_the_readme_are_pipelines_that_name_the_image() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        item = yaml.safe_load(block)
        if isinstance(item, dict):
            item = item["pipelines"]["pull-requests"]["**"][0]["step"]["script"]
        (pipe,) = item
        assert pipe["pipe"] == PIPE_YML["image"]
        assert set(pipe.get("variables", {})) <= {one["name"] for one in PIPE_YML["variables"]}

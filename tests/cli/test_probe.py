"""`patless packages --probe` where there is nothing to ask, or no pair to ask with. tests/registry/ has the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.cli.pipeline_step import STEP
from tests.cli.conftest import Patless, put
from tests.registry import farend
from tests.registry.farend import FarEnd

NAMES = ("BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN")
PUSH = "pipelines: {default: [step: {script: [docker push crg.apkg.io/acme/web]}]}\n"


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "BITBUCKET_WORKSPACE", "BITBUCKET_REPO_SLUG"):
        monkeypatch.delenv(name, raising=False)


def test_a_repository_without_packages_has_nothing_to_ask(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="pipelines: {default: [step: {script: [make]}]}\n")
    run = patless("packages", "--probe", "--write")
    assert (run.code, run.out) == (0, "patless sees no step that pushes or reads a package of a Packages registry.\n")
    document = json.loads(patless("packages", "--probe", "--format", "json").out)
    assert document["probe"] == {"own_packages": [], "written": None, "errors": []}
    assert not (tmp_path / ".patless.toml").exists()


@pytest.mark.parametrize("package", ["crg.apkg.io/acme/web", "crg.apkg.io/$BITBUCKET_WORKSPACE/web"])
@pytest.mark.parametrize("shape", ["text", "json"])
def test_outside_of_a_pipeline_it_says_how_to_get_into_one(
    patless: Patless, tmp_path: Path, package: str, shape: str
) -> None:
    put(tmp_path, bitbucket_pipelines=PUSH.replace("crg.apkg.io/acme/web", package))
    run = patless("packages", "--probe", "--format", shape)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("patless: can't ask crg.apkg.io: no native credentials (BITBUCKET_PACKAGES_USERNAME and")
    assert STEP in run.err


def test_half_a_pair_is_none(patless: Patless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, bitbucket_pipelines=PUSH)
    monkeypatch.setenv(NAMES[0], "x")
    monkeypatch.setenv(NAMES[1], "")
    run = patless("packages", "--probe")
    assert run.code == 2
    assert run.err.startswith(
        "patless: can't ask crg.apkg.io: no native credentials (BITBUCKET_PACKAGES_TOKEN is not set or empty"
    )


def test_the_help_shows_the_step(patless: Patless) -> None:
    shown = [line.strip() for line in patless("packages", "--help").out.splitlines()]
    assert [line.strip() for line in STEP.splitlines()] == shown[-3:]


def test_the_step_has_three_lines() -> None:
    assert len(STEP.splitlines()) == 3


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--write"], "--write needs --probe"),
        (
            ["--probe", "--write", "--no-config"],
            "pass --write or --no-config, not both: --write changes the configuration",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    patless: Patless, tmp_path: Path, options: list[str], error: str
) -> None:
    put(tmp_path, bitbucket_pipelines=PUSH)
    run = patless("packages", *options)
    assert (run.code, run.err) == (2, f"patless: {error}\n")


def test_several_repositories_are_refused(patless: Patless, tmp_path: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path / name, bitbucket_pipelines=PUSH)
        subprocess.run(["git", "init", "--quiet", tmp_path / name], check=True)
    run = patless("packages", "--probe")
    assert (run.code, run.err) == (2, "patless: --probe works for one repository; name its folder\n")


def test_without_a_probe_no_http_client_is_imported(tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines=PUSH)
    script = "import sys; from migrator.cli import main; main(['packages']); print('requests' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "False"


# What a repository says of itself decides neither what is sent nor where

RULES = """\
registries:
  {name}:
    hosts: ["{host}", crg.apkg.io]
    mention: "{host}"
    username: {username}
    password: {password}
"""


@pytest.fixture
def end() -> Iterator[FarEnd]:
    with farend.running() as found:
        yield found


def hostile(tmp_path: Path, host: str, *, name: str = "theirs", password: str = "ATLASSIAN_API_TOKEN") -> None:
    put(tmp_path, bitbucket_pipelines=PUSH.replace("crg.apkg.io", host))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "r.yml").write_text(
        RULES.format(name=name, host=host, username="ATLASSIAN_ACCOUNT_EMAIL", password=password)
    )


@pytest.mark.parametrize("name", ["theirs", "bitbucket-packages"])
@pytest.mark.parametrize("password", ["ATLASSIAN_API_TOKEN", "BITBUCKET_PACKAGES_TOKEN"])
@pytest.mark.parametrize("file", [".patless.toml", "pyproject.toml", "--config"])
def test_rules_of_the_repository_lead_no_credential_anywhere(
    patless: Patless, tmp_path: Path, end: FarEnd, name: str, password: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("ATLASSIAN_ACCOUNT_EMAIL", "ATLASSIAN_API_TOKEN", *NAMES):
        monkeypatch.setenv(variable, "the-operator-s-own")
    hostile(tmp_path, end.host, name=name, password=password)
    header = "[tool.patless]\n" if file == "pyproject.toml" else ""
    target = ".patless.toml" if file == "--config" else file
    (tmp_path / target).write_text(f'{header}rules = ["mine"]\n')
    run = patless("packages", "--probe", *(("--config", target) if file == "--config" else ()))
    assert (run.code, end.asked) == (0, [])
    assert "not asked: only the repository's own rules name this host" in run.out


def test_rules_of_the_operator_lead_no_other_credential_anywhere(
    patless: Patless, tmp_path: Path, end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("ATLASSIAN_ACCOUNT_EMAIL", "ATLASSIAN_API_TOKEN", *NAMES):
        monkeypatch.setenv(variable, "the-operator-s-own")
    hostile(tmp_path, end.host)
    run = patless("packages", "--probe", "--rules", "mine")
    assert (run.code, end.asked) == (2, [])
    assert "--probe sends only native credentials" in run.err

"""`patless packages --probe` against Debian's registry, with a token server before it that grants by name."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.fixtures_support import Outcome, run
from tests.registry import images, server, tokens
from tests.registry.conftest import NATIVE

PIPELINES = """\
pipelines:
  default:
    - step:
        script:
          - docker login {host} -u $BB_USER -p $BB_TOKEN
          - docker build -t {host}/acme/web:1 .
          - docker push {host}/acme/web:1
          - docker push {host}/acme/mirror:1
          - docker pull {host}/$BITBUCKET_WORKSPACE/base:1
          - docker pull {host}/acme/theirs:1
          - docker pull {host}/acme/unborn:1
          - docker pull {host}/acme/$TOOL:1
"""
RULES = """\
registries:
  bitbucket-packages:
    hosts: ["{host}"]
    mention: "{host}"
    username: BITBUCKET_PACKAGES_USERNAME
    password: BITBUCKET_PACKAGES_TOKEN
"""
READ, BOTH = frozenset({"pull"}), frozenset({"pull", "push"})
ADMIN = ("admin", "fills the registry")
THERE = ("web", "mirror", "base", "theirs")
GRANTS = {
    NATIVE[0]: {"acme/web": BOTH, "acme/mirror": READ, "acme/base": READ, "acme/unborn": BOTH},
    ADMIN[0]: {f"acme/{name}": BOTH for name in THERE},
}


@pytest.fixture(scope="module")
def host(docker_registry: str, skopeo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry with some packages of the workspace acme."""
    folder = tmp_path_factory.mktemp("granting")
    images.write(folder / "image", "1")
    with (
        tokens.running(tokens.Tokens(dict([NATIVE, ADMIN]), GRANTS)) as granting,
        server.running(docker_registry, folder, granting.auth(folder)) as registry,
    ):
        for name in THERE:
            target = f"docker://{registry.host}/acme/{name}:1"
            command = [skopeo, "copy", "-q", "--insecure-policy", "--dest-tls-verify=false"]
            subprocess.run(
                [*command, "--dest-creds", ":".join(ADMIN), "oci:image:1", target], cwd=folder, check=True, timeout=60
            )
        yield registry.host


@pytest.fixture
def repository(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as a step of a pipeline has it."""
    folder = tmp_path / "repository"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "local.yml").write_text(RULES.format(host=host))
    (folder / "bitbucket-pipelines.yml").write_text(PIPELINES.format(host=host))
    (folder / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.setenv("BITBUCKET_WORKSPACE", "acme")
    monkeypatch.setenv("BITBUCKET_PACKAGES_USERNAME", NATIVE[0])
    monkeypatch.setenv("BITBUCKET_PACKAGES_TOKEN", NATIVE[1])
    return folder


def probe(folder: Path, *options: str) -> Outcome:
    outcome = run(["packages", "--probe", "--rules", "rules", *options], folder)
    for secret in (NATIVE[1], "eyJ"):
        assert secret not in outcome.out + outcome.err
    assert "Traceback" not in outcome.err
    return outcome


def answers(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        package["name"].partition("/")[2]: (package["probe"]["readable"], package["probe"]["push"])
        for package in document["packages"]
    }


def test_nothing_is_written_without_being_asked_for(repository: Path) -> None:
    assert probe(repository).code == 0
    assert not (repository / ".patless.toml").exists()


def test_a_package_that_is_listed_already_is_not_listed_again(repository: Path, host: str) -> None:
    text = f'own-packages = ["{host}/acme/*"]\n'
    (repository / ".patless.toml").write_text(text)
    outcome = probe(repository, "--write")
    assert (outcome.code, (repository / ".patless.toml").read_text()) == (0, text)
    assert "Nothing new for own-packages." in outcome.out


def test_each_package_has_its_answer(repository: Path) -> None:
    outcome = probe(repository, "--format", "json")
    document = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert answers(document) == {
        "acme/web": ("yes", "yes"),
        "acme/mirror": ("yes", "no"),
        "$BITBUCKET_WORKSPACE/base": ("yes", "no"),
        "acme/theirs": ("no", "no"),
        "acme/unborn": ("unknown", "yes"),
        "acme/$TOOL": ("unknown", "unknown"),
    }
    jsonschema.validate(document, json.loads(files("migrator.reports").joinpath("schema.json").read_text()))


def test_a_readable_package_that_is_pushed_without_a_grant_is_not_called_own(repository: Path, host: str) -> None:
    document = json.loads(probe(repository, "--format", "json").out)
    assert document["probe"]["own_packages"] == [f"{host}/acme/base", f"{host}/acme/web"]


def test_people_read_why_and_what_could_not_be_found_out(repository: Path, host: str) -> None:
    lines = probe(repository).out.splitlines()
    why = {line.split()[0].partition("/")[2]: line.split(maxsplit=3)[3] for line in lines[1:7]}
    assert why == {
        "acme/web": "an answer that is not a list of tags; push: granted by the token",
        "acme/mirror": "an answer that is not a list of tags; push: not granted",
        "$BITBUCKET_WORKSPACE/base": "an answer that is not a list of tags; push: not granted",
        "acme/theirs": "reading it is refused (401 UNAUTHORIZED); push: not granted",
        "acme/unborn": "not there, never pushed to, or hidden from this repository (404 NAME_UNKNOWN); push: granted "
        "by the token",
        "acme/$TOOL": "not asked: $TOOL in the name is known only inside of its step",
    }
    assert lines[8:] == [
        "2 packages to add to own-packages; paste this, or run again with `--write`:",
        "own-packages = [",
        f'    "{host}/acme/base",',
        f'    "{host}/acme/web",',
        "]",
    ]


def test_what_was_learnt_settles_a_foreign_package(repository: Path, host: str) -> None:
    pipelines = repository / "bitbucket-pipelines.yml"
    lines = pipelines.read_text().splitlines(keepends=True)
    pipelines.write_text("".join(line for line in lines if "pull" not in line or "/base:" in line))

    def reasons() -> list[list[str]]:
        checked = run(["check", "--rules", "rules", "--format", "json"], repository)
        return [finding["reasons"] for finding in checked.findings()]

    assert reasons() == [["foreign-package"]]
    outcome = probe(repository, "--write")
    assert outcome.code == 0
    assert "2 packages added to own-packages in .patless.toml." in outcome.out
    written = tomllib.loads((repository / ".patless.toml").read_text())
    assert written == {"own-packages": [f"{host}/acme/base", f"{host}/acme/web"]}
    assert reasons() == [[]]


def test_a_configuration_that_is_there_keeps_its_text(repository: Path, host: str) -> None:
    before = '# ours\n[tool.patless] # keep\nignore = ["traced"]\n\n[project]\nname = "x"\n'
    (repository / "pyproject.toml").write_text(before)
    assert probe(repository, "--write").code == 0
    after = (repository / "pyproject.toml").read_text()
    added = f'own-packages = [\n    "{host}/acme/base",\n    "{host}/acme/web",\n]\n'
    assert after == before.replace("# keep\n", f"# keep\n{added}")


def test_a_configuration_that_was_named_is_the_one_that_is_written(repository: Path, host: str) -> None:
    below = repository / "below"
    below.mkdir()
    for folder in (repository, below):
        (folder / "own.toml").write_text("# empty\n")
    outcome = run(["packages", "--probe", "--write", "--rules", "../rules", "--config", "own.toml", ".."], below)
    assert (outcome.code, (repository / "own.toml").read_text()) == (0, "# empty\n")
    assert f"{host}/acme/web" in (below / "own.toml").read_text()


def test_a_wrong_pair_is_said_to_be_refused(repository: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("BITBUCKET_PACKAGES_TOKEN", "wrong")
    outcome = probe(repository, "--write")
    assert outcome.code == 4
    assert f"patless: {host} refuses the native credentials: " in outcome.err
    assert not (repository / ".patless.toml").exists()


def test_a_registry_that_is_not_there_is_said_to_be_out_of_reach(repository: Path, host: str) -> None:
    gone = "127.0.0.1:1"
    for path in (repository / "rules" / "local.yml", repository / "bitbucket-pipelines.yml"):
        path.write_text(path.read_text().replace(host, gone))
    outcome = probe(repository)
    assert outcome.code == 4
    assert f"patless: cannot reach {gone}: no connection; check the network" in outcome.err


def test_a_registry_without_tokens_does_not_tell_about_pushes(
    registry: server.Registry, repository: Path, host: str
) -> None:
    for path in (repository / "rules" / "local.yml", repository / "bitbucket-pipelines.yml"):
        path.write_text(path.read_text().replace(host, registry.host))
    outcome = probe(repository, "--format", "json")
    assert outcome.code == 0
    assert set(answers(json.loads(outcome.out)).values()) == {("unknown", "unknown")}

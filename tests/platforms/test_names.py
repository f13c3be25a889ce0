"""Which files are pipelines files, by their names."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.platforms.bitbucket.names import PATHSPECS, SCRIPTS, is_pipelines_file
from migrator.prefilter import data

PIPELINES = [
    "bitbucket-pipelines.yml",
    "a/b/bitbucket-pipelines.yaml",
    "Bitbucket-Pipelines.YML",
    "shared-pipelines.yml",
    "pipelines.yml",
    "bitbucket-pipeline.yml",
    ".pipelines.yml",
    "ci/build.pipelines.yaml",
]


@pytest.mark.parametrize("path", PIPELINES)
def test_a_name_of_a_pipelines_file(path: str) -> None:
    assert is_pipelines_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "pipelines.yml/x",
        "bitbucket-pipelines.yml.bak",
        "bitbucket-pipelines.json",
        "pipelines",
        "pipeline.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml\n",
        "docker-compose.yml",
    ],
)
def test_a_name_of_another_file(path: str) -> None:
    assert not is_pipelines_file(path)


def test_a_name_of_several_lines_is_one_too() -> None:
    assert is_pipelines_file("a/odd\nPipelines.yml")
    assert not is_pipelines_file("a/odd\npipelines.yml.bak")


def test_git_finds_each_of_them(tmp_path: Path) -> None:
    for at, path in enumerate(PIPELINES):
        file = tmp_path / str(at) / path
        file.parent.mkdir(parents=True)
        file.touch()
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    told = ("git", "-C", str(tmp_path), "ls-files", "--others", "--", *PATHSPECS)
    found = subprocess.run(told, check=True, capture_output=True, text=True).stdout.splitlines()
    assert sorted(found) == sorted(f"{at}/{path}" for at, path in enumerate(PIPELINES))


def test_the_quick_look_knows_the_same_keys_of_scripts() -> None:
    assert tuple(f"{key}:" for key in SCRIPTS) == data.SCRIPTS

"""Which files are pipelines files, by their names."""

from __future__ import annotations

import pytest

from migrator.platforms.bitbucket.names import SCRIPTS, is_pipelines_file
from migrator.prefilter import data


@pytest.mark.parametrize(
    "path",
    [
        "bitbucket-pipelines.yml",
        "a/b/bitbucket-pipelines.yaml",
        "Bitbucket-Pipelines.YML",
        "shared-pipelines.yml",
        "pipelines.yml",
        "bitbucket-pipeline.yml",
        ".pipelines.yml",
        "ci/build.pipelines.yaml",
    ],
)
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


def test_the_quick_look_knows_the_same_keys_of_scripts() -> None:
    assert tuple(f"{key}:" for key in SCRIPTS) == data.SCRIPTS

"""What is read of the branches of a repository: credentials that outlive their step, deployments."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator.findings.settings import Settings
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.rulebook import reading as rulebook
from migrator.secrets.records import Leaving
from migrator.secrets.survey import Exported, RecentRuns, Survey
from migrator.text.files import LIMIT

LOGIN = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u $PACKAGES_USER -p $PACKAGES_PAT
"""
HANDED_ON = """\
pipelines:
  default:
    - step:
        script:
          # patless: ignore[credential-leaves-step] the cluster has to read it
          - kubectl create secret docker-registry packages --docker-server=crg.apkg.io --docker-password=$CLUSTER_PAT
"""


def test_a_login_that_stays_in_its_step_leaves_nothing(tmp_path: Path) -> None:
    repository(tmp_path, LOGIN)
    with surveyed(tmp_path) as survey:
        assert survey.leaving() == Leaving()
        assert survey.candidates() >= {"PACKAGES_PAT"}


def test_a_tag_is_no_branch(tmp_path: Path) -> None:
    repository(tmp_path, HANDED_ON)
    git(tmp_path, "tag", "v1")
    commit(tmp_path, LOGIN)
    with surveyed(tmp_path) as survey:
        assert survey.leaving() == Leaving()


def test_on_a_branch_it_counts_though_a_comment_ignores_it(tmp_path: Path) -> None:
    repository(tmp_path, LOGIN)
    git(tmp_path, "switch", "--quiet", "-c", "cluster")
    commit(tmp_path, HANDED_ON)
    git(tmp_path, "switch", "--quiet", "main")
    with surveyed(tmp_path) as survey:
        assert survey.leaving() == Leaving(frozenset({"CLUSTER_PAT"}))
        assert survey.candidates() >= {"PACKAGES_PAT", "CLUSTER_PAT"}


def test_in_a_file_that_cannot_be_read_every_name_may_be_handed_on(tmp_path: Path) -> None:
    repository(tmp_path, HANDED_ON + "  - ]\n")
    with surveyed(tmp_path) as survey:
        found = survey.leaving()
    assert not found.names
    assert "CLUSTER_PAT" in found.unread


DEPLOYED = """\
pipelines:
  default:
    - step:
        deployment: Production
        script: [make]
"""
BROKEN = DEPLOYED + "    - ]\n"
IMPORTING = DEPLOYED.replace("default:", "custom:\n    x: {import: ci:main:x}\n  default:")


@pytest.mark.parametrize(
    ("pipelines", "environments"),
    [
        (DEPLOYED, frozenset({"production"})),
        (DEPLOYED.replace("deployment", "environment"), frozenset({"production"})),
        (BROKEN, None),
        (IMPORTING, None),
        (DEPLOYED + "#" * LIMIT, None),
    ],
    ids=["deployment", "environment", "not to be parsed", "an import that cannot be read", "too large"],
)
def test_deployments_are_known_only_where_every_pipelines_file_is(
    tmp_path: Path, pipelines: str, environments: frozenset[str] | None
) -> None:
    repository(tmp_path, pipelines)
    with surveyed(tmp_path) as survey:
        (found,), _ = survey.refs(frozenset({"PAT"}))
    assert found.environments == environments


def repository(root: Path, pipelines: str) -> None:
    git(root, "init", "--quiet", "-b", "main")
    commit(root, pipelines)


@contextmanager
def surveyed(root: Path) -> Iterator[Survey]:
    settings = Settings(workspace="acme", repository="web", ignore=frozenset({"credential-leaves-step"}))
    with Objects(root) as objects:
        yield Survey(
            objects, rulebook.load(), settings, RecentRuns(), lambda text: Exported(None, text), tuple(refs(root))
        )


def commit(root: Path, pipelines: str) -> None:
    (root / "bitbucket-pipelines.yml").write_text(pipelines)
    git(root, "add", ".")
    git(root, "-c", "user.name=Ada", "-c", "user.email=ada@acme.invalid", "commit", "--quiet", "-m", "a change")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", root, *arguments], check=True)

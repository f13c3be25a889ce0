"""What is read of the branches of a repository: credentials that outlive their step, deployments."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.records import Run
from migrator.findings.settings import Settings
from migrator.repositories.git import GitError
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.repositories.refview import RefView
from migrator.rulebook import reading as rulebook
from migrator.secrets.asking import Asking
from migrator.secrets.records import Leaving, Stand
from migrator.secrets.survey import Exported, RecentRuns, Survey
from migrator.secrets.surveying import Resolver
from migrator.text.files import LIMIT
from migrator.text.view import Unreadable
from tests.memory import PATH

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


def pipelines_of(*items: str) -> str:
    lines = "".join(f"          - {item}\n" for item in items)
    return f"pipelines:\n  default:\n    - step:\n        script:\n{lines}"


INDIRECT = "docker login $REGISTRY -u $PACKAGES_USER -p $PACKAGES_PAT"
NAMED = {"PACKAGES_PAT", "PACKAGES_USER"}


@pytest.mark.parametrize(
    "files",
    [
        {PATH: pipelines_of("docker login docker.io -u $U -p $T"), ".env": "REGISTRY=crg.apkg.io\n"},
        {PATH: pipelines_of("npm login --user $U", "sh x.sh"), "x.sh": "az login -u $U -p $T\n", "a.md": "crg.apkg.io"},
        {PATH: pipelines_of("sh x.sh"), "x.sh": "docker login quay.io -u $U -p $T\n", "a.md": "crg.apkg.io"},
        {PATH: pipelines_of(INDIRECT), ".env": "REGISTRY=quay.io\n"},
        {PATH: pipelines_of("sh x.sh"), "x.sh": INDIRECT},
        {PATH: pipelines_of("npm ci"), ".npmrc": "//npm.acme.example/:_auth=${NPM_AUTH}\n", "a.md": "crg.apkg.io"},
    ],
    ids=[
        "another registry",
        "other programs",
        "another registry in a script",
        "nothing named",
        "a script and nothing named",
        "a file of npm for another registry",
    ],
)
def test_a_login_elsewhere_has_no_candidates(tmp_path: Path, files: dict[str, str]) -> None:
    whole(tmp_path, files)
    with surveyed(tmp_path) as survey:
        assert survey.candidates() == frozenset()


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({PATH: pipelines_of("npm ci"), ".npmrc": "//npm.apkg.io/acme/:_auth=${NPM_AUTH}\n"}, {"NPM_AUTH"}),
        (
            {
                PATH: pipelines_of("yarn config set npmAuthIdent $U:$T", "yarn npm publish"),
                ".yarnrc.yml": "npmRegistryServer: https://npm.apkg.io/$BITBUCKET_WORKSPACE\n",
            },
            {"U", "T"},
        ),
    ],
    ids=["a file that names it", "a file that names the registry"],
)
def test_what_a_file_of_a_client_has_to_do_with_is_a_candidate(
    tmp_path: Path, files: dict[str, str], names: set[str]
) -> None:
    whole(tmp_path, files)
    with surveyed(tmp_path) as survey:
        assert survey.candidates() == names


@pytest.mark.parametrize(
    "files",
    [
        {PATH: pipelines_of("source .env", INDIRECT), ".env": "REGISTRY=crg.apkg.io\n"},
        {PATH: pipelines_of("set -a", ". ci/env", INDIRECT), "ci/env": "REGISTRY=crg.apkg.io\n"},
        {PATH: pipelines_of(INDIRECT), "compose.yaml": "services: {web: {image: crg.apkg.io/acme/web}}\n"},
        {PATH: pipelines_of("sh login.sh"), "login.sh": INDIRECT, ".env": "REGISTRY=crg.apkg.io\n"},
        {PATH: pipelines_of("sh login.sh"), "login.sh": f". ./.env\n{INDIRECT}\n", ".env": "REGISTRY=crg.apkg.io\n"},
        {PATH: pipelines_of("make login"), "Makefile": f"include ci.mk\nlogin:\n\t{INDIRECT.replace('$', '$$')}\n",
         "ci.mk": "REGISTRY := crg.apkg.io\n"},
        {PATH: pipelines_of("sh login.sh"), "a.yml": "host: crg.apkg.io\n",
         "login.sh": "docker login quay.io -u $Q\ndocker login $(yq .host a.yml) -u $PACKAGES_USER -p $PACKAGES_PAT\n"},
        {PATH: pipelines_of("ruby login.rb"), "config.yml": "registry: crg.apkg.io\n",
         "login.rb": 'system("docker login #{host} -u $PACKAGES_USER -p $PACKAGES_PAT") or exit(1)\n'},
    ],
    ids=["sourced", "exported", "in a compose file", "in a script", "in a script that sources it", "in a makefile",
         "beside another registry", "in another language"],
)  # fmt: skip
def test_a_login_whose_host_another_file_names_has_candidates(tmp_path: Path, files: dict[str, str]) -> None:
    whole(tmp_path, files)
    with surveyed(tmp_path) as survey:
        assert survey.candidates() - {"REGISTRY"} == NAMED


@pytest.mark.parametrize("variable", ["REGISTRY", "OTHER"])
def test_a_login_whose_host_a_stored_variable_names_has_candidates(tmp_path: Path, variable: str) -> None:
    whole(tmp_path, {PATH: pipelines_of("sh login.sh"), "login.sh": INDIRECT})
    with surveyed(tmp_path, {variable: "crg.apkg.io"}) as survey:
        assert survey.candidates() - {"REGISTRY"} == NAMED


def test_a_login_of_an_earlier_commit_has_candidates_too(tmp_path: Path) -> None:
    whole(tmp_path, {PATH: pipelines_of("source .env", INDIRECT), ".env": "REGISTRY=crg.apkg.io\n"})
    commit(tmp_path, pipelines_of("true"))
    with surveyed(tmp_path) as survey:
        assert survey.candidates() - {"REGISTRY"} == NAMED


def repository(root: Path, pipelines: str) -> None:
    whole(root, {PATH: pipelines})


def whole(root: Path, files: dict[str, str]) -> None:
    git(root, "init", "--quiet", "-b", "main")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    commit(root, files[PATH])


@contextmanager
def surveyed(root: Path, hosts: dict[str, str | None] | None = None) -> Iterator[Survey]:
    settings = Settings(
        workspace="acme", repository="web", ignore=frozenset({"credential-leaves-step"}), hosts=hosts or {}
    )
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


@pytest.mark.parametrize("error", [Unreadable("no"), GitError("no")], ids=lambda error: type(error).__name__)
def test_of_a_commit_that_cannot_be_read_nothing_is_needed_and_any_file_may_run(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise error

    repository(tmp_path, LOGIN)
    with surveyed(tmp_path) as survey:
        assert survey.needed() == {"PACKAGES_USER", "PACKAGES_PAT"}
    monkeypatch.setattr("migrator.secrets.survey.needed", refused)
    monkeypatch.setattr("migrator.secrets.survey.may_run_any", refused)
    with surveyed(tmp_path) as survey:
        assert survey.needed() == frozenset()
        assert survey._may_run_any(RefView(survey.objects, survey.every[0].commit), [PATH])


def test_a_commit_of_several_runs_is_looked_at_once_for_each_that_may_go_on(tmp_path: Path) -> None:
    repository(tmp_path, HANDED_ON)
    with surveyed(tmp_path) as survey:
        old = survey.every[0].commit
    commit(tmp_path, LOGIN)
    when = datetime(2026, 11, 20, tzinfo=UTC)

    def run(number: int, state: str, sha: str | None) -> Run:
        return Run("{1}", number, when, state, None, None, None, None, Hash(sha) if sha else None, None, None)

    with surveyed(tmp_path) as survey:
        head = survey.every[0].commit
        runs = (
            *(run(1, "COMPLETED", old), run(2, "PENDING", old), run(3, "COMPLETED", old), run(4, "PENDING", head)),
            *(run(5, "PENDING", None), run(6, "COMPLETED", None), run(7, "COMPLETED", "f" * 40)),
        )
        chosen, lost, gaps = replace(survey, runs=RecentRuns(runs, "no"))._chosen()
    assert [(one.name, str(stand)) for one, stand in chosen if "runs" in one.name] == [
        ("refs/runs/1", str(Stand.AGAIN)),
        ("refs/runs/2", str(Stand.NOW)),
    ]
    assert [one.name for one, _ in lost] == ["refs/runs/7"]
    assert len(gaps) == 2
    assert "run 5" in gaps[1]


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (ApiError(Cause.MISSING, "not there"), False),
        (ApiError(Cause.UNAUTHORISED, "no"), True),
        (GitError("git says no"), False),
        (ValueError("no such thing"), False),
    ],
    ids=str,
)
def test_an_import_that_cannot_be_read_says_why_and_is_asked_for_once(
    error: Exception, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def repository(client: object, workspace: str, slug: str) -> None:
        asked.append(slug)
        raise error

    unused: Any = None
    monkeypatch.setattr("migrator.secrets.surveying.repositories.repository", repository)
    resolve = Resolver(Asking(unused, "acme", Path(), unused, Settings()))
    if ends:
        with pytest.raises(ApiError):
            resolve("ci-shared:main")
        return
    assert resolve("ci-shared:main") == resolve("ci-shared:main")
    assert resolve("ci-shared:main").data is None
    assert str(error) in resolve("ci-shared:main").why
    assert asked == ["ci-shared"]
    assert resolve("one two").data is None
    assert asked == ["ci-shared"]

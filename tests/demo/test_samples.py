"""The sample workspace: the same in every run, and each story is true."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.demo import samples, store
from migrator.demo.box import Box
from migrator.demo.samples import SAMPLES, team
from migrator.demo.samples.sample import Sample, SampleVariable
from migrator.text import yaml
from migrator.text.source import Source
from tests.demo.client import Client
from tests.demo.contract import watched
from tests.demo.test_git import git

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
VERDICTS = {
    *("removable", "rollback-only", "after-merge", "in-use", "cannot-tell", "shadows-native", "not-checked"),
    "removable-with-accepted-risk",
}
BY_SLUG = {sample.slug: sample for sample in SAMPLES}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with watched(clock=lambda: NOW) as box:
        samples.fill(box)
        yield box


def files(box: Box, slug: str, revision: str = "main") -> dict[str, str]:
    folder = box.state.repositories[slug].folder
    entries = store.listing(folder, revision, "", 9)
    return {each.path: store.content(folder, each.hash).decode() for each in entries if each.kind == "blob"}


def uses(texts: dict[str, str], key: str) -> bool:
    return any(f"${key}" in text or f"${{{key}}}" in text for text in texts.values())


def stored() -> list[tuple[Sample, SampleVariable]]:
    return [(sample, variable) for sample in SAMPLES for variable in sample.stored]


def test_there_are_twelve_or_more_with_names_of_their_own() -> None:
    assert len(BY_SLUG) == len(SAMPLES) >= 12
    assert all(sample.story.endswith(".") for sample in SAMPLES)


def test_every_verdict_is_there() -> None:
    found = {variable.verdict for _, variable in stored()} | {variable.verdict for variable in team.WORKSPACE}
    assert found == VERDICTS | {""}


def test_no_value_looks_like_a_token() -> None:
    assert {variable.value for _, variable in stored() if variable.secured} == {"not-a-real-secret"}


def test_the_same_moment_gives_the_same_workspace(box: Box) -> None:
    with Box(clock=lambda: NOW) as other:
        samples.fill(other)
        for slug, repository in box.state.repositories.items():
            again = other.state.repositories[slug]
            assert store.branches(again.folder) == store.branches(repository.folder)
            assert again.runs == repository.runs
            assert again.variables == repository.variables


def test_it_is_there_within_a_second_and_a_half_of_work() -> None:
    before = _spent()
    with Box() as box:
        samples.fill(box)
        assert len(box.state.repositories) == len(SAMPLES)
        assert _spent() - before < 1.5


def _spent() -> float:
    """Seconds of processors, git's included; what others do on the machine is not."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@pytest.mark.parametrize("slug", [slug for slug, sample in BY_SLUG.items() if sample.pushes])
def test_pipelines_are_yaml_on_all_branches(box: Box, slug: str) -> None:
    for branch in store.branches(box.state.repositories[slug].folder):
        text = files(box, slug, branch)["bitbucket-pipelines.yml"]
        assert isinstance(yaml.plain(yaml.read_yaml(Source.decode("bitbucket-pipelines.yml", text.encode()))), dict)


@pytest.mark.parametrize(("sample", "variable"), stored(), ids=lambda part: getattr(part, "slug", None) or part.key)
def test_a_verdict_is_what_the_files_say(box: Box, sample: Sample, variable: SampleVariable) -> None:
    heads = store.branches(box.state.repositories[sample.slug].folder)
    now = {branch: uses(files(box, sample.slug, branch), variable.key) for branch in heads}
    once = any(uses(files(box, sample.slug, tag), variable.key) for tag in sample.tags)
    match variable.verdict:
        case "in-use" if sample.slug == "orders":
            assert not any(now.values())
            assert uses(files(box, "ci-shared"), variable.key)
        case "in-use":
            assert any(now.values())
        case "after-merge":
            assert now == {"main": True, sample.opened[0].source: False}
        case "rollback-only":
            assert once
            assert not any(now.values())
        case "removable" | "cannot-tell" | "removable-with-accepted-risk":
            assert not any(now.values())
            assert not sample.tags
        case "shadows-native":
            assert variable.key.startswith("BITBUCKET_PACKAGES_")
        case "not-checked":
            assert box.state.repositories[sample.slug].restricted


def test_a_token_of_the_workspace_is_used_by_three(box: Box) -> None:
    using = [
        slug for slug, sample in BY_SLUG.items() if sample.pushes and uses(files(box, slug), "TEAM_PACKAGES_TOKEN")
    ]
    assert using == ["mobile", "search", "notify"]


def test_only_an_old_branch_keeps_the_token_of_billing_alive(box: Box) -> None:
    heads = {branch: uses(files(box, "billing", branch), "PACKAGES_TOKEN") for branch in ("main", "release/2.x")}
    assert heads == {"main": False, "release/2.x": True}
    folder = box.state.repositories["billing"].folder
    tip = store.branches(folder)["release/2.x"]
    assert store.revisions(folder, [tip])[tip].author == "Sam Former <sam.former@acme.example>"


def test_check_finds_the_login_of_web_and_fix_changes_it(box: Box, tmp_path: Path) -> None:
    done = git("clone", "--quiet", box.clone_url("web"), ".", folder=tmp_path, login=f"x-token-auth {box.token()}")
    assert done.returncode == 0, done.stderr
    patless = Path(sys.executable).with_name("patless")
    assert subprocess.run([patless, "check"], cwd=tmp_path, capture_output=True, check=False).returncode == 1
    assert subprocess.run([patless, "fix"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    text = (tmp_path / "bitbucket-pipelines.yml").read_text()
    assert "PACKAGES_EMAIL" not in text
    assert "$DOCKERHUB_TOKEN" in text


def test_the_api_shows_the_workspace(box: Box) -> None:
    client = Client(box, bearer=box.token())
    assert client.get("/repositories/acme", pagelen=100).json()["size"] == len(SAMPLES)
    assert client.get("/repositories/acme/vault/pipelines_config/variables").status_code == 403
    assert client.get("/repositories/acme/sandbox").json()["mainbranch"] is None
    assert [row["title"] for row in client.rows("/repositories/acme/payments/pullrequests")]
    levels = [row["name"] for row in client.rows("/repositories/acme/checkout/environments")]
    assert levels == ["Staging", "Production"]

"""Variables that are needed, hidden in every way that was thought of: none of them may go.

The commands run in this process against a workspace in a box; the process itself is no part of what is tested here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from migrator.cli import secrets, secrets_apply
from migrator.demo import store
from migrator.demo.box import Box
from migrator.demo.state import PullRequest
from migrator.fleet import identity
from migrator.options.analysis import Sources
from migrator.options.output import Format
from migrator.options.secrets import ApplyOptions, ListingOptions, ListOptions, ListShowing, PlanOptions
from tests.demo.contract import watched
from tests.terminals import Terminal

NATIVE = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
"""
STORED = NATIVE.replace("BITBUCKET_PACKAGES_TOKEN", "PAT")
DEPLOYED = """\
pipelines:
  default:
    - step:
        {key}: {name}
        script:
          - ./deploy.sh "$PAT"
"""
ROOT = "bitbucket-pipelines.yml"


@dataclass(frozen=True)
class Desk:
    box: Box
    home: Path
    capture: pytest.CaptureFixture[str]

    def verdicts(self, *repositories: str) -> dict[tuple[str, str], str]:
        """Of the variables called PAT, by repository and environment; of all repositories where none is named."""
        asked = self.asked(*repositories)
        self.capture.readouterr()
        secrets.list_all(asked, ListOptions(), ListShowing(Format.JSON))
        rows = json.loads(self.capture.readouterr().out)["variables"]
        return {(row["repository"] or "", row["environment"] or ""): row["verdict"] for row in rows}

    def asked(self, *repositories: str) -> ListingOptions:
        return ListingOptions(
            self.home, "acme", *(repositories or ("",)), not repositories, sources=Sources(no_config=True)
        )

    def plan(self) -> Path:
        path = self.home / "plan.json"
        assert secrets.plan(self.asked(), PlanOptions(path), ListShowing()) == 0
        assert path.exists()
        return path

    def apply(self, plan: Path) -> str:
        self.capture.readouterr()
        with mock.patch.object(sys, "stdin", Terminal("acme\n")):
            secrets_apply.apply(ApplyOptions(plan, self.home, unsigned=True, sources=Sources(no_config=True)))
        return self.capture.readouterr().out


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    with watched() as box:
        monkeypatch.setenv("PATLESS_API_URL", box.api_url)
        monkeypatch.setenv("PATLESS_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("PATLESS_REQUESTS_PER_HOUR", "1000000")
        monkeypatch.setenv("BITBUCKET_ACCESS_TOKEN", box.token())
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield Desk(box, tmp_path, capsys)


def tool(box: Box, slug: str = "tool", **files: str) -> None:
    """A repository that was migrated by hand, with further files by path."""
    box.add_repository(slug, {"main": {ROOT: STORED}})
    box.commit(slug, "main", {ROOT: NATIVE, **files})


def test_without_any_use_it_may_go(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "removable"}


# Deployments


@pytest.mark.parametrize(
    ("key", "name", "environment"),
    [
        ("deployment", "PRODUCTION", "Production"),
        ("environment", "production", "Production"),
        ("deployment", "prod-eu", "Prod EU"),
        ("deployment", "$TARGET", "Production"),
    ],
    ids=["other case", "the newer key", "blanks as hyphens", "a computed name"],
)
def test_a_deployment_variable_is_seen_however_its_deployment_is_written(
    desk: Desk, key: str, name: str, environment: str
) -> None:
    tool(desk.box)
    desk.box.commit("tool", "main", {ROOT: DEPLOYED.format(key=key, name=name)})
    desk.box.add_environment("tool", environment)
    desk.box.add_variable("PAT", repository="tool", environment=environment)
    assert desk.verdicts("tool") == {("tool", environment): "in-use"}


def test_pipelines_that_cannot_be_read_may_have_any_deployment(desk: Desk) -> None:
    tool(desk.box)
    desk.box.commit("tool", "main", {ROOT: DEPLOYED.format(key="deployment", name="production") + "\t\tx: [\n"})
    desk.box.add_environment("tool", "production")
    desk.box.add_variable("PAT", repository="tool", environment="production")
    assert desk.verdicts("tool") == {("tool", "production"): "in-use"}


# What a step leads to

DUMP = "#!/bin/sh\nenv | sort > all.txt\n"


def test_a_pipelines_file_in_other_letters_is_one(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {"Bitbucket-Pipelines.yml": STORED}})
    desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "in-use"}


# Imports

SHARED = """\
definitions:
  imports:
    shared: ci:{ref}:ci/shared-pipelines.yml
pipelines:
  default:
    import: build@shared
"""
EXPORTED = (
    "export: true\ndefinitions:\n  pipelines:\n    build:\n      - step:\n          script:\n            - {line}\n"
)


@pytest.mark.parametrize("ref", ["main", "release/1.x", "v1"])
def test_a_use_in_the_file_that_a_source_names_counts(desk: Desk, ref: str) -> None:
    """Not in the exporter's own pipelines, which are another file."""
    files = {ROOT: NATIVE, "ci/shared-pipelines.yml": EXPORTED.format(line='docker login -p "$PAT"')}
    desk.box.add_repository("ci", {"main": {ROOT: NATIVE}, "release/1.x": files}, tags={"v1": "release/1.x"})
    if ref == "main":
        desk.box.commit("ci", "main", files)
    tool(desk.box)
    desk.box.commit("tool", "main", {ROOT: SHARED.format(ref=ref)})
    desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "in-use"}


def test_a_script_that_only_an_imported_pipeline_runs_is_reached(desk: Desk) -> None:
    files = {"ci/shared-pipelines.yml": EXPORTED.format(line="./debug.sh")}
    desk.box.add_repository("ci", {"main": files})
    tool(desk.box, **{"debug.sh": DUMP})
    assert desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "removable"}
    desk.box.commit("tool", "main", {ROOT: SHARED.format(ref="main")})
    assert desk.verdicts("tool") == {("tool", ""): "cannot-tell"}


def test_an_import_from_an_empty_repository_is_a_doubt(desk: Desk) -> None:
    desk.box.add_repository("ci")
    tool(desk.box)
    desk.box.commit("tool", "main", {ROOT: SHARED.format(ref="main")})
    desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "cannot-tell"}


# Changes


def change(desk: Desk, branch: str, message: str = "Change", to: str = "main") -> None:
    """A branch that is clean, with an open pull request to another one if `to` says so."""
    desk.box.add_repository("tool", {"main": {ROOT: STORED}, "develop": {ROOT: STORED}})
    desk.box.commit("tool", branch, {ROOT: NATIVE}, message)
    desk.box.commit("tool", "develop", {ROOT: NATIVE})
    desk.box.add_variable("PAT", repository="tool")
    if to:
        now, owner = desk.box.state.clock(), desk.box.state.owner
        request = PullRequest(1, "Use the native pair", "", branch, to, owner, now, now)
        desk.box.state.repositories["tool"].pull_requests.append(request)


MADE = identity.signed("PAT-7 Move", identity.Marks("a" * 64, "b" * 64), "main")


@pytest.mark.parametrize(
    ("branch", "message", "to", "verdict"),
    [
        ("patless/main", "Change", "main", "after-merge"),
        ("patless/main", "Change", "", "in-use"),
        ("patless/main", "Change", "develop", "in-use"),
        ("PAT-7/of-main", MADE, "main", "after-merge"),
        ("PAT-7/of-main", MADE, "", "in-use"),
        ("PAT-7/of-main", MADE, "develop", "in-use"),
        ("PAT-7/of-main", "Patless-Destination: main\n\nIn words only.", "main", "in-use"),
        ("feature/x", "Change", "main", "in-use"),
    ],
)
def test_a_branch_is_a_change_only_where_its_commit_and_a_pull_request_say_so(
    desk: Desk, branch: str, message: str, to: str, verdict: str
) -> None:
    change(desk, branch, message, to)
    assert desk.verdicts("tool") == {("tool", ""): verdict}


def test_a_persons_commit_on_top_makes_it_theirs(desk: Desk) -> None:
    change(desk, "PAT-7/of-main", MADE)
    desk.box.commit("tool", "PAT-7/of-main", {"more": "1"})
    assert desk.verdicts("tool") == {("tool", ""): "in-use"}


# Runs


def test_a_run_of_a_branch_that_is_gone_is_looked_at(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {ROOT: STORED}})
    desk.box.commit("tool", "main", {ROOT: NATIVE})
    commit = desk.box.commit("tool", "gone", {"x": "1", ROOT: STORED})
    desk.box.add_run("tool", "gone", "PAUSED", commit=commit)
    store.point(desk.box.state.repositories["tool"].folder, "refs/heads/gone", None)
    desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "in-use"}


def test_an_ended_run_of_a_branch_that_is_gone_does_not_leave_all_in_doubt(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PAT", repository="tool")
    desk.box.add_run("tool", "gone", commit="f" * 40)
    assert desk.verdicts("tool") == {("tool", ""): "rollback-only"}


def test_a_run_that_names_its_commit_by_the_beginning_is_a_run_of_that(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PAT", repository="tool")
    head = desk.box.head("tool", "main") or ""
    desk.box.add_run("tool", "main", commit=head[:12])
    assert desk.verdicts("tool") == {("tool", ""): "removable"}


@pytest.mark.parametrize("named", [False, True])
def test_the_beginning_of_an_old_commit_is_looked_up(desk: Desk, named: bool) -> None:
    """A branch that is called like it does not stand for it."""
    desk.box.add_repository("tool", {"main": {ROOT: STORED}})
    old = desk.box.head("tool", "main") or ""
    desk.box.commit("tool", "main", {ROOT: NATIVE})
    if named:
        desk.box.commit("tool", old[:12], {"x": "1"})
    desk.box.add_run("tool", "main", "PAUSED", commit=old[:12])
    desk.box.add_variable("PAT", repository="tool")
    assert desk.verdicts("tool") == {("tool", ""): "in-use"}


def test_a_beginning_that_no_commit_has_is_a_doubt(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PAT", repository="tool")
    desk.box.add_run("tool", "gone", "PAUSED", commit="f" * 12)
    assert desk.verdicts("tool") == {("tool", ""): "cannot-tell"}


def test_a_run_with_a_commit_that_is_none_is_a_doubt_and_no_fault(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_variable("PAT", repository="tool")
    desk.box.add_run("tool", "gone", "PAUSED", commit="--upload-pack=x")
    assert desk.verdicts("tool") == {("tool", ""): "cannot-tell"}


# Between plan and apply


def test_a_variable_of_the_workspace_stays_once_a_repository_has_none_of_its_own_any_more(desk: Desk) -> None:
    tool(desk.box)
    desk.box.add_repository("api", {"main": {ROOT: STORED}})
    own = desk.box.add_variable("PAT", repository="api")
    shared = desk.box.add_variable("PAT")
    plan = desk.plan()
    del desk.box.variables("api")[own]
    assert "it is in-use now" in desk.apply(plan)
    assert shared in desk.box.variables()


def test_a_variable_stays_where_its_repository_is_hidden_from_who_applies(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(desk.box)
    tool(desk.box, "api")
    uuid = desk.box.add_variable("PAT", repository="tool")
    shared = desk.box.add_variable("PAT")
    plan = desk.plan()
    monkeypatch.setenv("BITBUCKET_ACCESS_TOKEN", desk.box.token(repositories=["api"]))
    assert desk.apply(plan).count("refused") == 2
    assert uuid in desk.box.variables("tool")
    assert shared in desk.box.variables()


def test_an_old_commit_that_ran_again_since_keeps_it(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {ROOT: STORED}})
    old = desk.box.head("tool", "main")
    desk.box.commit("tool", "main", {ROOT: NATIVE})
    uuid = desk.box.add_variable("PAT", repository="tool")
    plan = desk.plan()
    desk.box.add_run("tool", "main", commit=old, when=datetime.now(UTC) + timedelta(seconds=2))
    assert "it is rollback-only now" in desk.apply(plan)
    assert uuid in desk.box.variables("tool")


def test_a_run_since_that_names_the_same_commit_by_its_beginning_changes_nothing(desk: Desk) -> None:
    tool(desk.box)
    uuid = desk.box.add_variable("PAT", repository="tool")
    plan = desk.plan()
    head = desk.box.head("tool", "main") or ""
    desk.box.add_run("tool", "main", commit=head[:12], when=datetime.now(UTC) + timedelta(seconds=2))
    desk.apply(plan)
    assert uuid not in desk.box.variables("tool")


def test_one_that_was_made_anew_with_the_same_name_stays(desk: Desk) -> None:
    tool(desk.box)
    uuid = desk.box.add_variable("PAT", repository="tool")
    plan = desk.plan()
    del desk.box.variables("tool")[uuid]
    other = desk.box.add_variable("PAT", repository="tool")
    assert "gone" in desk.apply(plan)
    assert list(desk.box.variables("tool")) == [other]

"""Names that a login reads and that no level has: seen the day after a removal, before the next release fails."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.bitbucket.inventory import NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.demo.box import Box
from migrator.findings.settings import Settings
from migrator.repositories.objects import Objects
from migrator.repositories.refs import refs
from migrator.rulebook import reading as rulebook
from migrator.secrets.judging import undefined
from migrator.secrets.records import Evidence, RefFacts, RemovalVerdict, RepositoryFacts, Stand, VariableRow
from migrator.secrets.references.records import NOTHING
from migrator.secrets.survey import Exported, RecentRuns, Survey
from tests.demo.contract import watched
from tests.secrets.test_end_to_end import NATIVE, STORED, VALUE, Desk

FILE = "bitbucket-pipelines.yml"
NATIVES = frozenset({"BITBUCKET_PACKAGES_TOKEN"})
USE = Evidence("shell", "main", FILE, 5, "$PAT")


def facts(
    *needs: tuple[str, Evidence], hidden: Level | None = None, stored: tuple[Variable, ...] = ()
) -> RepositoryFacts:
    ref = RefFacts("main", Stand.NOW, "1", 0, "Ada", NOTHING, True, needs=needs)
    not_checked = (NotChecked(hidden, None, "forbidden"),) if hidden else ()
    return RepositoryFacts("web", (ref,), frozenset({"PAT"}), stored, not_checked)


# What is judged


@pytest.mark.parametrize("level", list(Level))
def test_a_name_that_any_level_has_is_defined(level: Level) -> None:
    stored = (Variable(level, "PAT", "{1}", True, "production" if level is Level.DEPLOYMENT else None),)
    assert not list(undefined([facts(("PAT", USE), stored=stored)], NATIVES))


@pytest.mark.parametrize("level", list(Level))
def test_on_a_level_that_is_hidden_it_may_be_defined(level: Level) -> None:
    assert not list(undefined([facts(("PAT", USE), hidden=level)], NATIVES))


def test_native_variables_are_not_stored() -> None:
    assert not list(undefined([facts(("BITBUCKET_PACKAGES_TOKEN", USE))], NATIVES))


def test_a_candidate_that_nothing_needs_now_is_nothing() -> None:
    assert not list(undefined([facts()], NATIVES))


def test_what_is_needed_and_on_no_level_is_a_row_with_the_places_of_use() -> None:
    other = Evidence("shell", "release/1", FILE, 7, "$PAT")
    found = list(undefined([facts(("PAT", USE), ("PAT", other), ("PAT", USE))], NATIVES))
    assert found == [
        VariableRow("web", Variable(Level.REPOSITORY, "PAT", "", False), RemovalVerdict.UNDEFINED, (USE, other)),
    ]
    assert not found[0].verdict.may_go
    assert found[0].level == ""


# What is read of branches


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "-b", "main")
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", root, *arguments], check=True)


def commit(root: Path, text: str, path: str = FILE) -> None:
    (root / path).write_text(text)
    git(root, "add", ".")
    git(root, "-c", "user.name=Ada", "-c", "user.email=ada@acme.invalid", "commit", "--quiet", "-m", "a change")


def needs(root: Path) -> list[tuple[str, str, int, str]]:
    settings = Settings(workspace="acme", repository="web")
    with Objects(root) as objects:
        book, every_ref = rulebook.load(), tuple(refs(root))
        survey = Survey(objects, book, settings, RecentRuns(), lambda text: Exported(None, text), every_ref)
        found, _ = survey.refs(survey.needed())
    every = (one for ref in found for one in ref.needs)
    return [(name, evidence.ref, evidence.line, f"{evidence.kind} {evidence.text}") for name, evidence in every]


BEFORE = "          - docker login"
OUTPUTS = "        output-variables: [PACKAGES_TOKEN, PACKAGES_EMAIL]\n"
DECLARED = """\
  custom:
    release:
      - variables: [{name: PACKAGES_TOKEN}, {name: PACKAGES_EMAIL}]
      - step: {script: [make]}
"""


@pytest.mark.parametrize(
    "text",
    [
        STORED.replace(
            "        script:", "        output-variables: [PACKAGES_TOKEN, PACKAGES_EMAIL]\n        script:"
        ),
        STORED + "    - step:\n        script:\n          - export PACKAGES_TOKEN=x PACKAGES_EMAIL=y\n",
        STORED + DECLARED,
        STORED.replace(BEFORE, "          - source ./generated.sh\n" + BEFORE),
        NATIVE,
    ],
    ids=["output variables", "another step sets them", "a custom pipeline declares them", "a sourced file", "native"],
)
def test_what_a_pipelines_file_may_give_is_not_needed(root: Path, text: str) -> None:
    commit(root, text)
    assert needs(root) == []


def test_what_only_history_and_tags_need_is_not_needed(root: Path) -> None:
    commit(root, STORED)
    git(root, "tag", "v1")
    commit(root, NATIVE)
    assert needs(root) == []


def test_every_branch_says_where_it_needs_them(root: Path) -> None:
    commit(root, "# PACKAGES_TOKEN is the token of ci\n" + STORED)
    git(root, "switch", "--quiet", "-c", "old")
    commit(root, STORED)
    assert needs(root) == [
        ("PACKAGES_EMAIL", "main", 6, "shell $PACKAGES_EMAIL"),
        ("PACKAGES_TOKEN", "main", 6, "shell $PACKAGES_TOKEN"),
        ("PACKAGES_EMAIL", "old", 5, "shell $PACKAGES_EMAIL"),
        ("PACKAGES_TOKEN", "old", 5, "shell $PACKAGES_TOKEN"),
    ]


# The story


@pytest.fixture
def box() -> Iterator[Box]:
    with watched() as found:
        yield found


@pytest.fixture
def desk(box: Box, tmp_path: Path) -> Desk:
    home = tmp_path / "home"
    home.mkdir()
    return Desk(box, home, box.token())


def store(desk: Desk, *keys: str, repository: str = "tool") -> list[str]:
    return [desk.box.add_variable(key, VALUE, repository=repository) for key in keys]


def verdicts(desk: Desk, *arguments: str) -> dict[str, str]:
    rows = json.loads(desk.list("--repo", "tool", *arguments).out)["variables"]
    return {row["key"]: row["verdict"] for row in rows}


def test_the_day_after_a_removal_is_seen_before_the_next_release_fails(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {FILE: STORED}})
    _, token = store(desk, "PACKAGES_EMAIL", "PACKAGES_TOKEN")
    before = desk.list("--repo", "tool")
    assert before.code == 0
    assert verdicts(desk) == {"PACKAGES_EMAIL": "in-use", "PACKAGES_TOKEN": "in-use"}
    del desk.box.variables("tool")[token]
    after = desk.list("--repo", "tool")
    assert after.code == 1
    row = after.rows()["tool", "", "PACKAGES_TOKEN"]
    assert row["verdict"] == "undefined-variable"
    assert (row["level"], row["uuid"], row["secured"]) == (None, None, False)
    assert row["evidence"] == [{"kind": "shell", "ref": "main", "path": FILE, "line": 5, "text": "$PACKAGES_TOKEN"}]
    assert json.loads(after.out)["summary"]["verdicts"]["undefined-variable"] == 1
    desk.box.commit("tool", "main", {FILE: NATIVE})
    assert verdicts(desk) == {"PACKAGES_EMAIL": "removable"}


def test_nothing_of_it_goes_into_a_plan(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {FILE: STORED}})
    done = desk.plan("--repo", "tool", "-o", "plan.json")
    assert "no variable is removable" in done.err
    assert not (desk.home / "plan.json").exists()


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_form_says_what_it_means(desk: Desk, form: str) -> None:
    desk.box.add_repository("tool", {"main": {FILE: STORED}})
    done = desk.secrets("list", "--workspace", "acme", "--repo", "tool", "--format", form)
    assert done.code == 1
    for word in ("undefined-variable", "PACKAGES_TOKEN", f"{FILE}:5", "no level has it"):
        assert word in done.out
    assert "not secured" not in done.out


def test_the_levels_of_a_workspace_and_of_a_deployment_define_it(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {FILE: STORED}})
    desk.box.add_environment("tool", "production")
    desk.box.add_variable("PACKAGES_EMAIL", VALUE)
    desk.box.add_variable("PACKAGES_TOKEN", VALUE, repository="tool", environment="production")
    assert "undefined-variable" not in verdicts(desk).values()


def test_a_level_that_could_not_be_read_is_not_checked_as_before(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {FILE: STORED}})
    desk.box.state.repositories["tool"].restricted = True
    assert set(verdicts(desk).values()) == {"not-checked"}


def test_over_the_workspace_each_repository_needs_its_own(desk: Desk) -> None:
    for slug in ("tool", "web"):
        desk.box.add_repository(slug, {"main": {FILE: STORED}})
    store(desk, "PACKAGES_EMAIL", "PACKAGES_TOKEN", repository="web")
    rows = json.loads(desk.list("--all").out)["variables"]
    found = {(row["repository"], row["key"]) for row in rows if row["verdict"] == "undefined-variable"}
    assert found == {("tool", "PACKAGES_EMAIL"), ("tool", "PACKAGES_TOKEN")}


def test_a_fleet_s_report_shows_it(desk: Desk) -> None:
    desk.box.add_repository("tool", {"main": {FILE: STORED}})
    (desk.home / "secrets.json").write_text(desk.list("--repo", "tool").out)
    desk.run("fleet", "scan", "--workspace", "acme")
    assert desk.run("fleet", "report", "-o", "page.html", "--secrets", "secrets.json").code == 0
    assert "undefined-variable" in (desk.home / "page.html").read_text()


def test_the_registry_s_host_is_missed_too(desk: Desk) -> None:
    text = "# crg.apkg.io\n" + STORED.replace("login crg.apkg.io", 'login "$REGISTRY_HOST"')
    desk.box.add_repository("tool", {"main": {FILE: text}})
    store(desk, "PACKAGES_EMAIL", "PACKAGES_TOKEN")
    host = desk.box.add_variable("REGISTRY_HOST", "crg.apkg.io", secured=False, repository="tool")
    assert "undefined-variable" not in verdicts(desk).values()
    del desk.box.variables("tool")[host]
    assert verdicts(desk)["REGISTRY_HOST"] == "undefined-variable"

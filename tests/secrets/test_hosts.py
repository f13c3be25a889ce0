"""What stored variables tell of registries: hosts of Packages, where every step sees them alike, and nothing else."""

from __future__ import annotations

import textwrap
import time

import pytest

from migrator.bitbucket.inventory import Inventory, NotChecked
from migrator.bitbucket.records import Level, Variable
from migrator.engine import analysis as engine
from migrator.findings.records import Report
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.names import ROOT
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.rulebook import reading as rulebook
from migrator.secrets.hosts import hosts
from tests.memory import Memory

BOOK = rulebook.load()
HOST = "crg.apkg.io"


def deployment(value: str | None, environment: str = "production") -> Variable:
    return Variable(Level.DEPLOYMENT, "REGISTRY", "{d}", value is None, environment, "{e}", value)


def repository(value: str | None) -> Variable:
    return Variable(Level.REPOSITORY, "REGISTRY", "{r}", value is None, value=value)


def workspace(value: str | None) -> Variable:
    return Variable(Level.WORKSPACE, "REGISTRY", "{w}", value is None, value=value)


def known(*variables: Variable, hidden: Level | None = None) -> dict[str, str | None]:
    return hosts(Inventory(variables, (NotChecked(hidden, None, "forbidden"),) if hidden else ()), BOOK)


@pytest.mark.parametrize(
    "value",
    [
        "crg.apkg.io.example.com",
        "https://user:token@crg.apkg.io",
        "token@crg.apkg.io",
        "crg.apkg.io?token=x",
        "crg.apkg.io#x",
        "crg.apkg.io/acme?x",
        "crg.apkg.io acme",
        " crg.apkg.io",
        "crg.apkg.io\n",
        "http://crg.apkg.io:8080",
        "ftp://crg.apkg.io",
        "crg.apkg.io/$TOKEN",
        "crg.apkg.io/" + "a" * 129,
        '{"auths": {"crg.apkg.io": {}}}',
    ],
)
def test_what_is_more_than_a_host_is_not_kept(value: str) -> None:
    assert known(repository(value)) == {"REGISTRY": None}


@pytest.mark.parametrize("value", ["registry.example.com", "", "12345", "crg", None])
def test_what_has_nothing_to_do_with_packages_is_not_there(value: str | None) -> None:
    assert known(repository(value)) == {}


@pytest.mark.parametrize(
    "variables",
    [
        (deployment(HOST), repository("registry.example.com")),
        (deployment("registry.example.com"), repository(HOST)),
        (deployment(None), repository(HOST)),
        (deployment(HOST), repository(None)),
        (deployment(HOST),),
        (deployment(HOST), deployment(HOST, "staging")),
        (deployment(HOST), deployment("registry.example.com", "staging"), repository(HOST)),
        (deployment(HOST), deployment("https://crg.apkg.io", "staging"), repository(HOST)),
        (repository(None), workspace(HOST)),
        (repository("registry.example.com"), workspace(HOST)),
        (repository(HOST), repository("registry.example.com")),
        (deployment("registry.example.com"), workspace(HOST)),
    ],
    ids=lambda given: " ".join(f"{one.level}={one.value}" for one in given),
)
def test_where_steps_may_see_something_else_it_is_not_known(variables: tuple[Variable, ...]) -> None:
    assert known(*variables) == {"REGISTRY": None}


@pytest.mark.parametrize("hidden", list(Level))
def test_where_a_level_is_hidden_nothing_is_known(hidden: Level) -> None:
    assert known(repository(HOST), hidden=hidden) == {"REGISTRY": None}


def test_a_native_variable_is_no_host() -> None:
    native = Variable(Level.REPOSITORY, "BITBUCKET_PACKAGES_TOKEN", "{r}", False, value=HOST)
    assert known(native) == {"BITBUCKET_PACKAGES_TOKEN": None}


@pytest.mark.parametrize(
    "variables",
    [
        (repository(HOST),),
        (workspace(HOST),),
        (repository(HOST), workspace("registry.example.com")),
        (repository(HOST), workspace(None)),
        (deployment(HOST), repository(HOST)),
        (deployment(HOST), deployment(HOST, "staging"), workspace(HOST)),
    ],
    ids=lambda given: " ".join(f"{one.level}={one.value}" for one in given),
)
def test_where_every_step_sees_the_same_host_it_is_known(variables: tuple[Variable, ...]) -> None:
    assert known(*variables) == {"REGISTRY": HOST}


@pytest.mark.parametrize(
    "value", ["https://crg.apkg.io", "http://crg.apkg.io/", "CRG.apkg.io", "crg.apkg.io/acme/web", "crg.apkg.io:443"]
)
def test_a_host_may_have_a_scheme_and_a_path(value: str) -> None:
    assert known(repository(value)) == {"REGISTRY": value}


def test_a_long_value_takes_no_longer_than_it_is_long() -> None:
    begun = time.monotonic()
    assert known(repository("crg.apkg.io/" + "a/" * 500_000)) == {"REGISTRY": None}
    assert time.monotonic() - begun < 2


LOGIN = """\
pipelines:
  default:
    - step:
        script:
          - docker login "$REGISTRY" -u "$PACKAGES_USER" -p "$PACKAGES_PAT"
          - docker push "$REGISTRY/acme/web:1"
"""
STEP = textwrap.indent(LOGIN.partition("default:\n")[2], "  ")
CUSTOM = f"""\
pipelines:
  custom:
    release:
      - variables: [{{name: REGISTRY, default: crg.apkg.io}}]
{STEP}"""
SHARED = f"""\
export: true
definitions:
  pipelines:
    release:
{STEP}"""


def judged(text: str, within: str = "", **held: str | None) -> Report:
    view = Memory({ROOT: text.encode()})
    settings = Settings(hosts=held, workspace="acme", repository="web")
    return engine.analyse(view, [ROOT], BOOK, settings, BITBUCKET, within)


def codes(report: Report) -> list[list[str]]:
    return [[reason.code for reason in finding.reasons] for finding in report.findings]


def test_a_host_that_is_not_known_everywhere_settles_nothing() -> None:
    assert codes(judged(LOGIN, REGISTRY=None)) == [["registry-unresolved"]]


def test_whoever_starts_a_pipeline_that_asks_for_the_host_may_name_another() -> None:
    assert codes(judged(CUSTOM, REGISTRY=HOST)) == [["registry-unresolved"]]


def test_what_other_repositories_run_reads_their_variables() -> None:
    assert codes(judged(SHARED, REGISTRY=HOST)) == [["registry-unresolved"]]


def test_a_script_that_sets_the_host_anew_is_not_settled_by_what_is_stored() -> None:
    set_anew = LOGIN.replace("script:\n", "script:\n          - REGISTRY=$(cat host)\n")
    assert codes(judged(set_anew, REGISTRY=HOST)) == [["registry-unresolved"]]


def test_what_is_stored_settles_which_registry_it_is() -> None:
    assert codes(judged(LOGIN, REGISTRY=HOST)) == [[]]


def test_what_an_importer_stores_settles_what_it_imports() -> None:
    assert codes(judged(SHARED, "definitions.pipelines.release", REGISTRY=HOST)) == [[]]


def test_the_configuration_has_the_last_word() -> None:
    settings = Settings(hosts={"REGISTRY": HOST}, variables={"REGISTRY": "registry.example.com"})
    report = engine.analyse(Memory({ROOT: LOGIN.encode()}), [ROOT], BOOK, settings, BITBUCKET)
    assert not report.findings

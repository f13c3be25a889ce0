"""`patless fleet packages` on the sample workspace: real git over real sockets into copies, and the real engine."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from migrator.cli import main
from migrator.demo import samples, store
from migrator.demo.box import Box
from migrator.demo.store import NewCommit
from tests.fleet.test_packages import SCHEMA

NOW = "2026-11-24T12:00:00+00:00"
PINNED = "pipelines:\n  branches:\n    main:\n      import: ci-shared:v1:publish\n"
CALLS = "definitions:\n  imports:\n    scripts: ci-scripts:main\n" + PINNED.replace(
    "ci-shared:v1:publish", "publish@scripts"
)
SCRIPTED = """\
export: true
definitions:
  pipelines:
    publish:
      - step:
          script:
            - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "$PACKAGES_TOKEN"
            - docker build -t crg.apkg.io/acme/calls .
            - docker push crg.apkg.io/acme/calls
    other:
      - step:
          image: crg.apkg.io/acme/unused:1
          script:
            - docker push crg.apkg.io/acme/never
"""
HOSTILE = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$PACKAGES_EMAIL" -p "ATATT3xFfGF0hostile0value0000"
          - docker push "crg.apkg.io/acme/</script><img src=x onerror=alert(1)>"
    - step:
        script:
          - docker pull crg.apkg.io/acme/ATATT3xFfGF0hostile0value0000
  branches:
    "`@ada`":
      import: "ci-shared:$(touch x):../../etc/pipelines.yml"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the ledger and the copies of the sample workspace, and of a few repositories more."""
    folder = tmp_path_factory.mktemp("fleet")
    with Box() as box:
        samples.fill(box)
        add(box, "pinned", {"bitbucket-pipelines.yml": PINNED})
        add(box, "ci-scripts", {"bitbucket-pipelines.yml": SCRIPTED})
        add(box, "calls", {"bitbucket-pipelines.yml": CALLS, "Dockerfile": "FROM crg.apkg.io/acme/base:1\n"})
        add(box, "hostile", {"bitbucket-pipelines.yml": HOSTILE})
        exporter = box.state.repositories["ci-shared"].folder
        store.point(exporter, "refs/tags/v1", box.head("ci-shared", "main"))
        variables = {"PATLESS_API_URL": box.api_url, "BITBUCKET_ACCESS_TOKEN": box.token()}
        with mock.patch.dict(os.environ, environment(folder) | variables), contextlib.chdir(folder):
            assert main(["fleet", "scan", "--workspace", "acme"]) == 1
        yield folder


def environment(folder: Path) -> dict[str, str]:
    return {"PATLESS_REQUESTS_PER_HOUR": "1000000", "PATLESS_CACHE_DIR": str(folder / "cache")}


def add(box: Box, slug: str, files: Mapping[str, str]) -> None:
    box.add_written(slug, [NewCommit("main", files, "Begin", "Ada <ada@acme.example>", box.state.clock())])


def run(home: Path, *arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with mock.patch.dict(os.environ, environment(home)), contextlib.chdir(home), contextlib.redirect_stdout(out):
        code = main(["fleet", "packages", *arguments])
    return code, out.getvalue()


@pytest.fixture(scope="module")
def document(home: Path) -> dict[str, Any]:
    return picture(home)


def picture(home: Path, *arguments: str) -> dict[str, Any]:
    _, out = run(home, "--format", "json", *arguments)
    document: dict[str, Any] = json.loads(out)
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    return document


def package(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["packages"] if one["name"] == f"crg.apkg.io/acme/{name}")


def slugs(parties: list[dict[str, Any]]) -> list[str]:
    return [party["repository"] for party in parties]


def test_the_whole_sample_workspace(home: Path, snapshot: SnapshotAssertion) -> None:
    code, out = run(home)
    assert out == snapshot
    assert code == 3  # one import names a file that is not there


def test_a_foreign_read_names_the_producer_and_what_it_would_free(document: dict[str, Any]) -> None:
    base = package(document, "base")
    assert (slugs(base["pushers"]), base["foreign_readers"]) == (["base"], ["calls", "reports"])
    assert base["unlocks"]["repositories"] == ["calls", "reports"]
    secrets = [(one["repository"], one["variable"]) for one in base["unlocks"]["secrets"]]
    assert secrets[2:] == [("reports", "PACKAGES_EMAIL"), ("reports", "PACKAGES_TOKEN")]


def test_the_push_of_a_shared_pipeline_is_the_importers(document: dict[str, Any]) -> None:
    orders = package(document, "orders")
    assert slugs(orders["pushers"]) == ["orders"]
    assert orders["pushers"][0]["places"][0]["shared"] == "ci-shared@main"
    assert not any(one["name"].endswith("/ci-shared") for one in document["packages"])
    shared = {(one["repository"], one["ref"]): one for one in document["shared_pipelines"]}
    assert slugs(shared["ci-shared", "main"]["importers"]) == ["orders"]
    (login,) = shared["ci-shared", "main"]["findings"]
    assert (login["path"], login["line"], login["verdict"]) == ("bitbucket-pipelines.yml", 11, "safe")


def test_an_import_at_a_tag_is_told_to_move(document: dict[str, Any]) -> None:
    (pinned,) = [one for one in document["shared_pipelines"] if one["pin"] == "tag"]
    assert (slugs(pinned["importers"]), pinned["pin_bump"]) == (["pinned"], True)


def test_only_the_pipeline_that_is_imported_counts_with_the_importers_files(
    document: dict[str, Any],
) -> None:
    assert package(document, "base")["foreign_readers"] == ["calls", "reports"]
    names = {one["name"].rpartition("/")[2] for one in document["packages"]}
    assert names.isdisjoint({"never", "unused"})


def test_the_configuration_of_the_fleet_settles_and_leaves_out(home: Path, tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('exclude = ["hostile"]\n[[repositories]]\nslugs = ["reports"]\nown-packages = ["base"]\n')
    document = picture(home, "--config", str(config))
    base = package(document, "base")
    assert base["foreign_readers"] == ["calls"]
    assert base["readers"][1]["settled"]
    assert not any(one["error"] for one in document["shared_pipelines"])  # only the hostile one could not be read


def test_hostile_text_stays_text_and_no_literal_is_shown(home: Path) -> None:
    for form in ("text", "markdown", "json"):
        _, out = run(home, "--format", form)
        assert "ATATT3xFfGF0hostile" not in out
        assert "\x1b" not in out
    assert not (home / "x").exists()


def test_the_report_is_one_page_with_files_beside_it(home: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    with mock.patch.dict(os.environ, environment(home)), contextlib.chdir(home), contextlib.redirect_stdout(out):
        assert main(["fleet", "report", "-o", str(tmp_path / "fleet.html")]) == 0
    texts = {Path(line).name: Path(line).read_text(encoding="utf-8") for line in out.getvalue().splitlines()}
    endings = ("html", "html.csv", "html.findings.csv", "html.json", "html.packages.json")
    assert list(texts) == [f"fleet.{ending}" for ending in endings]
    assert "Migration to native credentials" in texts["fleet.html"]
    assert all(
        slug in texts[f"fleet.{ending}"] for slug in ("checkout", "reports", "hostile") for ending in endings[:2]
    )
    assert not any("ATATT3xFfGF0hostile" in text for text in texts.values())
    known = json.loads(texts["fleet.html.json"])
    assert known["summary"]["repositories"] == 23
    assert {"hostile", "web"} <= {one["repository"] for one in known["findings"]}
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(texts["fleet.html.packages.json"]))


def test_without_a_ledger_the_next_step_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "packages", "--ledger", str(tmp_path / "none.db")]) == 2
    assert "run `patless fleet scan` first" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()

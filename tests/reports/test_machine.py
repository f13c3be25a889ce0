from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from migrator.findings.masking import masked
from tests.reports import said, samples

SCHEMA = json.loads(files("migrator.reports").joinpath("schema.json").read_text())


def test_a_clean_repository_has_empty_lists(snapshot: SnapshotAssertion) -> None:
    assert said.as_json(samples.clean()) == snapshot


def test_findings_have_places_from_1_and_edits(snapshot: SnapshotAssertion) -> None:
    assert said.as_json(masked(samples.report())) == snapshot


def test_fix_lists_what_it_fixed_apart(snapshot: SnapshotAssertion) -> None:
    report = masked(samples.report())
    held, unsafe, safe = report.findings
    document = json.loads(said.fixed_as_json([safe], [held, unsafe], report))
    assert [one["line"] for one in document["fixed"]] == [5]
    assert [one["line"] for one in document["findings"]] == [9, 12]
    assert document["summary"] == snapshot


def test_packages_are_listed_with_places(snapshot: SnapshotAssertion) -> None:
    assert said.packages_as_json(samples.report()) == snapshot


@pytest.mark.parametrize("report", [samples.clean(), samples.report()], ids=["nothing", "everything"])
def test_the_schema_describes_the_output(report: object) -> None:
    for output in (said.as_json(report), said.fixed_as_json([], [], report), said.packages_as_json(report)):  # type: ignore[arg-type]
        jsonschema.Draft7Validator(SCHEMA).validate(json.loads(output))


def test_the_output_is_ascii_whatever_a_file_is_named() -> None:
    assert said.as_json(samples.report()).isascii()

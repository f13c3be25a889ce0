from __future__ import annotations

import json

import jsonschema
from msgspec import to_builtins
from syrupy.assertion import SnapshotAssertion

from migrator.reports.formats.json import dump
from migrator.reports.paint import Paint
from migrator.reports.records.findings import counted, statistics
from tests.reports import said, samples
from tests.reports.test_machine import SCHEMA


def test_a_clean_repository_is_one_line() -> None:
    assert said.counts(samples.clean()) == "No findings. Read 2 pipelines files.\n"
    assert said.counts(samples.clean(), quiet=True) == ""
    assert to_builtins(statistics(())) == {"rules": {}, "reasons": {}}


def test_findings_are_counted_by_rule_verdict_and_reason(snapshot: SnapshotAssertion) -> None:
    assert said.counts(samples.report()) == snapshot
    assert said.counts(samples.report(), Paint(True), unsafe=True) == snapshot(name="colour")
    assert to_builtins(statistics(samples.report().findings)) == snapshot(name="json")


def test_the_schema_describes_the_counts() -> None:
    report = samples.report()
    document = json.loads(dump(counted(report)))
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    assert len(document["findings"]) == 3

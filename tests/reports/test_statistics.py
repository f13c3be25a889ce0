from __future__ import annotations

import json

import jsonschema
from syrupy.assertion import SnapshotAssertion

from migrator.reports import machine, statistics
from migrator.reports.paint import Paint
from tests.reports import samples
from tests.reports.test_machine import SCHEMA


def test_a_clean_repository_is_one_line() -> None:
    assert statistics.table(samples.clean()) == "No findings (2 pipelines files read)\n"
    assert statistics.table(samples.clean(), quiet=True) == ""
    assert statistics.document(()) == {"rules": {}, "reasons": {}}


def test_findings_are_counted_by_rule_verdict_and_reason(snapshot: SnapshotAssertion) -> None:
    assert statistics.table(samples.report()) == snapshot
    assert statistics.table(samples.report(), Paint(True), unsafe=True) == snapshot(name="colour")
    assert statistics.document(samples.report().findings) == snapshot(name="json")


def test_the_schema_describes_the_counts() -> None:
    report = samples.report()
    document = json.loads(machine.check(report, statistics.document(report.findings)))
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    assert len(document["findings"]) == 3

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from migrator.findings import naming
from migrator.findings.masking import masked
from migrator.findings.records import Report
from migrator.text.edits import splice
from migrator.text.source import Source
from tests.reports import said, samples
from tests.schemas import published

SCHEMA = published("https://json.schemastore.org/sarif-2.1.0.json")
RULES = samples.BOOK.rules | {
    "literal-credential": replace(samples.BOOK.rules["registry-login"], id="literal-credential")
}


def run(report: Report) -> dict[str, Any]:
    document = json.loads(said.as_sarif(masked(report), RULES, "1.2.3"))
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    (only,) = document["runs"]
    found: dict[str, Any] = only
    return found


def of(found: Source, **more: Any) -> Report:
    return replace(samples.clean(), findings=(samples.safe(found),), sources={found.path: found}, **more)


def fingerprints(report: Report) -> list[str]:
    return [result["partialFingerprints"]["patless/v1"] for result in run(report)["results"]]


def test_a_clean_repository_has_no_results() -> None:
    found = run(samples.clean())
    assert (found["results"], found["invocations"]) == (
        [],
        [{"executionSuccessful": True, "toolExecutionNotifications": []}],
    )


def test_the_whole_output_is_valid(snapshot: SnapshotAssertion) -> None:
    assert said.as_sarif(masked(samples.report()), RULES, "1.2.3") == snapshot
    assert run(samples.report())["columnKind"] == "unicodeCodePoints"


def test_the_literal_is_nowhere() -> None:
    assert samples.LITERAL not in said.as_sarif(masked(samples.report()), RULES, "1.2.3")


def test_a_report_only_finding_has_no_fix() -> None:
    note, error, warning = sorted(run(samples.report())["results"], key=lambda one: str(one["level"]) != "note")
    assert "fixes" not in note
    assert note["properties"]["reasons"] == ["registry-unresolved"]
    assert {error["level"], warning["level"]} == {"error", "warning"}


@pytest.mark.parametrize(
    "text",
    [
        samples.TEXT,
        samples.TEXT.replace("\n", "\r\n"),
        "\ufeff" + samples.TEXT,
        samples.TEXT.replace("docker login", "echo 日本 é 😀 && docker login"),
    ],
    ids=["lf", "crlf", "byte order mark", "wide characters before"],
)
def test_replacements_say_exactly_what_fix_would_write(text: str) -> None:
    found = samples.source(text)
    data = found.encode(found.text)
    (result,) = run(of(found))["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    by_bytes, by_place = data, found.text
    for one in reversed(change["replacements"]):
        region, new = one["deletedRegion"], one["insertedContent"]["text"]
        start = region["byteOffset"]
        by_bytes = by_bytes[:start] + new.encode() + by_bytes[start + region["byteLength"] :]
        first, last = (
            found.line_span(region[f"{side}Line"]).start + region[f"{side}Column"] - 1 for side in ("start", "end")
        )
        by_place = by_place[:first] + new + by_place[last:]
    expected = splice(found.text, samples.safe(found).edits)
    assert (by_bytes, by_place) == (found.encode(expected), expected)
    assert by_bytes != data


def test_a_fingerprint_survives_lines_that_move_and_space_that_changes() -> None:
    (before,) = fingerprints(of(samples.source()))
    assert fingerprints(of(samples.source("# new\n\n" + samples.TEXT))) == [before]
    other = samples.source(samples.TEXT, "other-pipelines.yml")
    assert fingerprints(of(other)) != [before]


def test_a_fingerprint_survives_space_that_changes() -> None:
    prints = []
    for text in ("- docker login -p $P", "- >-\n  docker login\n  -p   $P"):
        found = samples.source(text)
        one = samples.finding(found, "docker", "$P", (("$P", "$T"),))
        prints.append(fingerprints(replace(of(samples.source()), findings=(one,), sources={found.path: found})))
    assert prints[0] == prints[1]


def test_a_fingerprint_knows_nothing_of_a_literal() -> None:
    other = samples.LITERAL.replace("sample", "secret")
    found = samples.source(samples.TEXT.replace(samples.LITERAL, other))
    report = samples.report()
    changed = tuple(replace(one, message="x") for one in report.findings)
    assert fingerprints(replace(report, findings=changed, sources={samples.PATH: found})) == fingerprints(report)


def test_equal_findings_are_told_apart_by_their_order() -> None:
    found = samples.source(samples.TEXT + samples.TEXT)
    at = len(samples.TEXT)
    first = samples.safe(found)
    span = replace(first.span, start=first.span.start + at, end=first.span.end + at)
    second = replace(first, span=span, position=found.position(span.start), end=found.position(span.end))
    one, two = fingerprints(replace(of(found), findings=(second, first)))
    assert one.removesuffix(":1") == two.removesuffix(":2")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("a/b c/ü%:.yml", {"uri": "a/b%20c/%C3%BC%25%3A.yml", "uriBaseId": "SRCROOT"}),
        ("a\udcff.yml", {"uri": "a%FF.yml", "uriBaseId": "SRCROOT"}),
        ("/home/x y/p.yml", {"uri": "file:///home/x%20y/p.yml"}),
    ],
    ids=["signs", "no UTF-8", "absolute"],
)
def test_paths_are_uris(path: str, location: dict[str, str]) -> None:
    renamed = naming.renamed(of(samples.source()), lambda _: path)
    (result,) = run(renamed)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location

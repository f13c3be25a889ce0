"""`--format junit`, which Bitbucket shows in its Tests tab: well-formed whatever a file holds, and without a secret."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.findings.masking import masked
from migrator.findings.records import Report, Skipped
from migrator.text.source import Source
from tests.cli.conftest import Patless, patless, put, toy  # noqa: F401
from tests.reports import said, samples

SHAPE = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"testcase"}),
    "testcase": ({"classname", "name"}, {"failure", "error"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
}
"""The attributes and the elements within of each element, as the schemas of JUnit XML that are around have them."""
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""


def read(text: str) -> Element:
    """The document, after making sure that it has the shape, and that its counts are right."""
    assert text.isascii()
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, within = SHAPE[element.tag]
        assert set(element.attrib) == attributes
        assert {one.tag for one in element} <= within
        assert not any(_NO_XML.search(value) for value in (element.text or "", *element.attrib.values()))
        assert element.tag != "testcase" or len(element) < 2
        for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert key not in attributes or int(element.attrib[key]) == len(list(element.iter(tag)))
    return root


def cases(report: Report) -> list[tuple[str, str, str]]:
    """File, name, and what is in it."""
    root = read(said.as_junit(masked(report), samples.BOOK))
    return [
        (one.attrib["classname"], one.attrib["name"], one[0].tag if len(one) else "") for one in root.iter("testcase")
    ]


def test_a_finding_is_a_failed_test_and_a_clean_file_a_passed_one() -> None:
    passed = "no findings"
    assert cases(samples.report()) == [
        ("big-pipelines.yml", "is read", "error"),
        (samples.PATH, "registry-login at 5:13", "failure"),
        (samples.PATH, "literal-credential at 9:13", "failure"),
        (samples.PATH, "registry-login at 12:13", "failure"),
        ("odd\\u001bname-pipelines.yml", "is read, except for line 3", "error"),
        ("other-pipelines.yml", passed, ""),
        ("third-pipelines.yml", passed, ""),
    ]
    assert cases(Report()) == []


def test_a_failure_says_the_verdict_the_lines_and_the_ways_out() -> None:
    root = read(said.as_junit(masked(samples.report()), samples.BOOK))
    (failure,) = [one for one in root.iter("failure") if one.attrib["type"] == "unsafe"]
    text = failure.text or ""
    assert "docker login crg.apkg.io" in text
    assert "foreign-package: crg.apkg.io/acme/base is read in this step" in text
    assert 'fix: add to .patless.toml: `own-packages = ["crg.apkg.io/acme/base"]`' in text


def test_the_literal_is_nowhere() -> None:
    assert samples.LITERAL not in said.as_junit(masked(samples.report()), samples.BOOK)


@given(st.text())
@example("]]></failure>&amp;<!--")
@example("\ufffe\uffff\x00\ud800\x85\u2028")
@example('"\r\n\t')
def test_it_is_well_formed_whatever_a_text_holds(text: str) -> None:
    found = Source(f"{text}.yml", f"- docker login {text} end\n")
    finding = replace(samples.finding(found, "docker", "end", (("docker", "x"),)), message=text)
    report = Report((finding,), (Skipped(text, None, text),), files=(text,), sources={found.path: found})
    assert len(list(read(said.as_junit(report, samples.BOOK)).iter("testcase"))) == 2


@pytest.mark.usefixtures("toy")
def test_the_command_writes_it_where_bitbucket_looks_for_it(patless: Patless, tmp_path: Path) -> None:  # noqa: F811
    put(tmp_path, bitbucket_pipelines="- login OLD\n", other_pipelines="- make\n")
    (tmp_path / "test-results").mkdir()
    run = patless("check", "--format", "junit", "--output-file", "test-results/patless.xml")
    assert (run.code, run.out) == (1, "")
    root = read((tmp_path / "test-results" / "patless.xml").read_text())
    assert (root.attrib["tests"], root.attrib["failures"]) == ("2", "1")

"""JUnit XML, which Bitbucket shows in the Tests tab of a pipeline when it is written to `test-results/`.

A finding is a failed test of its file, a file that could not be read an error, and a file without either a passed test.
https://support.atlassian.com/bitbucket-cloud/docs/test-reporting-in-pipelines/
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from migrator.findings.counting import in_order
from migrator.findings.records import Finding, Skipped
from migrator.reports.document import Findings, Subject, plain
from migrator.reports.excerpt import excerpt, place
from migrator.reports.formats.told import told
from migrator.reports.paint import Paint
from migrator.text.mask import named, printable
from migrator.text.patterns import regex

_FORBIDDEN = regex("[\ufffe\uffff]")
"""What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets), and `printable` leaves."""


def write(subject: Subject, _: Paint = Paint()) -> str:
    return render(subject.found())


def render(found: Findings) -> str:
    """A suite for each file. What is not ASCII is escaped, so that no encoding on the way matters."""
    report = found.report
    paths = {*report.files, *(one.path for one in report.findings), *(one.path for one in report.skipped)}
    root = Element("testsuites", {"name": "patless"})
    suites = {path: SubElement(root, "testsuite", {"name": _text(named(path))}) for path in sorted(paths)}
    for finding in in_order(report.findings):
        _failed(suites[finding.path], finding, found)
    for one in sorted(set(report.skipped), key=lambda one: (place(one.position), one.error)):
        _error(suites[one.path], one)
    for path, suite in suites.items():
        if not len(suite):
            _case(suite, path, "no findings")
        _count(suite)
    _count(root)
    indent(root)
    data: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return data.decode() + "\n"


def _count(element: Element) -> None:
    for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(key, str(sum(True for _ in element.iter(tag))))


def _case(suite: Element, path: str, name: str) -> Element:
    return SubElement(suite, "testcase", {"classname": _text(named(path)), "name": _text(name)})


def _failed(suite: Element, finding: Finding, found: Findings) -> None:
    case = _case(suite, finding.path, f"{finding.rule} at {_line(finding)}")
    told = {"message": _text(finding.message), "type": str(finding.verdict)}
    SubElement(case, "failure", told).text = _text("\n".join(_told(finding, found)))


def _error(suite: Element, one: Skipped) -> None:
    case = _case(suite, one.path, f"is read{f', except for line {one.position.line}' if one.position else ''}")
    SubElement(case, "error", {"message": _text(one.error), "type": "not-read"})


def _line(finding: Finding) -> str:
    return place(finding.position).removeprefix(":")


def _told(finding: Finding, found: Findings) -> Iterator[str]:
    """The lines, why it needs review, and the ways out."""
    report = found.report
    if (source := report.sources.get(finding.path)) is not None:
        yield from map(plain, excerpt(source, finding.span, report.secrets.get(finding.path, ())))
    yield from told(finding, found.reasons)


def _text(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", printable(text))

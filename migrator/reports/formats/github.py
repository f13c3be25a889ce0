"""Commands of a GitHub workflow, which shows each finding on its line.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-warning-message
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.findings.counting import in_order
from migrator.findings.records import Finding, Severity, Skipped
from migrator.reports.document import Findings, Subject
from migrator.reports.formats.told import told
from migrator.reports.paint import Paint
from migrator.text.mask import named, printable

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({":": "%3A", ",": "%2C"})


def write(subject: Subject, _: Paint = Paint()) -> str:
    return render(subject.found())


def render(found: Findings) -> str:
    """A line for each finding, and for each file that could not be read."""
    every = (*map(_skipped, sorted(found.report.skipped, key=lambda one: (one.path, one.error))), *_all(found))
    return "".join(f"{line}\n" for line in every)


def _all(found: Findings) -> Iterator[str]:
    for one in in_order(found.report.findings):
        lines = (f"{one.rule} [{one.verdict}] {one.message}", *told(one, found.reasons))
        yield _command(_LEVELS[one.severity], _place(one), "\n".join(map(printable, lines)))


def _place(one: Finding) -> Mapping[str, str]:
    end = {"endLine": str(one.end.line)}
    if one.end.line == one.position.line:  # columns count within one line only
        end |= {"endColumn": str(one.end.column)}
    start = {"line": str(one.position.line), "col": str(one.position.column)}
    return {"title": f"patless ({one.rule})", "file": named(one.path), **start, **end}


def _skipped(one: Skipped) -> str:
    at = {"line": str(one.position.line), "col": str(one.position.column)} if one.position else {}
    return _command("error", {"title": "patless", "file": named(one.path), **at}, printable(f"not read: {one.error}"))


def _command(level: str, properties: Mapping[str, str], text: str) -> str:
    given = ",".join(f"{name}={value.translate(_DATA).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {given}::{text.translate(_DATA)}"

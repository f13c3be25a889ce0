"""Annotations of GitHub and reports of GitLab: no text of a file becomes a command, a property, or another entry."""

from __future__ import annotations

import json
import re

from msgspec.structs import replace

from migrator.findings.records import Skipped
from tests.reports import said, samples

PATH = "a,b:c%0A\n::error::d.yml"


def test_a_hostile_path_and_message_stay_one_command() -> None:
    report = samples.report()
    (found, *_) = report.findings
    source = report.sources[found.path]
    odd = replace(found, path=PATH, message="100% sure\r\n::stop-commands::x")
    hostile = replace(report, findings=(odd,), sources={PATH: replace(source, path=PATH)}, skipped=())
    (line,) = said.as_github(hostile, samples.BOOK).splitlines()
    assert re.fullmatch(r"::(?:error|warning|notice) [^:]*::[^\r\n]*", line)
    assert "file=a%2Cb%3Ac%250A\\n%3A%3Aerror%3A%3Ad.yml,line=" in line
    assert "100%25 sure\\u000d%0A::stop-commands::x" in line
    (entry,) = json.loads(said.as_gitlab(hostile, samples.BOOK))
    assert entry["location"]["path"] == "a,b:c%0A\\n::error::d.yml"


def test_every_entry_of_gitlab_is_told_apart_and_has_what_gitlab_needs() -> None:
    report = samples.report()
    twice = replace(
        report,
        findings=(*report.findings, *report.findings),
        skipped=(Skipped("x.yml", None, "it is no text"), Skipped("x.yml", None, "it is large")),
    )
    entries = json.loads(said.as_gitlab(twice, samples.BOOK))
    assert len({one["fingerprint"] for one in entries}) == len(entries) == 2 * len(report.findings) + 2
    for one in entries:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert 0 < one["location"]["lines"]["begin"] <= one["location"]["lines"]["end"]

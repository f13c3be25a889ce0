"""The text of pages, without a browser: nothing but plain text of others, one policy, and files beside the page."""

from __future__ import annotations

import csv as reader
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from migrator.configuration.reading import ConfigurationError
from migrator.findings.hunks import hunks
from migrator.findings.masking import masked
from migrator.findings.records import Report
from migrator.fleet.records import ChangeState, Migration
from migrator.reports.document import Bar, Chart, Column, Document, Passage, Section, Table, TableRow, sheet
from migrator.reports.formats import csv
from migrator.reports.formats.html import render
from migrator.reports.records.secrets import read
from migrator.reports.subjects import fleet, secrets
from tests.reports import said
from tests.reports import samples as findings
from tests.reports import stored_samples as stored
from tests.reports.html import samples
from tests.reports.said import listing_as_json as document


class Elements(HTMLParser):
    """The names of elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}


def page_of(text: str) -> Document:
    blocks = tuple(Passage(kind, (text,), text) for kind in ("text", "list", "diff", "copy", "code"))
    columns = (Column(text, "name"), Column(text, "mark"))
    table = Table("t", text, columns, (TableRow((text, text), blocks),))
    charts = tuple(Chart(kind, text, (Bar(text, 3), Bar(text, 0)), text) for kind in ("bars", "share", "weeks"))
    return Document(text, text, (Section("s", text, text, (), charts, blocks, (table,)),))


@given(st.text(max_size=60))
def test_no_text_becomes_an_element_or_an_attribute(text: str) -> None:
    plain, made = Elements(render(page_of("x"), "x")), Elements(render(page_of(text), text))
    assert set(made.names) <= set(plain.names)
    assert made.attributes <= plain.attributes
    assert made.names.count("script") == plain.names.count("script")


@given(st.text(max_size=60))
def test_the_data_of_a_table_is_read_back(text: str) -> None:
    found = re.search(r'class="data">(.*?)</script>', render(page_of(text), text), re.DOTALL)
    assert found
    assert len(json.loads(found[1])["rows"]) == 1


def test_the_policy_names_the_digests_of_what_runs() -> None:
    text = render(page_of("x"), "x")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"(?:src|href)=.?https?:", text)


def test_no_literal_and_no_control_character_is_in_a_page() -> None:
    text = said.as_html(masked(findings.report()), findings.REASONS)
    assert findings.LITERAL not in text
    assert "\x1b" not in text
    assert stored.VALUE not in render(secrets.document(stored.listing(), stored.TOKENS, page=True), samples.MADE)


def test_without_findings_it_says_so() -> None:
    text = said.as_html(Report(files=("a.yml",)), {})
    assert "No findings." in text


def test_a_change_is_shown_with_the_lines_around_it() -> None:
    report = findings.report()
    changed = next(hunks(one, report) for one in report.findings if one.edits)
    assert changed.startswith("@@ line ")
    assert {line[:1] for line in changed.split("\n")} >= {"-", "+", " "}
    assert all(hunks(one, report) == "" for one in report.findings if not one.edits)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@given(st.lists(st.text(st.sampled_from("=+-@;,\t\r\n'\" ＝a"), max_size=9), min_size=2, max_size=4))
@example(["a", "b; =c"])
@example(["", '\t"@c'])
@example(["\r=c", "\u202e+c"])
def test_a_cell_is_never_a_formula_whatever_a_spreadsheet_takes_for_its_end(separator: str, cells: list[str]) -> None:
    for row in reader.reader(csv.text(sheet(cells, ())).splitlines(keepends=True), delimiter=separator):
        assert not any(cell.lstrip('" ').startswith(("=", "+", "-", "@", "＝")) for cell in row)


def test_the_cells_of_a_table_are_read_back_but_for_what_is_no_text() -> None:
    cells = ("a,b", 'say "x"', "two\nlines", "-1", "a; b", "\x1b[31m", -1)
    _, row = reader.reader(csv.text(sheet(("head",), [cells])).splitlines(keepends=True))
    assert row == ["a,b", 'say "x"', "two lines", "'-1", "a; b", "\\u001b[31m", "-1"]


def test_a_merge_is_in_the_week_of_its_day_and_not_in_that_in_which_it_was_seen() -> None:
    seen, made = "2026-11-23T10:00:00+00:00", "2026-11-03T23:00:00+00:00"
    merged = Migration("{1}", "main", "patless/main", ChangeState.MERGED, seen, pull_request=1, merged=made)
    found = fleet.document(replace(samples.fleet(0), changes=(merged,)), samples.TODAY)
    (chart,) = [one for one in found.sections[0].charts if one.title == "Merged, by week"]
    assert [(bar.label, bar.value) for bar in chart.bars if bar.value] == [("02 Nov", 1)]


def test_the_repositories_are_a_table_for_spreadsheets() -> None:
    heads, *rows = reader.reader(said.as_file(fleet.subject(samples.fleet(3), samples.TODAY), ".csv").splitlines())
    assert heads[:3] == ["repository", "state", "branch"]
    assert rows[0] == [
        "service-00000",
        "findings",
        "main",
        "2",
        "1",
        "CORE",
        "first",
        "Dana Owner",
        "2027-01-31",
        "",
        "",
        "",
        "",
    ]


def test_a_list_of_variables_is_read_back(tmp_path: Path) -> None:
    listing = stored.listing()
    (tmp_path / "list.json").write_text(document(listing))
    found, _ = read(tmp_path / "list.json")
    assert [(row.repository, row.variable.key, row.verdict, row.evidence) for row in found.rows] == [
        (row.repository, row.variable.key, row.verdict, row.evidence) for row in listing.rows
    ]
    assert (found.workspace, found.others, len(found.heads)) == (listing.workspace, listing.others, len(listing.heads))


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 1}', "x" * 10])
def test_what_is_no_list_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(ConfigurationError, match="this is not what `patless secrets list --format json` prints"):
        read(tmp_path / "list.json")

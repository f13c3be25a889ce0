from __future__ import annotations

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from migrator.findings.ignores import Note
from migrator.findings.masking import masked
from migrator.reports import explain
from migrator.reports.formats import text
from migrator.reports.paint import Paint
from migrator.reports.subjects import findings
from migrator.text.source import Source
from tests.reports import said, samples


def test_a_clean_repository_is_one_line() -> None:
    assert said.check(samples.clean(), {}) == "No findings. Read 2 pipelines files.\n"


def test_a_clean_repository_is_silent_when_quiet() -> None:
    assert said.check(samples.clean(), {}, quiet=True) == ""


def test_findings_are_shown_with_excerpt_reasons_and_ways_out(snapshot: SnapshotAssertion) -> None:
    assert said.check(masked(samples.report()), samples.REASONS) == snapshot


def test_the_same_in_colour(snapshot: SnapshotAssertion) -> None:
    assert said.check(masked(samples.report()), samples.REASONS, Paint(True), unsafe=True) == snapshot


def test_quiet_output_is_one_line_a_finding(snapshot: SnapshotAssertion) -> None:
    assert said.check(masked(samples.report()), samples.REASONS, quiet=True) == snapshot


def test_a_safe_finding_alone_has_no_hint_at_unsafe_fixes() -> None:
    found = samples.source()
    report = replace(samples.report(), findings=(samples.safe(found),), skipped=(), ignored=0)
    assert said.check(report, {}).endswith(
        "Found 1 finding: 1 safe, 0 unsafe, 0 report-only. Read 3 pipelines files.\nRun `patless fix` to fix 1.\n"
    )


def test_what_was_not_read_is_a_line_each(snapshot: SnapshotAssertion) -> None:
    assert said.skipped(samples.report()) == snapshot


def test_notes_are_a_line_each() -> None:
    assert [text.line(one) for one in findings.notes([Note("a\x07.yml", 3, "no")])] == ["a\\u0007.yml:3: note: no"]


def test_an_excerpt_of_a_long_line_is_cut_on_both_sides() -> None:
    line = "x" * 500 + " docker login " + "y" * 500
    found = Source("p.yml", line)
    shown = said.check(
        replace(
            samples.clean(),
            findings=(
                samples.finding(found, "docker", "login", reasons=samples.report_only(samples.source()).reasons),
            ),
            sources={"p.yml": found},
        ),
        {},
    )
    excerpt = shown.splitlines()[2:4]
    assert excerpt == [
        "1 | …" + "x" * 59 + " docker login " + "y" * 59 + "…",
        "  | " + " " * 61 + "^" * 12,
    ]


@pytest.mark.parametrize(
    ("before", "columns"),
    [("\t", 1), ("日本 ", 5), ("é ", 2), ("e\u0301 ", 2), ("\u202e", 6)],
    ids=["a tab", "wide characters", "a letter of two bytes", "a combining accent", "a bidirectional override"],
)
def test_carets_stand_under_the_login_behind(before: str, columns: int) -> None:
    found = Source("p.yml", before + "login")
    reasons = samples.report_only(samples.source()).reasons
    one = samples.finding(found, "login", "login", reasons=reasons)
    lines = said.check(replace(samples.clean(), findings=(one,), sources={"p.yml": found}), {}).splitlines()
    assert lines[3] == "  | " + " " * columns + "^^^^^"


def test_of_a_long_range_the_first_lines_are_shown() -> None:
    found = Source("p.yml", "".join(f"line {number}\n" for number in range(1, 31)))
    one = samples.finding(found, "line 2", "line 29", reasons=samples.report_only(samples.source()).reasons)
    shown = said.check(replace(samples.clean(), findings=(one,), sources={"p.yml": found}), {})
    assert "line 9\n" in shown
    assert "line 10" not in shown
    assert "  | … to line 29\n" in shown


def test_fix_names_each_change_and_counts_what_was_held_back(snapshot: SnapshotAssertion) -> None:
    report = masked(samples.report())
    held, unsafe, safe = report.findings
    assert said.fixed([safe], [unsafe, held], report, Paint()) == snapshot


def test_fix_of_nothing_says_so() -> None:
    assert said.fixed([], [], samples.clean(), Paint()) == "Fixed 0; 0 need review.\n"


def test_packages_are_a_table(snapshot: SnapshotAssertion) -> None:
    assert said.packages_of(samples.report()) == snapshot
    assert said.packages_of(samples.report(), Paint(True)) == snapshot(name="colour")


def test_no_packages_are_a_sentence() -> None:
    assert (
        said.packages_of(samples.clean())
        == "patless sees no step that pushes or reads a package of a Packages registry.\n"
    )


def test_rules_and_reasons_are_listed_and_explained(snapshot: SnapshotAssertion) -> None:
    assert explain.listing(samples.BOOK) == snapshot(name="list")
    assert explain.rule(samples.BOOK.rules["registry-login"]) == snapshot(name="rule")
    assert explain.reason(samples.REASONS["foreign-package"]) == snapshot(name="reason")

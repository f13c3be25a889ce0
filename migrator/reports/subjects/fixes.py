"""What `patless fix` did, or would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.findings.counting import Counts, many
from migrator.findings.records import Finding, Report
from migrator.reports.document import Document, Marked, Section, Subject, Table, Text, Tone
from migrator.reports.subjects.findings import changed, granted, left_out
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out


def subject(done: Sequence[Finding], held: Sequence[Finding], report: Report, *, quiet: bool = False) -> Subject:
    """A line for each of the findings that are `done`; `held` are those that stay as they were."""

    return Subject(lambda _: document(done, held, report, quiet=quiet), {".json": lambda: _record(done, held, report)})


def _record(done: Sequence[Finding], held: Sequence[Finding], report: Report) -> Struct:
    from migrator.reports.records.findings import fixed

    return fixed(done, held, report)


def document(done: Sequence[Finding], held: Sequence[Finding], report: Report, *, quiet: bool = False) -> Document:
    table = Table("fixed", "Fixed", (), tuple(changed(done)))
    sections = (Section("fixed", "Fixed", tables=(table,)), *(() if quiet else granted(done)))
    closing = () if quiet else tuple(closing_of(len(done), held, report, "Fixed"))
    return Document("Fixes", "", sections, closing)


def aside(done: Sequence[Finding], held: Sequence[Finding], report: Report) -> Document:
    """What is said beside a diff, from which nothing was written."""
    return Document("Fixes", "", tuple(granted(done)), tuple(closing_of(len(done), held, report, "Would fix")))


def closing_of(done: int, held: Sequence[Finding], report: Report, verb: str) -> Iterator[Text]:
    """`Fixed N; M need review (reason ×n, …).`, and how to see more."""
    counts = Counts.of(held)
    reasons = ", ".join(f"{code} ×{number}" for code, number in counts.reasons)
    review = "needs review" if counts.findings == 1 else "need review"
    held_back = f"; {counts.findings} {review}" + (f" ({reasons})" if reasons else "")
    unread = f", {many(len(report.skipped), 'file')} not readable" if report.skipped else ""
    yield (Marked(f"{verb} {done}", Tone.NAME), f"{held_back}{left_out(report)}{unread}.")
    if counts.findings:
        yield "Run `patless check` to see why, and what to do."


def refusals(held: Sequence[Finding], entries: Mapping[str, ReasonEntry]) -> list[str]:
    """For each reason that a style of fix was refused for: what it says, and what to do."""
    lines: dict[str, str] = {}
    for finding in held:
        for reason in finding.reasons:
            if reason.code in entries and reason.code not in lines:
                way = ways_out(entries[reason.code], reason.subject)[0][1]
                lines[reason.code] = f"{reason.code}: {reason.detail}; {way}"
    return list(lines.values())

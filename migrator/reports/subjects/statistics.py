"""How many findings there are of each rule and verdict, and how many each reason holds back."""

from __future__ import annotations

from migrator.findings.records import Report, Verdict
from migrator.reports.document import Column, Document, Section, Subject, Table, TableRow
from migrator.reports.records.findings import counted, statistics
from migrator.reports.subjects.findings import closing_of


def subject(report: Report, *, unsafe: bool = False, quiet: bool = False) -> Subject:
    return Subject(lambda _: document(report, unsafe=unsafe, quiet=quiet), {".json": lambda: counted(report)})


def document(report: Report, *, unsafe: bool = False, quiet: bool = False) -> Document:
    """The most frequent first; unless `quiet`, the sentence that `check` ends with."""
    found = statistics(report.findings)
    rules = tuple(TableRow((rule, one.safe, one.unsafe, one.report_only)) for rule, one in found.rules.items())
    verdicts = tuple(Column(verdict, "number") for verdict in Verdict)
    reasons = tuple(map(TableRow, found.reasons.items()))
    tables = (
        Table("rules", "Rules", (Column("rule"), *verdicts), rules, empty=""),
        Table("reasons", "Reasons", (Column("reason"), Column("findings", "number")), reasons, empty=""),
    )
    closing = () if quiet else tuple(closing_of(report, unsafe=unsafe))
    return Document("Findings by rule and reason", "", (Section("statistics", "Statistics", tables=tables),), closing)

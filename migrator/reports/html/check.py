"""The findings of `patless check` as a page: what changes, as a diff, and what is held back, with its ways out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from migrator.findings.counting import Counts, assumptions, in_order, many
from migrator.findings.hunks import hunks
from migrator.findings.records import Finding, Reason, Report, Verdict
from migrator.reports.excerpt import excerpt, place
from migrator.reports.html.parts import Bar, Block, Chart, Column, Figure, Page, Row, Section, Table, Tone
from migrator.reports.paint import Paint
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out
from migrator.text.mask import named

TONES = (("safe", Tone.GOOD), ("unsafe", Tone.HALF), ("report-only", Tone.BAD))
MEANING = {
    Verdict.SAFE: "patless fix rewrites it: the same commands run with the same arguments",
    Verdict.UNSAFE: "probably right, and held back until someone has settled the reasons",
    Verdict.REPORT_ONLY: "no correct rewrite is known; the reasons say what to do",
}


def page(report: Report, reasons: Mapping[str, ReasonEntry], made: str, name: str) -> Page:
    """`name` is what was checked, `made` says when and by what."""
    findings = in_order(report.findings)
    return Page("Stored logins to Bitbucket Packages", name, made, tuple(_sections(findings, report, reasons)))


def stamp(now: datetime, version: str) -> str:
    return f"Made by patless {version} on {now:%Y-%m-%d at %H:%M} UTC. It shows no value of a stored variable."


def _sections(findings: Sequence[Finding], report: Report, reasons: Mapping[str, ReasonEntry]) -> Iterator[Section]:
    counts = Counts.of(findings)
    by_verdict = (
        (Verdict.SAFE, counts.safe),
        (Verdict.UNSAFE, counts.unsafe),
        (Verdict.REPORT_ONLY, counts.report_only),
    )
    yield Section(
        "overview",
        "Overview",
        _lead(counts),
        (
            Figure(str(counts.findings), "findings", f"in {many(len(report.files), 'pipelines file')}"),
            *(Figure(str(number), verdict, MEANING[verdict]) for verdict, number in by_verdict),
        ),
        tuple(_charts(counts, by_verdict)),
    )
    rows = tuple(_row(finding, report, reasons) for finding in findings)
    columns = (
        Column("Place", "name"),
        Column("Verdict", "mark"),
        Column("Rule", "mark"),
        Column("What"),
        Column("Variables"),
    )
    yield Section(
        "findings",
        "Findings",
        "Open a row for the lines, the change and the ways out." if rows else "",
        tables=(Table("all-findings", "All findings", columns, rows, TONES, empty="There are no findings."),),
    )
    granted = assumptions(findings)
    if granted:
        said = Block("list", "\n".join(" ".join(one.split()) for one in granted))
        yield Section("assumptions", "Taken for granted", "Check each before you merge a fix.", blocks=(said,))
    if report.skipped:
        unread = tuple(Row((f"{named(one.path)}{place(one.position)}", one.error)) for one in report.skipped)
        table = Table("unread-files", "Files", (Column("Place", "name"), Column("Why")), unread)
        yield Section("unread", "Not read", "Of these nothing is known.", tables=(table,))


def _charts(counts: Counts, by_verdict: Sequence[tuple[Verdict, int]]) -> Iterator[Chart]:
    if counts.findings:
        bars = tuple(Bar(verdict, number, dict(TONES)[verdict]) for verdict, number in by_verdict)
        yield Chart("share", "Findings by verdict", bars, _told(by_verdict))
    if counts.reasons:
        bars = tuple(Bar(*one) for one in counts.reasons)
        yield Chart("bars", "What holds fixes back", bars, _told(counts.reasons))


def _lead(counts: Counts) -> str:
    if not counts.findings:
        return "Nothing here logs in to Bitbucket Packages with a stored credential."
    safe = f"{counts.safe} can be rewritten now" if counts.safe else "None can be rewritten as it is"
    return f"{many(counts.findings, 'login or use', 'logins and uses')} of stored credentials. {safe}."


def _told(counts: Sequence[tuple[Verdict | str, int]]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in counts) or "none"


def _row(finding: Finding, report: Report, reasons: Mapping[str, ReasonEntry]) -> Row:
    return Row(
        (
            f"{named(finding.path)}{place(finding.position)}",
            str(finding.verdict),
            finding.rule,
            " ".join(finding.message.split()),
            ", ".join(f"${name}" for name in finding.variables) or "–",
        ),
        tuple(_blocks(finding, report, reasons)),
    )


def _blocks(finding: Finding, report: Report, reasons: Mapping[str, ReasonEntry]) -> Iterator[Block]:
    yield Block("text", f"{finding.verdict}: {MEANING[finding.verdict]}.")
    changed = hunks(finding, report)
    source = report.sources.get(finding.path)
    if changed:
        yield Block("diff", changed, "The change")
    elif source is not None:
        secrets = report.secrets.get(finding.path, ())
        yield Block("code", "\n".join(excerpt(source, finding.span, secrets, Paint())), "The lines")
    for reason in finding.reasons:
        yield from reason_blocks(reason, reasons.get(reason.code), finding)
    if finding.assumptions:
        yield Block("list", "\n".join(" ".join(one.split()) for one in finding.assumptions), "Taken for granted")
    if finding.remaining:
        yield Block("text", ", ".join(f"${name}" for name in finding.remaining), "Still read in this step")


def reason_blocks(
    reason: Reason, entry: ReasonEntry | None, finding: Finding | None = None, fleet_of: str = ""
) -> Iterator[Block]:
    """Why a finding is held back, and its ways out, each with a button that copies it."""
    yield Block("text", " ".join(reason.detail.split()), reason.code)
    if entry is not None:
        ways = ways_out(entry, reason.subject, fleet_of=fleet_of, finding=finding)
        yield from (Block("copy", way, label) for label, way in ways)

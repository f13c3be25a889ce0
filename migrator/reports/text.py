"""Findings for people: one block each, the assumptions once, the counts at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.findings.ignores import Note
from migrator.findings.records import Finding, Reason, Report, Verdict
from migrator.reports.counting import Counts, assumptions, in_order, many
from migrator.reports.excerpt import excerpt, named, place
from migrator.reports.paint import Paint
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out
from migrator.text.mask import printable

_USES = 6


def check(
    report: Report,
    reasons: Mapping[str, ReasonEntry],
    paint: Paint = Paint(),
    *,
    unsafe: bool = False,
    quiet: bool = False,
) -> str:
    """The whole text of `check`, each line ended. `unsafe`: word the hint for a user who takes unsafe fixes too."""
    findings = in_order(report.findings)
    if quiet:
        return "".join(f"{headline(finding, paint)}\n" for finding in findings)
    blocks = ["\n".join(block(finding, report, reasons, paint)) for finding in findings]
    blocks += filter(None, ["\n".join(granted(findings, paint))])
    blocks.append("\n".join(closing(report, unsafe, paint)))
    return "\n\n".join(blocks) + "\n"


def headline(finding: Finding, paint: Paint) -> str:
    where = paint.bold(f"{named(finding.path)}{place(finding.position)}:")
    verdict = f"[{paint.verdict(finding.verdict)}]"
    return f"{where} {paint.cyan(finding.rule)} {verdict} {_line(finding.message)}"


def block(finding: Finding, report: Report, reasons: Mapping[str, ReasonEntry], paint: Paint) -> Iterator[str]:
    yield headline(finding, paint)
    if (source := report.sources.get(finding.path)) is not None:
        yield from excerpt(source, finding.span, report.secrets.get(finding.path, ()), paint)
    for reason in finding.reasons:
        yield f"  = {paint.verdict(reason.verdict, reason.code)}: {_line(reason.detail)}"
        yield from _ways_out(finding, reason, reasons.get(reason.code), paint)
    if len(finding.uses) > 1 or any(use.path != finding.path for use in finding.uses):
        listed = [f"{named(use.path)}{place(use.position)}" for use in finding.uses[:_USES]]
        more = f" and {len(finding.uses) - _USES} more" if len(finding.uses) > _USES else ""
        yield f"  = runs at {many(len(finding.uses), 'place')}: {', '.join(listed)}{more}"
    if finding.remaining:
        names = ", ".join(printable(f"${name}") for name in finding.remaining)
        yield f"  = still read elsewhere in this step: {names}"


def granted(findings: Iterable[Finding], paint: Paint) -> Iterator[str]:
    """The assumptions of all findings, each once, under a heading; nothing where there are none."""
    listed = assumptions(findings)
    if listed:
        yield paint.bold("Taken for granted; check each before you merge:")
    for text in listed:
        yield f"  - {_line(text)}"


def closing(report: Report, unsafe: bool, paint: Paint) -> Iterator[str]:
    counts = Counts.of(report.findings)
    verdicts = (
        (counts.safe, Verdict.SAFE),
        (counts.unsafe, Verdict.UNSAFE),
        (counts.report_only, Verdict.REPORT_ONLY),
    )
    detail = ", ".join(f"{number} {paint.verdict(verdict) if number else verdict}" for number, verdict in verdicts)
    files = many(report.files, "pipelines file")
    if counts.findings:
        yield f"{paint.bold(many(counts.findings, 'finding'))}: {detail} ({files} read{_aside(report)})"
    else:
        yield f"{paint.bold('No findings')} ({files} read{_aside(report)})"
    if unsafe and counts.fixable:
        yield f"`patless fix --unsafe-fixes` rewrites {counts.fixable}."
    elif counts.fixable:
        more = f"; {counts.unsafe} more with --unsafe-fixes" if counts.unsafe else ""
        yield f"`patless fix` rewrites {counts.safe}{more}."


def _aside(report: Report) -> str:
    return left_out(report) + (f", {len(report.skipped)} not readable" if report.skipped else "")


def left_out(report: Report) -> str:
    """What comments and the baseline settle, to go on with in a sentence; '' for nothing."""
    ignored = f", {report.ignored} ignored" if report.ignored else ""
    return ignored + (f", {report.baselined} in the baseline" if report.baselined else "")


def skipped(report: Report, paint: Paint = Paint()) -> list[str]:
    """One line for each input that could not be read."""
    return [
        f"{paint.bold(f'{named(one.path)}{place(one.position)}:')} {paint.red('not read:')} {_line(one.error)}"
        for one in sorted(report.skipped, key=lambda one: (one.path, place(one.position), one.error))
    ]


def notes(found: Iterable[Note], paint: Paint = Paint()) -> list[str]:
    return [
        f"{paint.bold(f'{named(note.path)}{_at(note.line)}:')} {paint.yellow('note:')} {_line(note.text)}"
        for note in found
    ]


def _at(line: int) -> str:
    return f":{line}" if line else ""


def _ways_out(finding: Finding, reason: Reason, entry: ReasonEntry | None, paint: Paint) -> Iterator[str]:
    if entry is None:
        return
    for label, way in ways_out(entry, reason.subject, finding=finding):
        yield f"      {paint.dim(f'{label}:'.ljust(5))} {_line(way)}"


def _line(text: str) -> str:
    return printable(" ".join(text.split("\n")).strip())

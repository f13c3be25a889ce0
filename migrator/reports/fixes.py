"""What `fix` did, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrator.findings.counting import Counts, in_order, many
from migrator.findings.records import Finding, Report
from migrator.reports.excerpt import place
from migrator.reports.paint import Paint
from migrator.reports.text import granted, left_out
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out
from migrator.text.mask import named, printable


def fixed(
    done: Sequence[Finding], held: Sequence[Finding], report: Report, paint: Paint, *, quiet: bool = False
) -> str:
    """One line a change, the assumptions once, the counts. `held` are the findings that stay as they were."""
    lines = [_change(finding, paint) for finding in in_order(done)]
    if not quiet:
        if taken := list(granted(done, paint)):
            lines += ["", *taken, ""]
        lines += closing(done, held, report, paint, would=False)
    return "".join(f"{line}\n" for line in lines)


def closing(
    done: Sequence[Finding], held: Sequence[Finding], report: Report, paint: Paint, *, would: bool
) -> list[str]:
    """`N fixed, M held back (reason ×n, …)`, and how to see more. `would`: nothing was written, this is a rehearsal."""
    counts = Counts.of(held)
    reasons = ", ".join(f"{code} ×{number}" for code, number in counts.reasons)
    verb = "would be fixed" if would else "fixed"
    back = f"{counts.findings} held back" + (f" ({reasons})" if reasons else "")
    unread = f", {many(len(report.skipped), 'file')} not readable" if report.skipped else ""
    lines = [f"{paint.bold(f'{len(done)} {verb}')}, {back}{left_out(report)}{unread}"]
    if counts.findings:
        lines.append("`patless check` shows what was held back, why, and the ways out.")
    return lines


def refusals(held: Sequence[Finding], entries: Mapping[str, ReasonEntry]) -> list[str]:
    """For each reason that a style of fix was refused for: what it says, and what to do."""
    lines: dict[str, str] = {}
    for finding in held:
        for reason in finding.reasons:
            if reason.code in entries and reason.code not in lines:
                way = ways_out(entries[reason.code], reason.subject)[0][1]
                lines[reason.code] = f"  {reason.code}: {printable(reason.detail)}; {printable(way)}"
    return list(lines.values())


def _change(finding: Finding, paint: Paint) -> str:
    where = paint.bold(f"{named(finding.path)}{place(finding.position)}:")
    left = ", ".join(printable(f"${name}") for name in finding.remaining)
    still = f" (still read elsewhere in this step: {left})" if left else ""
    return f"{where} {paint.cyan(finding.rule)} {paint.green('fixed:')} {printable(finding.message)}{still}"

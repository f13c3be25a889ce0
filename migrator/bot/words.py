"""What the comments say. Text of others stands in code spans; the rules' own text is the project's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from migrator.bot.changes import line_range
from migrator.bot.difference import CommentChanges
from migrator.bot.markers import OPENING
from migrator.findings.counting import Counts, in_order, many
from migrator.findings.records import Finding, Reason, Report
from migrator.reports.document import Column, Document, Marked, Section, Table, TableRow, Text, Tone, listed, more
from migrator.reports.formats import markdown
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out
from migrator.text.markup import code, prose

_ROWS = 50
LONGEST = 30_000
"""Characters of a comment: others send up to 31,000, BITBUCKET_API.md section 2.4."""
_NAME = OPENING.strip("*")
_MORE = "Run `patless check` for more."


class About(Struct, frozen=True):
    """What the findings were looked for in, such as `the lines that this pull request changes`; and what became of
    the comments on lines, None where there are none to be."""

    where: str
    notes: CommentChanges | None = None


def summary(report: Report, about: About) -> str:
    """The one comment that is kept up to date, of at most LONGEST characters."""
    for rows in (_ROWS, _ROWS // 2, _ROWS // 5):
        text = _summary(report, about, rows)
        if len(text) <= LONGEST:
            return text
    return "\n\n".join([f"{OPENING}: {headline(report, about.where)}", _MORE])


def _summary(report: Report, about: About, rows: int) -> str:
    findings = in_order(report.findings)
    sections = [
        *([_found(findings, report, rows)] if findings else []),
        *(_section("", said) for said in (list(_next(Counts.of(findings))), list(_aside(about))) if said),
        *([_section("Not read", _unread(report, rows))] if report.skipped else []),
    ]
    opening = (Marked(_NAME, Tone.PLAIN), f": {headline(report, about.where)}")
    return markdown.render(Document("", "", tuple(sections), (opening,)))


def headline(report: Report, where: str) -> str:
    counts = Counts.of(report.findings)
    if not counts.findings:
        return f"no findings in {where}."
    review = "needs review" if counts.unsafe == 1 else "need review"
    parts = ((counts.safe, "safe to fix"), (counts.unsafe, review), (counts.report_only, "without a fix"))
    split = ", ".join(f"{number} {what}" for number, what in parts if number)
    return f"{many(counts.findings, 'finding')} in {where}: {split}."


def note(finding: Finding, reasons: Mapping[str, ReasonEntry], proposal: str) -> str:
    """The comment on one finding. `proposal` is a block of Markdown, '' for none."""
    blocks = [f"{OPENING}: {code(finding.message)}", f"`{finding.rule}` · **{finding.verdict}**"]
    blocks += ["\n".join(_reason(one, finding, reasons)) for one in finding.reasons]
    if proposal:
        blocks.append(proposal)
    if finding.edits and finding.assumptions:
        blocks.append("\n".join(["Assumes:", "", *(f"- {code(text)}" for text in finding.assumptions)]))
    text = "\n\n".join(blocks)
    return text if len(text) <= LONGEST else "\n\n".join([*blocks[:2], _MORE])


def _found(findings: Sequence[Finding], report: Report, rows: int) -> Section:
    columns = (Column("place", "name"), Column("finding", "name"), Column("verdict", "words"), Column("what", "name"))
    table = Table("findings", "Findings", columns, tuple(_row(finding, report) for finding in findings[:rows]))
    left = len(findings) - rows
    beyond = (listed([f"… and {left} more; run `patless check` to list them."]),) if left > 0 else ()
    return Section("findings", "", tables=(table,), blocks=beyond)


def _row(finding: Finding, report: Report) -> TableRow:
    line, _ = line_range(report.sources[finding.path], finding.span)
    held = ", ".join(dict.fromkeys(f"`{reason.code}`" for reason in finding.reasons))
    verdict = f"{finding.verdict}: {held}" if held else f"{finding.verdict}"
    return TableRow((f"{finding.path}:{line}", finding.rule, verdict, finding.message))


def _section(title: str, lines: Iterable[Text]) -> Section:
    return Section("", title, blocks=(listed(lines),))


def _next(counts: Counts) -> Iterator[str]:
    if counts.safe:
        yield "Run `patless fix --diff` to preview the safe fixes, and `patless fix` to apply them."
    if counts.unsafe:
        yield "Review the reasons of the unsafe findings, then run `patless fix --unsafe-fixes`."
    if counts.report_only or counts.unsafe:
        yield "Run `patless explain CODE` to see why, and what to do."


def _aside(about: About) -> Iterator[str]:
    if about.notes is not None and about.notes.left_out:
        there = about.notes.kept + len(about.notes.create)
        yield (
            f"{there} of {there + about.notes.left_out} findings on changed lines have a comment; `--max-comments` "
            "allows more."
        )
    if about.notes is not None and about.notes.declined:
        yield f"patless does not repeat {many(about.notes.declined, 'comment')} that somebody resolved or deleted."


def _unread(report: Report, rows: int) -> Iterator[Text]:
    for one in report.skipped[:rows]:
        yield (Marked(one.path, Tone.QUOTE), ": ", Marked(one.error, Tone.QUOTE))
    yield from more(len(report.skipped) - rows)


def _reason(one: Reason, finding: Finding, reasons: Mapping[str, ReasonEntry]) -> Iterator[str]:
    yield f"Needs review, `{one.code}`: {code(one.detail)}"
    ways = ways_out(reasons[one.code], one.subject, finding=finding) if one.code in reasons else ()
    if ways:
        yield ""
    yield from (f"- {label.capitalize()}: {prose(way)}" for label, way in ways)

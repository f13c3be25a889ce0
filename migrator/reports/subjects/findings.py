"""The findings of `patless check`: what is found, what changes, and what holds it back, with its ways out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from migrator.findings.counting import Counts, assumptions, in_order, many, several
from migrator.findings.hunks import hunks
from migrator.findings.ignores import Note
from migrator.findings.records import Finding, Reason, Report, Verdict
from migrator.reports.document import (
    Bar,
    Chart,
    Column,
    Document,
    Figure,
    Findings,
    Marked,
    Passage,
    Section,
    Subject,
    Table,
    TableRow,
    Text,
    Tone,
    copied,
    listed,
    plain,
    said,
    sheet,
)
from migrator.reports.excerpt import excerpt, place
from migrator.rulebook.records import ReasonEntry
from migrator.rulebook.ways_out import ways_out
from migrator.text.mask import named

if TYPE_CHECKING:
    from migrator.fleet.records import SeenFinding

TONES = {Verdict.SAFE: Tone.GOOD, Verdict.UNSAFE: Tone.HALF, Verdict.REPORT_ONLY: Tone.BAD}
MEANING = {
    Verdict.SAFE: "patless fix applies it; the same commands run with the same arguments",
    Verdict.UNSAFE: "probably right; review the reasons before you apply it",
    Verdict.REPORT_ONLY: "no automatic fix; the reasons say what to do",
}
HEADS = (
    *("path", "line", "column", "rule", "severity", "verdict", "reasons", "variables", "registry", "message"),
    "assumptions",
)
_USES = 6


def subject(
    report: Report,
    reasons: Mapping[str, ReasonEntry],
    found: Callable[[], Findings],
    name: str,
    *,
    pages: Mapping[str, str] | None = None,
    unsafe: bool = False,
    quiet: bool = False,
) -> Subject:
    """`name` is what was checked. `pages` are addresses of what explains rules and reasons. `unsafe`: word the hint for
    a user who takes unsafe fixes too. `quiet`: say nothing but the findings, in a line each."""

    return Subject(
        lambda page: document(report, reasons, name, pages=pages, page=page, unsafe=unsafe, quiet=quiet),
        {".csv": lambda: sheet(HEADS, map(cells, in_order(report.findings))), ".json": lambda: _record(report)},
        found,
    )


def _record(report: Report) -> Struct:
    from migrator.reports.records.findings import checked

    return checked(report)


def document(
    report: Report,
    reasons: Mapping[str, ReasonEntry],
    name: str = "",
    *,
    pages: Mapping[str, str] | None = None,
    page: bool = False,
    unsafe: bool = False,
    quiet: bool = False,
) -> Document:
    findings = in_order(report.findings)
    found = rows(findings, report, reasons, pages, page=page, quiet=quiet)
    closing = () if quiet else tuple(closing_of(report, unsafe=unsafe))
    columns = (
        Column("Place", "name"),
        Column("Verdict", "mark"),
        Column("Rule", "mark"),
        Column("What"),
        Column("Variables"),
    )
    empty = "" if quiet else "No findings."
    table = Table("all-findings", "All findings", columns, found, tuple(TONES.items()), empty=empty)
    lead = "Open a row for the next steps." if found else ""
    sections = (
        *([_overview(report, closing)] if page else []),
        Section("findings", "Findings", lead, tables=(table,)),
        *(() if quiet else granted(findings)),
        *(_unread(report) if page else ()),
    )
    return Document("Logins to Bitbucket Packages with stored tokens", name, sections, closing)


def rows(
    findings: Iterable[Finding],
    report: Report,
    reasons: Mapping[str, ReasonEntry],
    pages: Mapping[str, str] | None = None,
    *,
    page: bool = False,
    quiet: bool = False,
) -> tuple[TableRow, ...]:
    """What is said of each finding of a report, in the order of the files."""
    every = in_order(findings)
    known = pages or {}
    return tuple(_row(one, () if quiet else tuple(_blocks(one, report, reasons, known, page)), known) for one in every)


def headline(finding: Finding, page: str = "") -> Text:
    verdict = Marked(finding.verdict, TONES[finding.verdict])
    return (*_at(finding, page), " [", verdict, f"] {_flat(finding.message)}")


def changed(done: Iterable[Finding]) -> Iterator[TableRow]:
    """What `fix` says of each finding that it has fixed."""
    for finding in in_order(done):
        left = several(f"${name}" for name in finding.remaining)
        still = f" (still read elsewhere in this step: {left})" if left else ""
        line = (*_at(finding), " ", Marked("fixed:", Tone.GOOD), f" {finding.message}{still}")
        yield TableRow((), line=line)


def granted(findings: Iterable[Finding]) -> Iterator[Section]:
    """The assumptions of all findings, each once; nothing where there are none."""
    if texts := assumptions(findings):
        title = "Assumes (check before you merge)"
        yield Section("assumptions", title, blocks=(listed(map(_flat, texts)),))


def closing_of(report: Report, *, unsafe: bool) -> Iterator[Text]:
    """How many there are, and what `fix` would do."""
    counts = Counts.of(report.findings)
    files = many(len(report.files), "pipelines file")
    unread = f", {len(report.skipped)} not readable" if report.skipped else ""
    aside = left_out(report).replace(", ", "; ", 1)
    read = f"{aside}. Read {files}{unread}."
    if counts.findings:
        verdicts = [_counted(verdict, number) for verdict, number in by_verdict(counts)]
        split = (piece for at, pieces in enumerate(verdicts) for piece in ((", ",) if at else ()) + pieces)
        yield ("Found ", Marked(many(counts.findings, "finding"), Tone.NAME), ": ", *split, read)
    else:
        yield (Marked("No findings", Tone.NAME), read)
    if counts.safe and not unsafe:
        more = f"; `--unsafe-fixes` fixes {counts.unsafe} more" if counts.unsafe else ""
        yield f"Run `patless fix` to fix {counts.safe}{more}."
    elif counts.fixable:
        yield f"Run `patless fix --unsafe-fixes` to fix {counts.fixable}, after review."


def left_out(report: Report) -> str:
    """What comments and the baseline settle, to go on with in a sentence; '' for nothing."""
    ignored = f", {report.ignored} ignored" if report.ignored else ""
    return ignored + (f", {report.baselined} in the baseline" if report.baselined else "")


def by_verdict(counts: Counts) -> tuple[tuple[Verdict, int], ...]:
    return (
        (Verdict.SAFE, counts.safe),
        (Verdict.UNSAFE, counts.unsafe),
        (Verdict.REPORT_ONLY, counts.report_only),
    )


def skipped(report: Report) -> Iterator[Text]:
    """A line for each input that could not be read."""
    for one in sorted(report.skipped, key=lambda one: (one.path, place(one.position), one.error)):
        where = Marked(f"{named(one.path)}{place(one.position)}:", Tone.NAME)
        yield (where, " ", Marked("not read:", Tone.BAD), f" {_flat(one.error)}")


def left_aside(report: Report) -> Iterator[Text]:
    """A line for each place about which nothing is reported."""
    for one in sorted(report.left_out):
        where = Marked(f"{named(one.path)}{place(one.position)}:", Tone.NAME)
        yield (where, " ", Marked("not reported:", Tone.ASIDE), f" {one.what}: {_flat(one.why)}")


def notes(found: Iterable[Note]) -> Iterator[Text]:
    for note in found:
        at = f":{note.line}" if note.line else ""
        yield (Marked(f"{named(note.path)}{at}:", Tone.NAME), " ", Marked("note:", Tone.HALF), f" {_flat(note.text)}")


def reason_blocks(
    reason: Reason, entry: ReasonEntry | None, finding: Finding | None = None, fleet_of: str = "", page: str = ""
) -> Iterator[Passage]:
    """Why a finding needs review, and its ways out."""
    yield said(_flat(reason.detail), (Marked(reason.code, TONES[reason.verdict], page),))
    if entry is not None:
        ways = ways_out(entry, reason.subject, fleet_of=fleet_of, finding=finding)
        yield from (copied(way, label) for label, way in ways)


def seen(finding: SeenFinding, slug: str, reasons: Mapping[str, ReasonEntry]) -> Iterator[Passage]:
    """What a page has of a finding that a ledger keeps, of the repository `slug`."""
    at = f"{finding.path}:{finding.position.line}:{finding.position.column}"
    yield said(f"{finding.verdict}: {finding.message}", at)
    if finding.change:
        yield Passage("diff", (finding.change,), f"The change of {at}")
    elif finding.excerpt:
        yield Passage("code", (finding.excerpt,), f"The line {at}")
    for reason in finding.reasons:
        yield from reason_blocks(reason, reasons.get(reason.code), fleet_of=slug)
    if finding.assumptions:
        yield listed(finding.assumptions, "Assumes")


def cells(one: Finding | SeenFinding) -> tuple[str | int, ...]:
    """A cell for each of `HEADS`. Reasons and variables are apart by blanks, assumptions by ` | `."""
    return (
        one.path,
        one.position.line,
        one.position.column,
        one.rule,
        str(one.severity),
        str(one.verdict),
        " ".join(dict.fromkeys(reason.code for reason in one.reasons)),
        " ".join(one.variables),
        one.registry or "",
        one.message,
        " | ".join(one.assumptions),
    )


def _overview(report: Report, closing: Sequence[Text]) -> Section:
    counts = Counts.of(report.findings)
    verdicts = by_verdict(counts)
    charts = []
    if counts.findings:
        bars = tuple(Bar(verdict, number, TONES[verdict]) for verdict, number in verdicts)
        charts.append(Chart("share", "Findings by verdict", bars, _told(verdicts)))
    if counts.reasons:
        charts.append(
            Chart("bars", "Why findings need review", tuple(Bar(*one) for one in counts.reasons), _told(counts.reasons))
        )
    return Section(
        "overview",
        "Overview",
        " ".join(map(plain, closing)).replace("`", ""),
        (
            Figure(str(counts.findings), "findings", f"in {many(len(report.files), 'pipelines file')}"),
            *(Figure(str(number), verdict, MEANING[verdict]) for verdict, number in verdicts),
        ),
        tuple(charts),
    )


def _unread(report: Report) -> Iterator[Section]:
    """For a page; a terminal has them on standard error."""
    if report.skipped:
        rows = tuple(TableRow((f"{named(one.path)}{place(one.position)}", one.error)) for one in report.skipped)
        table = Table("unread-files", "Files", (Column("Place", "name"), Column("Why")), rows)
        yield Section("unread", "Not read", "patless knows nothing about these.", tables=(table,))


def _row(finding: Finding, blocks: tuple[Passage, ...], pages: Mapping[str, str]) -> TableRow:
    shown = (
        f"{named(finding.path)}{place(finding.position)}",
        str(finding.verdict),
        finding.rule,
        _flat(finding.message),
        ", ".join(f"${name}" for name in finding.variables) or "–",
    )
    return TableRow(shown, blocks, headline(finding, pages.get(finding.rule, "")))


def _blocks(
    finding: Finding, report: Report, reasons: Mapping[str, ReasonEntry], pages: Mapping[str, str], page: bool
) -> Iterator[Passage]:
    """A page has the change in place of the lines, if there is one."""
    if page:
        yield said(f"{finding.verdict}: {MEANING[finding.verdict]}.")
    if page and (change := hunks(finding, report)):
        yield Passage("diff", tuple(change.split("\n")))
    elif (source := report.sources.get(finding.path)) is not None:
        lines = excerpt(source, finding.span, report.secrets.get(finding.path, ()))
        yield Passage("code", lines)
    for reason in finding.reasons:
        yield from reason_blocks(reason, reasons.get(reason.code), finding, page=pages.get(reason.code, ""))
    if page and finding.assumptions:
        yield listed(map(_flat, finding.assumptions), "Assumes")
    if len(finding.uses) > 1 or any(use.path != finding.path for use in finding.uses):
        shown = [f"{named(use.path)}{place(use.position)}" for use in finding.uses[:_USES]]
        more = f" and {len(finding.uses) - _USES} more" if len(finding.uses) > _USES else ""
        yield said(f"{', '.join(shown)}{more}", f"runs at {many(len(finding.uses), 'place')}")
    if finding.remaining:
        yield said(several(f"${name}" for name in finding.remaining), "still read elsewhere in this step")
    if not page and finding.rule in pages:
        yield Passage("page", (pages[finding.rule],), "page")


def _at(finding: Finding, page: str = "") -> tuple[str | Marked, ...]:
    where = Marked(f"{named(finding.path)}{place(finding.position)}:", Tone.NAME)
    return where, " ", Marked(finding.rule, Tone.CODE, page)


def _counted(verdict: Verdict, number: int) -> tuple[str | Marked, ...]:
    return (f"{number} ", Marked(verdict, TONES[verdict])) if number else (f"{number} {verdict}",)


def _told(counts: Sequence[tuple[Verdict | str, int]]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in counts) or "none"


def _flat(text: str) -> str:
    return " ".join(text.split())

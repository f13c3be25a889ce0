"""A fleet as a page for three readers: who leads the migration, who owns a repository, who audits the removal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from migrator.findings.records import Verdict
from migrator.fleet.following import Standing as State
from migrator.fleet.imports import Shared
from migrator.fleet.packages import Known, Picture
from migrator.fleet.records import Change, ChangeState, SeenFinding
from migrator.reports.counting import many
from migrator.reports.fleet import words
from migrator.reports.fleet.records import Fleet, Owned
from migrator.reports.html import audit
from migrator.reports.html.check import MEANING, reason_blocks
from migrator.reports.html.check import TONES as VERDICTS
from migrator.reports.html.parts import Bar, Block, Chart, Column, Figure, Page, Row, Section, Table, Tone
from migrator.rulebook.records import ReasonEntry

TONES = (
    (State.CLEAN, Tone.GOOD),
    (State.MERGED, Tone.GOOD),
    (State.MERGED_GREEN, Tone.GOOD),
    (State.OPEN, Tone.HALF),
    (State.MERGED_RED, Tone.BAD),
    (State.FINDINGS, Tone.PLAIN),
    (State.DECLINED, Tone.PLAIN),
    (State.ERROR, Tone.BAD),
    (State.SKIPPED, Tone.PLAIN),
    (State.ARCHIVED, Tone.PLAIN),
    (State.TRANSFERRED, Tone.PLAIN),
    (State.GONE, Tone.PLAIN),
)
_DONE = (State.CLEAN, State.MERGED, State.MERGED_GREEN)
_WEEKS = 26
_MOST = 20
"""Findings of one repository that the page shows, and uses of a package."""


def page(fleet: Fleet, made: str, today: date) -> Page:
    sections = (_overview(fleet, today), _repositories(fleet), *_packages(fleet.picture), *audit.sections(fleet.audit))
    return Page("Migration to the native pair", f"workspace {fleet.workspace}", made, sections)


def _overview(fleet: Fleet, today: date) -> Section:
    counts = Counter(one.standing.standing for one in fleet.owned if one.standing.standing.counts)
    looked = sum(counts.values()) - counts[State.SKIPPED]
    done = sum(counts[state] for state in _DONE)
    findings = Counter(finding.verdict for one in fleet.owned for finding in one.left)
    share = f"{100 * done / looked:.0f} %" if looked else "–"
    parts = (
        Bar("done", done, Tone.GOOD),
        Bar("pull request open", counts[State.OPEN], Tone.HALF),
        Bar("to do", counts[State.FINDINGS] + counts[State.DECLINED], Tone.PLAIN),
        Bar("needs a look", counts[State.MERGED_RED] + counts[State.ERROR], Tone.BAD),
    )
    verdicts = tuple(Bar(verdict, findings[verdict], dict(VERDICTS)[verdict]) for verdict in MEANING)
    charts = [
        Chart("share", "How far the repositories are", parts, _told(parts)),
        Chart("share", "What is left, by verdict", verdicts, _told(verdicts)),
        *_progress(fleet.changes, today),
        *_unlocks(fleet.picture),
    ]
    return Section(
        "overview",
        "Overview",
        f"{done:,} of {many(looked, 'repository', 'repositories')} hold no stored login any more, or have merged the "
        "change that takes it away.",
        (
            Figure(share, "done", f"{done:,} of {looked:,} that were read"),
            Figure(f"{counts[State.OPEN]:,}", "pull requests open", f"{counts[State.DECLINED]:,} declined"),
            Figure(f"{sum(findings.values()):,}", "findings left", f"{findings[Verdict.SAFE]:,} safe to rewrite"),
            Figure(f"{counts[State.MERGED_RED] + counts[State.ERROR]:,}", "need a look", "a red run, or not readable"),
        ),
        tuple(chart for chart in charts if any(bar.value for bar in chart.bars)),
    )


def _progress(changes: Iterable[Change], today: date) -> Iterator[Chart]:
    """Pull requests by the week in which they were opened, and by that in which they were merged."""
    this = _monday(today)
    weeks = [this - timedelta(weeks=ago) for ago in range(_WEEKS - 1, -1, -1)]
    opened: Counter[date] = Counter()
    merged: Counter[date] = Counter()
    for change in changes:
        if change.opened:
            opened[_monday(datetime.fromisoformat(change.opened).date())] += 1
        if change.state == ChangeState.MERGED:
            merged[_monday(datetime.fromisoformat(change.merged or change.at).date())] += 1
    first = min((week for week in (*opened, *merged) if week >= weeks[0]), default=this)
    for title, found, tone in (
        ("Pull requests opened, by week", opened, Tone.PLAIN),
        ("Merged, by week", merged, Tone.GOOD),
    ):
        bars = tuple(Bar(f"{week:%d %b}", found[week], tone) for week in weeks if week >= first)
        yield Chart("weeks", title, bars, _told(bars))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _unlocks(picture: Picture) -> Iterator[Chart]:
    best = [known for known in picture.packages if known.unlocks.findings][:8]
    bars = tuple(Bar(known.name.partition("/")[2], known.unlocks.findings, Tone.GOOD) for known in best)
    yield Chart("bars", "What unlocks most: logins freed by settling one package", bars, _told(bars))


def _told(bars: Iterable[Bar]) -> str:
    return ", ".join(f"{bar.label}: {bar.value}" for bar in bars) or "none"


def _repositories(fleet: Fleet) -> Section:
    columns = (
        Column("Repository", "name"),
        Column("State", "mark"),
        Column("Branch"),
        Column("Findings", "number"),
        Column("Held back", "number"),
        Column("Project", "mark"),
        Column("Wave", "mark"),
    )
    owned = sorted(fleet.owned, key=_first)
    rows = tuple(_repository(one, fleet.reasons) for one in owned)
    return Section(
        "repositories",
        "Repositories",
        "Find yours by name; open it for its findings, what would change, and the ways out of what is held back.",
        tables=(Table("repository-rows", "All repositories", columns, rows, TONES),),
    )


def _first(one: Owned) -> tuple[bool, int, str, str]:
    """What is left comes before what is done, and more of it before less."""
    standing = one.standing
    return (
        standing.standing in _DONE or not standing.standing.counts,
        -standing.findings,
        standing.standing,
        one.repository.slug,
    )


def _repository(one: Owned, reasons: Mapping[str, ReasonEntry]) -> Row:
    standing = one.standing
    cells = (
        one.repository.slug,
        str(standing.standing),
        standing.destination or "–",
        standing.findings,
        standing.held_back,
        one.repository.project or "–",
        one.wave.name if one.wave else "–",
    )
    return Row(cells, tuple(_owned(one, reasons)))


def _owned(one: Owned, reasons: Mapping[str, ReasonEntry]) -> Iterator[Block]:
    change = one.standing.change
    if one.wave and (one.wave.owner or one.wave.due):
        due = f"due {one.wave.due}" if one.wave.due else ""
        yield Block("text", ", ".join(filter(None, (one.wave.owner, due))), f"Wave {one.wave.name}")
    if change and change.url:
        yield Block("copy", change.url, "pull request")
    if one.standing.error:
        yield Block("text", one.standing.error, "Error" if one.standing.standing.counts else "Not counted")
    if one.standing.was:
        yield Block("text", ", ".join(one.standing.was), "Earlier names")
    if one.findings and one.outdated:
        yield Block("text", "They were seen before the merge, which took the safe ones away; scan again.", "Findings")
    for finding in one.findings[:_MOST]:
        yield from _finding(finding, one.repository.slug, reasons)
    if len(one.findings) > _MOST:
        yield Block(
            "text", f"and {len(one.findings) - _MOST} findings more, which `patless check` in the repository shows"
        )


def _finding(finding: SeenFinding, slug: str, reasons: Mapping[str, ReasonEntry]) -> Iterator[Block]:
    at = f"{finding.path}:{finding.position.line}:{finding.position.column}"
    yield Block("text", f"{finding.verdict}: {finding.message}", at)
    if finding.change:
        yield Block("diff", finding.change, f"The change of {at}")
    elif finding.excerpt:
        yield Block("code", finding.excerpt, f"The line {at}")
    for reason in finding.reasons:
        yield from reason_blocks(reason, reasons.get(reason.code), fleet_of=slug)
    if finding.assumptions:
        yield Block("list", "\n".join(finding.assumptions), "Taken for granted")


def _packages(picture: Picture) -> Iterator[Section]:
    columns = (
        Column("Package", "name"),
        Column("To settle", "mark"),
        Column("Pushed by"),
        Column("Readers", "number"),
        Column("Logins freed", "number"),
        Column("Secrets freed", "number"),
    )
    rows = tuple(map(_package, picture.packages))
    tones = (("several pushers", Tone.BAD), ("foreign read", Tone.HALF), ("settled", Tone.GOOD))
    tables = [Table("package-rows", "All packages", columns, rows, tones, "What pays most to settle comes first.")]
    if picture.shared:
        heads = (
            Column("Exporter", "name"),
            Column("Pinned to", "mark"),
            Column("Pipeline"),
            Column("Importers", "number"),
        )
        shared = tuple(map(_shared, picture.shared))
        tables.append(Table("shared-rows", "Shared pipelines", heads, shared))
    yield Section("packages", "Packages", words.total(picture), tables=tuple(tables))


def _package(known: Known) -> Row:
    state = "several pushers" if known.contested else "foreign read" if known.foreign else "settled"
    gain = known.unlocks
    cells = (known.name, state, words.parties(known.pushers), len(known.readers), gain.findings, len(gain.secrets))
    return Row(cells, tuple(_uses(known)))


def _uses(known: Known) -> Iterator[Block]:
    if known.open:
        yield Block("text", f"Settling it {words.gain(known.unlocks)}.")
        yield from (
            Block("copy", "\n".join(way.lines), way.what) if way.lines else Block("text", way.what)
            for way in words.ways(known)
        )
    for label, found in (("Pushed at", known.pushers), ("Read at", known.readers)):
        each = [(party.repository, place) for party in found for place in party.places]
        places = [f"{slug}: {words.place(place)} on {words.on(place)}" for slug, place in each]
        if places:
            more = [f"and {len(places) - _MOST} more"] if len(places) > _MOST else []
            yield Block("list", "\n".join([*places[:_MOST], *more]), label)


def _shared(shared: Shared) -> Row:
    aim = shared.target
    blocks = [Block("list", "\n".join(words.imported(one) for one in shared.importers), "Imported by")]
    blocks += [Block("text", shared.why, "Not read")] if shared.why else []
    blocks += [block for finding in shared.findings for block in _finding(finding, aim.repository, {})]
    step = words.next_step(shared)
    blocks += [Block("text", step, "Next")] if step else []
    cells = (aim.repository, f"{shared.pin} {aim.ref}", aim.pipeline or aim.path, len(shared.importers))
    return Row(cells, tuple(blocks))

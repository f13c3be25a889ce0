"""A fleet as a page for three readers: who leads the migration, who owns a repository, who audits the removal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from migrator.findings.counting import many
from migrator.findings.records import Verdict
from migrator.fleet.following import Standing as State
from migrator.fleet.packages import Picture
from migrator.fleet.records import ChangeState, Migration
from migrator.reports.document import (
    Bar,
    Chart,
    Column,
    Document,
    Figure,
    Passage,
    Section,
    Subject,
    Table,
    TableRow,
    Tone,
    copied,
    said,
    sheet,
)
from migrator.reports.known import Fleet, Owned
from migrator.reports.records import fleet as records
from migrator.reports.subjects import audit, fleet_packages, secrets
from migrator.reports.subjects.findings import HEADS, MEANING, cells, seen
from migrator.reports.subjects.findings import TONES as VERDICTS
from migrator.rulebook.records import ReasonEntry

TONES = (
    (State.CLEAN, Tone.GOOD),
    (State.MERGED, Tone.GOOD),
    (State.MERGED_GREEN, Tone.GOOD),
    (State.OPEN, Tone.HALF),
    (State.MERGED_RED, Tone.BAD),
    (State.FINDINGS, Tone.PLAIN),
    (State.UNREADABLE, Tone.BAD),
    (State.DECLINED, Tone.PLAIN),
    (State.ERROR, Tone.BAD),
    (State.SKIPPED, Tone.PLAIN),
    (State.ARCHIVED, Tone.PLAIN),
    (State.TRANSFERRED, Tone.PLAIN),
    (State.GONE, Tone.PLAIN),
)
_REPOSITORIES = (
    *("repository", "state", "branch", "findings", "held_back", "project", "wave", "owner", "due", "pull_request"),
    *("error", "was", "why"),
)
_DONE = (State.CLEAN, State.MERGED, State.MERGED_GREEN)
_TO_LOOK_AT = (State.MERGED_RED, State.ERROR, State.UNREADABLE)
_WEEKS = 26
_MOST = 20
"""Findings of one repository that the page shows, and uses of a package."""


def subject(fleet: Fleet, today: date) -> Subject:
    """For a page, and what lies beside it."""
    known = fleet.audit
    files: dict[str, Callable[[], Table | Struct]] = {
        ".csv": lambda: sheet(_REPOSITORIES, map(_cells, fleet.owned)),
        ".findings.csv": lambda: sheet(("repository", "branch", *HEADS, "left"), _found(fleet.owned)),
        ".json": lambda: records.fleet(fleet),
        ".packages.json": fleet_packages.subject(fleet.picture).files[".json"],
    }
    if listing := known.listing:
        files[".secrets.csv"] = lambda: secrets.variables_sheet(listing)
    if known.tokens or known.unjudged:
        files[".tokens.csv"] = lambda: secrets.tokens_sheet(known.tokens, known.unjudged)
    return Subject(lambda _: document(fleet, today), files)


def document(fleet: Fleet, today: date) -> Document:
    packages = fleet_packages.section(fleet.picture)
    sections = (_overview(fleet, today), _repositories(fleet), packages, *audit.sections(fleet.audit))
    return Document("Migration to native credentials", f"workspace {fleet.workspace}", sections)


def _overview(fleet: Fleet, today: date) -> Section:
    counts = Counter(one.standing.standing for one in fleet.owned if one.standing.standing.counts)
    looked = sum(counts.values()) - counts[State.SKIPPED]
    done, wrong = (sum(counts[state] for state in states) for states in (_DONE, _TO_LOOK_AT))
    findings = Counter(finding.verdict for one in fleet.owned for finding in one.left)
    has = "has" if done == 1 else "have"
    share = f"{100 * done / looked:.0f}%" if looked else "–"
    parts = (
        Bar("done", done, Tone.GOOD),
        Bar("pull request open", counts[State.OPEN], Tone.HALF),
        Bar("to do", counts[State.FINDINGS] + counts[State.DECLINED], Tone.PLAIN),
        Bar("needs attention", wrong, Tone.BAD),
    )
    verdicts = tuple(Bar(verdict, findings[verdict], VERDICTS[verdict]) for verdict in MEANING)
    charts = [
        Chart("share", f"How far the {_counted(fleet)[1]} are", parts, _told(parts)),
        Chart("share", "What is left, by verdict", verdicts, _told(verdicts)),
        *_progress(fleet.changes, today),
        *_unlocks(fleet.picture),
    ]
    return Section(
        "overview",
        "Overview",
        f"{done:,} of {many(looked, *_counted(fleet))} {has} no findings left, or {has} merged the pull request that "
        "fixes them.",
        (
            Figure(share, "done", f"{done:,} of {looked:,} that were read"),
            Figure(f"{counts[State.OPEN]:,}", "pull requests open", f"{counts[State.DECLINED]:,} declined"),
            Figure(f"{sum(findings.values()):,}", "findings left", f"{findings[Verdict.SAFE]:,} safe to fix"),
            Figure(f"{wrong:,}", "need attention", "a failed pipeline, or not readable"),
        ),
        tuple(chart for chart in charts if any(bar.value for bar in chart.bars)),
    )


def _counted(fleet: Fleet) -> tuple[str, str]:
    """What a row is, one and several: a repository can have several destinations."""
    several = len({one.repository.uuid for one in fleet.owned}) < len(fleet.owned)
    return ("destination branch", "destination branches") if several else ("repository", "repositories")


def _progress(changes: Iterable[Migration], today: date) -> Iterator[Chart]:
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
    yield Chart("bars", "What unblocks most: logins, by package to confirm", bars, _told(bars))


def _told(bars: Iterable[Bar]) -> str:
    return ", ".join(f"{bar.label}: {bar.value}" for bar in bars) or "none"


def _repositories(fleet: Fleet) -> Section:
    columns = (
        Column("Repository", "name"),
        Column("State", "mark"),
        Column("Branch", "words"),
        Column("Findings", "number"),
        Column("Needs review", "number"),
        Column("Project", "mark"),
        Column("Wave", "mark"),
    )
    owned = sorted(fleet.owned, key=_first)
    rows = tuple(_repository(one, fleet.reasons) for one in owned)
    return Section(
        "repositories",
        "Repositories",
        "Find yours by name. Open it for its findings, what would change, and the next steps.",
        tables=(Table("repository-rows", f"All {_counted(fleet)[1]}", columns, rows, TONES),),
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


def _repository(one: Owned, reasons: Mapping[str, ReasonEntry]) -> TableRow:
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
    return TableRow(cells, tuple(_owned(one, reasons)))


def _owned(one: Owned, reasons: Mapping[str, ReasonEntry]) -> Iterator[Passage]:
    change = one.standing.change
    if one.wave and (one.wave.owner or one.wave.due):
        due = f"due {one.wave.due}" if one.wave.due else ""
        yield said(", ".join(filter(None, (one.wave.owner, due))), f"Wave {one.wave.name}")
    if change and change.url:
        yield copied(change.url, "pull request")
    if one.standing.error:
        yield said(one.standing.error, "Error" if one.standing.standing.counts else "Not counted")
    if one.standing.why:
        yield said(one.standing.why, "Left alone by fleet migrate")
    if one.standing.was:
        yield said(", ".join(one.standing.was), "Earlier names")
    if one.findings and one.outdated:
        yield said("Seen before the merge, which fixed the safe ones; scan again.", "Findings")
    for finding in one.findings[:_MOST]:
        yield from seen(finding, one.repository.slug, reasons)
    if len(one.findings) > _MOST:
        yield said(f"and {len(one.findings) - _MOST} more findings; run `patless check` in the repository to list them")


def _cells(one: Owned) -> tuple[str | int, ...]:
    standing, wave = one.standing, one.wave
    return (
        one.repository.slug,
        str(standing.standing),
        standing.destination,
        standing.findings,
        standing.held_back,
        one.repository.project,
        wave.name if wave else "",
        wave.owner if wave else "",
        str(wave.due or "") if wave else "",
        standing.change.url if standing.change else "",
        standing.error,
        " ".join(standing.was),
        standing.why,
    )


def _found(owned: Sequence[Owned]) -> Iterator[tuple[str | int, ...]]:
    for one in owned:
        for finding in one.findings:
            left = "yes" if finding in one.left else "no"
            yield (one.repository.slug, one.standing.destination, *cells(finding), left)

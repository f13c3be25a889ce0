"""What `fleet migrate` would do, or has done, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.findings.counting import many
from migrator.fleet.deciding import Act, MigrationDecision, said
from migrator.fleet.migrating import Failure
from migrator.fleet.opening import MigrationOutcome
from migrator.fleet.proposing import Looked
from migrator.reports.diff import Side, diff
from migrator.reports.document import (
    Column,
    Document,
    Marked,
    Passage,
    Section,
    Subject,
    Table,
    TableRow,
    Text,
    Tone,
)
from migrator.reports.document import said as sentence
from migrator.text.source import Source

_WOULD = {
    Act.OPEN: "would open a pull request",
    Act.UPDATE: "would update pull request",
    Act.REPAIR: "would open the missing pull request",
}
_DID = {
    Act.OPEN: "opened pull request",
    Act.UPDATE: "updated pull request",
    Act.REPAIR: "opened the missing pull request",
}

TITLE = "Pull requests to native credentials"
_STATES = {Act.OPEN: "would open", Act.UPDATE: "would update", Act.REPAIR: "would open"}
_TONES = tuple((state, Tone.GOOD) for state in dict.fromkeys(_STATES.values()))
_COLUMNS = (
    Column("Repository", "name"),
    Column("Destination"),
    Column("State", "mark"),
    Column("Title or reason", "words"),
)
_ERRORS = (Column("Repository", "name"), Column("Why"))


def line(outcome: MigrationOutcome) -> Text:
    """What became of one destination, or would become of it."""
    where = Marked(f"{outcome.target.repository.slug} {outcome.target.destination}:", Tone.NAME)
    found = outcome.pull_request
    link = f" #{found.number} {found.url}" if found else ""
    if outcome.waits:
        return (where, " ", Marked("waits:", Tone.HALF), f" {outcome.waits}")
    if outcome.done:
        dropped = f" (refused as reviewers: {', '.join(outcome.dropped)})" if outcome.dropped else ""
        return (where, " ", Marked(_DID[outcome.done], Tone.GOOD), f"{link}{dropped}")
    decision = outcome.looked.decision if outcome.looked else MigrationDecision(Act.LEAVE)
    if decision.why:
        tone = Tone.BAD if decision.act is Act.STOP else Tone.ASIDE
        words = said(decision).removeprefix(decision.why)
        return (where, " ", Marked(str(decision.why), tone), f"{words}{link}")
    return (where, " ", Marked(_WOULD[decision.act], Tone.CODE), link)


def writes(outcome: MigrationOutcome) -> bool:
    """Whether something is to be written."""
    return outcome.looked is not None and outcome.looked.decision.act.writes


def is_left(outcome: MigrationOutcome) -> bool:
    """Whether something is left to do."""
    stops = outcome.looked is not None and outcome.looked.decision.act is Act.STOP
    return bool(outcome.waits) or (outcome.done is None and (stops or writes(outcome)))


def told(outcome: MigrationOutcome) -> Document:
    """In one line."""
    return _lines(TableRow((), line=line(outcome)))


def preview(outcome: MigrationOutcome) -> Document:
    """The line, and the whole of what would be written."""
    return _lines(TableRow((), tuple(_whole(outcome)), line(outcome)))


def subject(outcomes: Sequence[MigrationOutcome], failures: Sequence[Failure], closing: str) -> Subject:
    """All of a run, for a review."""
    return Subject(lambda page: document(outcomes, failures, closing.replace("`", "") if page else closing))


def document(outcomes: Sequence[MigrationOutcome], failures: Sequence[Failure], closing: str) -> Document:
    """What would be written comes first."""
    ordered = sorted(outcomes, key=lambda one: not writes(one))
    tables = (
        Table("pull-requests", "Repositories", _COLUMNS, tuple(map(_row, ordered)), _TONES),
        *([Table("errors", "Errors", _ERRORS, tuple(map(_error, failures)))] if failures else []),
    )
    return Document(TITLE, "preview", (Section("preview", "Preview", closing, tables=tables),), (closing,))


def _lines(row: TableRow) -> Document:
    return Document("", "", (Section("preview", "", tables=(Table("preview", "", (), (row,)),)),))


def _row(outcome: MigrationOutcome) -> TableRow:
    target, looked = outcome.target, outcome.looked
    decision = looked.decision if looked else MigrationDecision(Act.LEAVE)
    state = _STATES.get(decision.act, "") or (str(decision.why) if decision.why else "waits")
    title = looked.title if looked and decision.act.writes else said(decision) or outcome.waits
    cells = (target.repository.slug, target.destination, state, title)
    return TableRow(cells, tuple(_whole(outcome)), line(outcome))


def _error(one: Failure) -> TableRow:
    name = f"{one.slug} {one.destination}".strip()
    return TableRow((name, one.error), line=(Marked(name, Tone.NAME), f": {one.error}"))


def _whole(outcome: MigrationOutcome) -> Iterator[Passage]:
    """Branch, title, description and diff, and whether a pipeline would be kept from it."""
    looked = outcome.looked
    if looked is None or not looked.decision.act.writes:
        return
    yield sentence((Marked(looked.situation.branch, Tone.QUOTE),), "branch")
    yield sentence(looked.title, "title")
    for release in looked.about.releases:
        yield sentence(f"{release.pipeline} would start ({release.what})", "[skip ci]")
    yield Passage("prose", tuple(looked.body.rstrip("\n").split("\n")), "description")
    yield Passage("diff", tuple(_diff(looked).rstrip("\n").split("\n")), "change")


def _diff(looked: Looked) -> str:
    parts: list[bytes] = []
    for change in looked.plan.changes:
        before, after = looked.secrets.get(change.path, ((), ()))
        sides = (
            Side(Source.decode(change.path, change.before), before),
            Side(Source.decode(change.path, change.after), after),
        )
        parts.append(diff(change.path, *sides).data)
    return b"".join(parts).decode("utf-8", "replace")


def closing(outcomes: Sequence[MigrationOutcome], failures: Sequence[Failure], *, open_prs: bool) -> str:
    """The counts."""
    done = sum(one.done is not None for one in outcomes)
    waiting = sum(bool(one.waits) for one in outcomes)
    stopped = sum(bool(one.looked) and one.looked.decision.act is Act.STOP for one in outcomes if one.looked)
    verb, number = ("Opened or updated", done) if open_prs else ("Would open or update", sum(map(writes, outcomes)))
    parts = [f"{verb} {many(number, 'pull request')}"]
    parts += [f"{waiting} waiting"] * bool(waiting) + [f"{stopped} blocked"] * bool(stopped)
    parts += [f"{len(outcomes)} checked"] + [f"{many(len(failures), 'error')}"] * bool(failures)
    return f"{'; '.join(parts)}."

"""Stored variables as a page: what may go, and on what evidence, for whoever signs and for whoever audits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from migrator.reports.counting import many
from migrator.reports.html.parts import Bar, Block, Chart, Column, Figure, Page, Row, Section, Table, Tone
from migrator.reports.stored import words
from migrator.reports.stored.words import MEANING, Doing, Pair
from migrator.secrets.records import Evidence, Listing, Verdict, Waiver
from migrator.secrets.records import Row as Variable
from migrator.secrets.tokens import Token, TokenRow, shown

TONES = (
    (Verdict.REMOVABLE, Tone.GOOD),
    (Verdict.ACCEPTED, Tone.GOOD),
    (Verdict.AFTER_MERGE, Tone.HALF),
    (Verdict.ROLLBACK, Tone.HALF),
    (Verdict.NOT_CHECKED, Tone.PLAIN),
    (Verdict.CANNOT_TELL, Tone.PLAIN),
    (Verdict.IN_USE, Tone.BAD),
    (Verdict.UNDEFINED, Tone.BAD),
    (Verdict.SHADOWS, Tone.BAD),
)


def page(listing: Listing, rows: Sequence[TokenRow], made: str) -> Page:
    name = f"workspace {listing.workspace}"
    return Page("Stored variables", name, made, (*stored(listing, rows), *tokens(rows), *doubts(listing)))


def stored(listing: Listing, rows: Sequence[TokenRow] = ()) -> Iterator[Section]:
    """What may become of each variable; `rows` only word the advice."""
    counts = words.counts(listing.rows)
    may_go = sum(row.verdict.may_go for row in listing.rows)
    bars = tuple(Bar(verdict, number, dict(TONES)[verdict]) for verdict, number in counts)
    told = ", ".join(f"{verdict}: {number}" for verdict, number in counts)
    columns = (
        Column("Variable", "name"),
        Column("Verdict", "mark"),
        Column("Repository, deployment"),
        Column("Level", "mark"),
        Column("Evidence", "number"),
    )
    yield Section(
        "secrets",
        "Stored variables",
        f"{words.total(listing, [])}. {' '.join(words.advice(listing, rows))}".replace("`", ""),
        (
            Figure(f"{may_go:,}", "may go", "nothing that was read uses them"),
            Figure(f"{len(listing.rows):,}", "variables of logins", "whose values are not shown"),
            Figure(f"{listing.others:,}", "others", "that no login to Packages uses"),
            Figure(f"{len(listing.heads):,}", "repositories read", f"{len(listing.failed):,} could not be read"),
        ),
        (Chart("bars", "Variables by verdict", bars, told),) if bars else (),
        tables=tuple(_table(one, columns) for one in words.doings(listing.rows))
        or (Table("variables", "Variables", columns, (), empty="No variable of a login to Packages is stored."),),
    )


def _table(one: Doing, columns: tuple[Column, ...]) -> Table:
    """What can be done next, and about which variables."""
    note = f"{one.step.next} Open a row for its evidence.".replace("`", "")
    title = f"{many(one.count, 'variable')}: {one.step.what}"
    return Table(f"next-{one.step.verdicts[0]}", title, columns, tuple(map(_row, one.entries)), TONES, note)


def tokens(rows: Sequence[TokenRow], unjudged: Sequence[Token] = ()) -> Iterator[Section]:
    """Nothing where there is none. Of those that are `unjudged` only what their owner says is known."""
    if rows or unjudged:
        lead = "As their owners list them, the first to expire first."
        yield Section("tokens", "Tokens", lead, tables=(_tokens(rows, unjudged),))


def doubts(listing: Listing) -> Iterator[Section]:
    """What people answer for, and what was not looked at."""
    waived = words.waivers(listing.rows)
    if waived:
        columns = (
            *(Column("Doubt", "name"), Column("In"), Column("Variable"), Column("Reason"), Column("Until")),
            Column("Rest on it", "number"),
        )
        rows = tuple(_waiver(one, [row for row in listing.rows if one in row.waivers]) for one in waived)
        table = Table("waiver-rows", "Waivers", columns, rows, note="Open a row for the variables that rest on it.")
        yield Section("waivers", "Waived", "Doubts of which somebody said that they do not matter.", tables=(table,))
    unread = tuple(Row((f"{what} {where}", why)) for what, where, why in words.unread(listing))
    if unread:
        table = Table("not-looked-at", "What", (Column("What", "name"), Column("Why")), unread)
        yield Section("gaps", "Not looked at", "Nothing is concluded about these.", tables=(table,))
    granted = words.assumptions(listing.rows)
    if granted:
        yield Section(
            "granted", "Taken for granted", "Whoever signs the plan answers for it.", blocks=(_lines(granted),)
        )


def _waiver(one: Waiver, rest: Sequence[Variable]) -> Row:
    names = [f"{row.variable.key} in {row.repository or 'the workspace'}" for row in rest]
    cells = (one.doubt, one.path or "any file", one.variable or "any", _flat(one.reason), str(one.until), len(rest))
    return Row(cells, (_lines(names[:50]), *(Block("text", text) for text in words.more(len(names) - 50))))


def _row(pair: Pair) -> Row:
    """What is together is one row, which has all of it."""
    row = pair.first
    variable = row.variable
    where = f"{row.repository or '–'}{f', {variable.environment}' if variable.environment else ''}"
    keys = ", ".join(one.variable.key for one in pair.rows)
    cells = (keys, str(row.verdict), where, row.level or "none", sum(one.places for one in pair.rows))
    if len(pair.rows) == 1:
        return Row(cells, tuple(_blocks(row)))
    return Row(cells, tuple(block for one in pair.rows for block in (Block("text", one.variable.key), *_blocks(one))))


def _blocks(row: Variable) -> Iterator[Block]:
    yield Block("text", f"{MEANING[row.verdict]}.", str(row.verdict))
    if row.level and not row.variable.secured:
        yield Block("text", "It is not secured: whoever sees the settings sees its value.")
    if row.evidence:
        yield Block("list", "\n".join(map(_evidence, row.evidence[:50])), "Evidence")
        yield from (Block("text", text) for text in words.more(row.places - 50))
    if row.alive:
        yield Block(
            "list",
            "\n".join(_flat(f"{one.branch}: {one.author}, {words.last(one)}") for one in row.alive),
            "Kept in use by",
        )
        yield from (Block("text", f"{text} branches") for text in words.more(row.branches - len(row.alive)))
        yield Block("text", words.WAYS)
    if row.uncovers:
        yield Block("text", words.uncovered(row.uncovers))
    if row.waivers:
        yield _lines([words.waived(one) for one in row.waivers], "Waived")
    if row.assumptions:
        yield _lines(row.assumptions, "Taken for granted")


def _evidence(one: Evidence) -> str:
    return _flat("  ".join(filter(None, (one.kind, one.ref, words.place(one), one.text, words.means(one)))))


def _tokens(rows: Sequence[TokenRow], unjudged: Sequence[Token]) -> Table:
    columns = (Column("Token", "name"), Column("Verdict", "mark"), Column("Owner"), Column("Expires"))
    judged = [(row.token, "revocable" if row.revocable else "needed", row.why, row.notes) for row in rows]
    found = [*judged, *((token, "not judged", (), ()) for token in unjudged)]
    made = tuple(
        Row(
            (token.label, verdict, token.owner, str(token.expires or "no date")),
            (
                *([_lines(why)] if why else []),
                *([_lines(notes, "Note")] if notes else []),
                *([_lines(list(map(shown, token.variables)), "Stored as")] if token.variables else []),
                *([_lines(token.consumers, "Used outside of Pipelines by")] if token.consumers else []),
            ),
        )
        for token, verdict, why, notes in sorted(found, key=lambda one: (one[0].expires or date.max, one[0].label))
    )
    return Table("token-rows", "Tokens", columns, made, (("revocable", Tone.GOOD), ("needed", Tone.BAD)))


def _lines(texts: Sequence[str], label: str = "") -> Block:
    return Block("list", "\n".join(map(_flat, texts)), label)


def _flat(text: str) -> str:
    return " ".join(text.split())

"""Stored variables: what may become of each, and on what evidence; and which tokens can be revoked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from migrator.findings.counting import many
from migrator.reports.document import (
    Bar,
    Chart,
    Column,
    Document,
    Figure,
    Marked,
    Passage,
    Section,
    Subject,
    Table,
    TableRow,
    Text,
    Tone,
    listed,
    more,
    said,
    sheet,
)
from migrator.reports.records.secrets import secrets
from migrator.reports.wording import stored as words
from migrator.reports.wording.stored import MEANING, MOST, Group, Paired, ToDo
from migrator.secrets.records import Evidence, Listing, RemovalVerdict, VariableRow, Waiver
from migrator.secrets.tokens import Token, TokenRow, shown

TONES = {
    RemovalVerdict.REMOVABLE: Tone.GOOD,
    RemovalVerdict.ACCEPTED: Tone.GOOD,
    RemovalVerdict.AFTER_MERGE: Tone.HALF,
    RemovalVerdict.ROLLBACK: Tone.HALF,
    RemovalVerdict.NOT_CHECKED: Tone.PLAIN,
    RemovalVerdict.CANNOT_TELL: Tone.PLAIN,
    RemovalVerdict.IN_USE: Tone.BAD,
    RemovalVerdict.UNDEFINED: Tone.BAD,
    RemovalVerdict.SHADOWS: Tone.BAD,
}
_HELD = 50
"""Lines of one kind that a page has of a variable."""
_VARIABLES = (
    *("repository", "level", "deployment", "variable", "secured", "verdict", "evidence", "first_evidence"),
    *("waivers", "assumptions"),
)
_TOKENS = ("token", "owner", "expires", "verdict", "why", "notes", "variables", "consumers")


def subject(
    listing: Listing, tokens: Sequence[TokenRow] = (), *, whole: bool = False, planned: bool = False
) -> Subject:
    """`whole`: each variable is shown with its evidence, however many there are. `planned`: the plan is written, so
    nothing advises to write one."""
    files = {".csv": lambda: variables_sheet(listing), ".json": lambda: secrets(listing, tokens)}
    if tokens:
        files[".tokens.csv"] = lambda: tokens_sheet(tokens)
    return Subject(lambda page: document(listing, tokens, page=page, whole=whole, planned=planned), files)


def document(
    listing: Listing,
    tokens: Sequence[TokenRow] = (),
    *,
    page: bool = False,
    whole: bool = False,
    planned: bool = False,
) -> Document:
    """A page begins with what can be done next. So do lines of text where there are many variables, unless they are
    wanted `whole`; else they have a group for each repository."""
    closing = tuple(closing_of(listing, tokens, planned=planned))
    several = len(listing.rows) > words.MANY and not whole
    if page:
        first = tuple(stored(listing, tokens))
    else:
        tables = tuple(_doings(listing)) if several else tuple(_groups(listing))
        first = (Section("rows", "Stored variables", tables=tables),)
    sections = (*first, *tokens_section(tokens, page=page), *doubts(listing, page=page))
    return Document("Stored variables", ("workspace ", Marked(listing.workspace, Tone.QUOTE)), sections, closing)


def stored(listing: Listing, tokens: Sequence[TokenRow] = ()) -> Iterator[Section]:
    """What may become of each variable, for a page; `tokens` only word the advice."""
    counts = words.counts(listing.rows)
    may_go = sum(row.verdict.may_go for row in listing.rows)
    bars = tuple(Bar(verdict, number, TONES[verdict]) for verdict, number in counts)
    told = ", ".join(f"{verdict}: {number}" for verdict, number in counts)
    columns = (
        Column("Variable", "name"),
        Column("Verdict", "mark"),
        Column("Repository, deployment"),
        Column("Level", "mark"),
        Column("Evidence", "number"),
    )
    sentences = (f"{''.join(words.total(listing))}.", *words.resting(listing), *words.advice(listing, tokens))
    yield Section(
        "secrets",
        "Stored variables",
        " ".join(sentences).replace("`", ""),
        (
            Figure(f"{may_go:,}", "removable", "patless found no use"),
            Figure(f"{len(listing.rows):,}", "stored variables", "values not shown"),
            Figure(f"{listing.others:,}", "others", "that no login to Packages uses"),
            Figure(f"{len(listing.heads):,}", "repositories read", f"{len(listing.failed):,} could not be read"),
        ),
        (Chart("bars", "Variables by verdict", bars, told),) if bars else (),
        tables=tuple(_table(one, columns) for one in words.doings(listing.rows))
        or (
            Table("variables", "Variables", columns, (), empty="No login to Packages uses or used a stored variable."),
        ),
    )


def tokens_section(rows: Sequence[TokenRow], unjudged: Sequence[Token] = (), *, page: bool) -> Iterator[Section]:
    """Nothing where there is none. Of those that are `unjudged` only what their owner says is known."""
    if rows or unjudged:
        lead = "As their owners list them, by expiry date."
        yield Section("tokens", "Tokens", lead, tables=(_tokens(rows, unjudged, page),))


def doubts(listing: Listing, *, page: bool) -> Iterator[Section]:
    """What people answer for, and what was not looked at."""
    waived = words.waivers(listing.rows)
    if page and waived:
        columns = (
            *(Column("Possible use", "name"), Column("In"), Column("Variable"), Column("Reason"), Column("Until")),
            Column("Variables it covers", "number"),
        )
        rows = tuple(_waiver(one, [row for row in listing.rows if one in row.waivers]) for one in waived)
        table = Table("waiver-rows", "Waivers", columns, rows, note="Open a row for the variables it covers.")
        lead = "Possible uses that somebody accepted, until a date."
        yield Section("waivers", "Waived", lead, tables=(table,))
    unread = list(words.unread(listing))
    if unread and page:
        rows = tuple(TableRow((f"{what} {where}", why)) for what, where, why in unread)
        table = Table("not-looked-at", "What", (Column("What", "name"), Column("Why")), rows)
        yield Section("gaps", "Not checked", "patless concludes nothing about these.", tables=(table,))
    elif unread:
        lines: list[Text] = [(f"{what} ", *_quoted(where), ": ", *_quoted(why)) for what, where, why in unread]
        left = [f"{one}; `--format json` has them" for one in more(len(lines) - words.UNREAD)]
        yield Section("gaps", "Not checked", blocks=(listed([*lines[: words.UNREAD], *left]),))
    granted = words.assumptions(listing.rows)
    if granted:
        title, lead = ("Assumes", words.ANSWERS) if page else (words.GRANTED, "")
        yield Section("granted", title, lead, blocks=(listed(map(_quoted, granted)),))


def closing_of(listing: Listing, tokens: Sequence[TokenRow], *, planned: bool = False) -> Iterator[Text]:
    counts = [(", ", f"{number} ", Marked(verdict, TONES[verdict])) for verdict, number in words.counts(listing.rows)]
    found = [piece for pieces in counts for piece in pieces][1:]
    head, tail = words.total(listing)
    yield (head, *((": ", *found) if found else ()), f"{tail}.")
    yield from words.resting(listing)
    if not planned:
        yield from words.advice(listing, tokens)


def variables_sheet(listing: Listing) -> Table:
    """`evidence` counts; several waivers or assumptions stand in one cell, apart by ` | `."""
    return sheet(_VARIABLES, map(_cells, listing.rows))


def tokens_sheet(rows: Sequence[TokenRow], unjudged: Sequence[Token] = ()) -> Table:
    judged = [(row.token, "revocable" if row.revocable else "needed", row.why, row.notes) for row in rows]
    found = (*judged, *((token, "not judged", (), ()) for token in unjudged))
    return sheet(_TOKENS, (_token_cells(*one) for one in found))


def _table(one: ToDo, columns: tuple[Column, ...]) -> Table:
    """What can be done next, and about which variables."""
    note = f"{one.step.next} Open a row for its evidence.".replace("`", "")
    title = f"{many(one.count, 'variable')} {one.step.what}"
    rows = tuple(map(_pair, one.entries))
    return Table(f"next-{one.step.verdicts[0]}", title, columns, rows, tuple(TONES.items()), note)


def _pair(pair: Paired) -> TableRow:
    """What is together is one row, which has all of it."""
    row = pair.first
    variable = row.variable
    where = f"{row.repository or '–'}{f', {variable.environment}' if variable.environment else ''}"
    keys = ", ".join(one.variable.key for one in pair.rows)
    cells = (keys, str(row.verdict), where, row.level or "none", sum(one.places for one in pair.rows))
    if len(pair.rows) == 1:
        return TableRow(cells, tuple(_blocks(row, page=True)))
    return TableRow(
        cells, tuple(block for one in pair.rows for block in (said(one.variable.key), *_blocks(one, page=True)))
    )


def _doings(listing: Listing) -> Iterator[Table]:
    """How many there are of each thing that can be done, then those, what is together as one line."""
    doings = words.doings(listing.rows)
    count = many(len(listing.heads), "repository", "repositories")
    read: Text = (Marked(listing.workspace, Tone.QUOTE), f": {count} read")
    counts = tuple(TableRow((), line=f"{one.count:>7,}  {one.step.what}", group=read) for one in doings)
    yield Table("counts", "Counts", (), counts)
    for one in doings:
        group = f"{one.count:,} {one.step.what}"
        rows = [TableRow((), line=_together(pair), group=group) for pair in one.entries[: words.SHOWN]]
        left = [f"{text}; `{one.asked}` shows each with its evidence" for text in more(len(one.entries) - words.SHOWN)]
        rows += [TableRow((), line=text, group=group) for text in left]
        yield Table(f"lines-{one.step.verdicts[0]}", group, (), tuple(rows), note=one.step.next)


def _together(pair: Paired) -> Text:
    row = pair.first
    place = Marked(row.repository, Tone.QUOTE) if row.repository.strip() else "(workspace)"
    level = (" ", Marked(row.variable.environment, Tone.QUOTE)) if row.variable.environment else ()
    keys = [piece for one in pair.rows for piece in (", ", Marked(one.variable.key, Tone.NAME))][1:]
    shows = ("  ", *_evidence(row.evidence[0])) if row.evidence else ()
    return (place, *level, ": ", *keys, "  ", Marked(row.verdict, TONES[row.verdict]), *shows)


def _groups(listing: Listing) -> Iterator[Table]:
    columns = (Column("variable", "name"), Column("repository"), Column("level"), Column("verdict", "mark"))
    groups = words.groups(listing.rows)
    rows = tuple(_row(row, _heading(group, listing)) for group in groups for row in group.rows)
    yield Table("groups", "Variables", columns, rows, tuple(TONES.items()), empty="")


def _heading(group: Group, listing: Listing) -> Text:
    where: Text = (Marked(listing.workspace, Tone.QUOTE), " (workspace)")
    if group.repository:
        where = (Marked(f"{listing.workspace}/{group.repository}", Tone.QUOTE),)
    return (*where, ": name clash with native variables") if group.shadowing else where


def _row(row: VariableRow, group: Text) -> TableRow:
    variable = row.variable
    secured = "" if variable.secured or not row.level else ", not secured"
    environment = (" ", Marked(variable.environment, Tone.QUOTE)) if row.level and variable.environment else ()
    level = f" ({row.level}" if row.level else " (not stored"
    verdict = Marked(row.verdict, TONES[row.verdict])
    line = (Marked(variable.key, Tone.NAME), level, *environment, f"{secured})  ", verdict)
    where = " ".join(filter(None, (row.level or "-", variable.environment or "")))
    return TableRow(
        (variable.key, row.repository, where, str(row.verdict)), tuple(_blocks(row, page=False)), line, group
    )


def _blocks(row: VariableRow, *, page: bool) -> Iterator[Passage]:
    yield said(MEANING[row.verdict])
    if page and row.level and not row.variable.secured:
        yield said("It is not secured: whoever sees the settings sees its value.")
    most = _HELD if page else MOST
    if row.evidence:
        kept = row.evidence[:most]
        show: Callable[[Evidence], Text] = _evidence_on_page if page else _evidence
        yield listed([*map(show, kept), *more(row.places - len(kept))], "Evidence" if page else "")
    if row.alive:
        lines = [_alive(one.branch, one.author, words.last(one)) for one in row.alive[:most]]
        left = [f"{text} branches" for text in more(row.branches - len(lines))]
        yield listed([*lines, *left], "kept in use by")
        yield said(words.WAYS)
    if row.uncovers:
        yield said((Marked(words.uncovered(row.uncovers), Tone.HALF),))
    yield from (said(_quoted(words.waived(one)), (Marked("waived", Tone.HALF),)) for one in row.waivers)
    if page and row.assumptions:
        yield listed(map(_flat, row.assumptions), "assumes")


def _alive(branch: str, author: str, last: str) -> Text:
    by = Marked(author, Tone.QUOTE) if author.strip() else "no author"
    return (Marked(branch, Tone.NAME), "  ", by, ", ", Marked(last, Tone.QUOTE))


def _evidence(one: Evidence) -> tuple[str | Marked, ...]:
    quoted = [piece for text in (one.ref, words.place(one), one.text) if text for piece in ("  ", *_quoted(text))]
    means = ("  ", words.means(one)) if words.means(one) else ()
    return (Marked(_flat(one.kind), Tone.ASIDE), *quoted, *means)


def _evidence_on_page(one: Evidence) -> str:
    """The same words, for a page has many of them."""
    return _flat("  ".join((one.kind, one.ref, words.place(one), one.text, words.means(one))))


def _waiver(one: Waiver, rest: Sequence[VariableRow]) -> TableRow:
    names = [f"{row.variable.key} in {row.repository or 'the workspace'}" for row in rest]
    cells = (one.doubt, one.path or "any file", one.variable or "any", _flat(one.reason), str(one.until), len(rest))
    return TableRow(cells, (listed(map(_flat, names), most=_HELD),))


def _tokens(rows: Sequence[TokenRow], unjudged: Sequence[Token], page: bool) -> Table:
    columns = (Column("Token", "name"), Column("Verdict", "mark"), Column("Owner"), Column("Expires"))
    judged = [(row.token, "revocable" if row.revocable else "needed", row.why, row.notes) for row in rows]
    found = [*judged, *((token, "not judged", (), ()) for token in unjudged)]
    made = (
        _token(*one, page=page) for one in sorted(found, key=lambda one: (one[0].expires or date.max, one[0].label))
    )
    return Table("token-rows", "Tokens", columns, tuple(made), _TOKEN_TONES)


_TOKEN_TONES = (("revocable", Tone.GOOD), ("needed", Tone.BAD))


def _token(token: Token, verdict: str, why: Sequence[str], notes: Sequence[str], *, page: bool) -> TableRow:
    expires = f"expires {token.expires}" if token.expires else "no expiry date"
    tone = dict(_TOKEN_TONES).get(verdict, Tone.PLAIN)
    owner = Marked(token.owner, Tone.QUOTE)
    line = (Marked(token.label, Tone.NAME), "  ", owner, f", {expires}  ", Marked(verdict, tone))
    blocks = (
        *([listed(map(_quoted, why), most=MOST)] if why else []),
        *(said(_quoted(note), (Marked("note", Tone.HALF),)) for note in notes[:MOST]),
        *map(said, more(len(notes) - MOST)),
        *([listed(map(shown, token.variables), "stored as")] if page and token.variables else []),
        *([listed(token.consumers, "used outside Pipelines by")] if page and token.consumers else []),
    )
    cells = (token.label, verdict, token.owner, str(token.expires or "no date"))
    return TableRow(cells, blocks, line, "Tokens, by expiry date")


def _cells(row: VariableRow) -> tuple[str | int, ...]:
    variable = row.variable
    first = row.evidence[0] if row.evidence else None
    return (
        row.repository,
        row.level,
        variable.environment or "",
        variable.key,
        ("yes" if variable.secured else "no") if row.level else "",
        str(row.verdict),
        row.places,
        " ".join(filter(None, (first.kind, first.ref, words.place(first), first.text))) if first else "",
        " | ".join(map(words.waived, row.waivers)),
        " | ".join(row.assumptions),
    )


def _token_cells(token: Token, verdict: str, why: Sequence[str], notes: Sequence[str]) -> tuple[str, ...]:
    return (
        token.label,
        token.owner,
        str(token.expires or ""),
        verdict,
        " | ".join(why),
        " | ".join(notes),
        " | ".join(map(shown, token.variables)),
        " | ".join(token.consumers),
    )


def _quoted(text: str) -> tuple[str | Marked, ...]:
    return (Marked(_flat(text), Tone.QUOTE),)


def _flat(text: str) -> str:
    return " ".join(text.split())

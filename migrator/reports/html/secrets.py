"""Stored variables as a page: what may go, and on what evidence, for whoever signs and for whoever audits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.reports.counting import many
from migrator.reports.html.parts import Bar, Block, Chart, Column, Figure, Page, Row, Section, Table, Tone
from migrator.reports.stored import words
from migrator.reports.stored.words import MEANING
from migrator.secrets.plan import Plan
from migrator.secrets.records import Evidence, Listing, Verdict
from migrator.secrets.records import Row as Variable
from migrator.secrets.signing import Signature
from migrator.secrets.tokens import TokenRow

TONES = (
    (Verdict.REMOVABLE, Tone.GOOD),
    (Verdict.ACCEPTED, Tone.GOOD),
    (Verdict.AFTER_MERGE, Tone.HALF),
    (Verdict.ROLLBACK, Tone.HALF),
    (Verdict.NOT_CHECKED, Tone.PLAIN),
    (Verdict.CANNOT_TELL, Tone.PLAIN),
    (Verdict.IN_USE, Tone.BAD),
    (Verdict.SHADOWS, Tone.BAD),
)


def page(listing: Listing, tokens: Sequence[TokenRow], made: str) -> Page:
    name = f"workspace {listing.workspace}"
    return Page("Stored variables", name, made, tuple(sections(listing, tokens)))


def sections(listing: Listing, tokens: Sequence[TokenRow] = ()) -> Iterator[Section]:
    """What may become of each variable, tokens, what was not looked at and what is taken for granted."""
    counts = words.counts(listing.rows)
    may_go = sum(row.verdict.may_go for row in listing.rows)
    bars = tuple(Bar(verdict, number, dict(TONES)[verdict]) for verdict, number in counts)
    told = ", ".join(f"{verdict}: {number}" for verdict, number in counts)
    columns = (
        Column("Variable", "name"),
        Column("Verdict", "mark"),
        Column("Repository"),
        Column("Level", "mark"),
        Column("Evidence", "number"),
    )
    yield Section(
        "secrets",
        "Stored variables",
        f"{words.total(listing, [])}. {' '.join(words.advice(listing, tokens))}".replace("`", ""),
        (
            Figure(f"{may_go:,}", "may go", "nothing that was read uses them"),
            Figure(f"{len(listing.rows):,}", "variables of logins", "of which none of the values was read"),
            Figure(f"{listing.others:,}", "others", "that no login to Packages uses"),
            Figure(f"{len(listing.heads):,}", "repositories read", f"{len(listing.failed):,} could not be read"),
        ),
        (Chart("bars", "Variables by verdict", bars, told),) if bars else (),
        tables=(
            Table(
                "variables",
                "Variables",
                columns,
                tuple(map(_row, listing.rows)),
                TONES,
                "Open a row for its evidence.",
                "No variable of a login to Packages is stored.",
            ),
        ),
    )
    if tokens:
        yield Section(
            "tokens", "Tokens", "As their owners list them, the first to expire first.", tables=(_tokens(tokens),)
        )
    unread = tuple(Row((f"{what} {where}", why)) for what, where, why in words.unread(listing))
    if unread:
        table = Table("not-looked-at", "What", (Column("What", "name"), Column("Why")), unread)
        yield Section("gaps", "Not looked at", "Nothing is concluded about these.", tables=(table,))
    granted = words.assumptions(listing.rows)
    if granted:
        yield Section(
            "granted", "Taken for granted", "Whoever signs the plan answers for it.", blocks=(_lines(granted),)
        )


def audit(plan: Plan, signatures: Sequence[Signature], done: Sequence[tuple[str, str, str]]) -> Section:
    """A plan for whoever audits it: its digests, who has signed it, and what was carried out. `done` are the place, the
    name and the outcome of each of its variables."""
    signed = tuple(
        Row((one.file.name, "good" if one.signer else "not good", one.signer or one.why, one.key)) for one in signatures
    )
    rows = tuple(Row((f"{name} in {place}", outcome)) for place, name, outcome in done)
    facts = (("plan", plan.digest), ("rules", plan.rules), ("configuration", plan.configuration))
    return Section(
        "audit",
        "The signed plan",
        f"{many(len(plan.rows), 'variable')} of {plan.workspace}; made {plan.created} by {plan.tool}, good until "
        f"{plan.expires}; runs of {plan.window} days counted.",
        blocks=tuple(Block("copy", digest, f"SHA-256 of the {what}") for what, digest in facts),
        tables=(
            Table(
                "signatures",
                "Signatures",
                (Column("File", "name"), Column("State", "mark"), Column("Who, or what is wrong"), Column("Key")),
                signed,
                (("good", Tone.GOOD), ("not good", Tone.BAD)),
                empty="None was checked.",
            ),
            Table("outcomes", "Carried out", (Column("Variable", "name"), Column("Outcome", "mark")), rows),
        ),
    )


def _row(row: Variable) -> Row:
    variable = row.variable
    level = str(variable.level)
    where = row.repository or "–"
    cells = (variable.key, str(row.verdict), where, level, len(row.evidence))
    return Row(cells, tuple(_blocks(row)))


def _blocks(row: Variable) -> Iterator[Block]:
    yield Block("text", f"{MEANING[row.verdict]}.", str(row.verdict))
    if row.variable.environment:
        yield Block("text", row.variable.environment, "Deployment")
    if not row.variable.secured:
        yield Block("text", "It is not secured: whoever sees the settings sees its value.")
    if row.evidence:
        yield Block("list", "\n".join(map(_evidence, row.evidence[:50])), "Evidence")
        yield from (Block("text", text) for text in words.more(len(row.evidence) - 50))
    if row.alive:
        yield Block(
            "list",
            "\n".join(_flat(f"{one.branch}: {one.author}, {words.last(one)}") for one in row.alive),
            "Kept in use by",
        )
        yield Block("text", words.WAYS)
    if row.uncovers:
        yield Block("text", words.uncovered(row.uncovers))
    if row.waivers:
        yield _lines([words.waived(one) for one in row.waivers], "Waived")
    if row.assumptions:
        yield _lines(row.assumptions, "Taken for granted")


def _evidence(one: Evidence) -> str:
    return _flat("  ".join(filter(None, (one.kind, one.ref, words.place(one), one.text))))


def _tokens(tokens: Sequence[TokenRow]) -> Table:
    columns = (Column("Token", "name"), Column("Verdict", "mark"), Column("Owner"), Column("Expires"))
    rows = tuple(
        Row(
            (
                row.token.label,
                "revocable" if row.revocable else "needed",
                row.token.owner,
                str(row.token.expires or "no date"),
            ),
            (*([_lines(row.why)] if row.why else []), *([_lines(row.notes, "Note")] if row.notes else [])),
        )
        for row in tokens
    )
    return Table("token-rows", "Tokens", columns, rows, (("revocable", Tone.GOOD), ("needed", Tone.BAD)))


def _lines(texts: Sequence[str], label: str = "") -> Block:
    return Block("list", "\n".join(map(_flat, texts)), label)


def _flat(text: str) -> str:
    return " ".join(text.split())

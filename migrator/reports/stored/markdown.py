"""Stored variables as Markdown, for a pull request. All text of others stands in code spans, where it means nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrator.reports.markup import cell, code
from migrator.reports.stored import words
from migrator.reports.stored.words import MEANING, MOST, Doing, Group
from migrator.secrets.records import Evidence, Listing, Row
from migrator.secrets.tokens import TokenRow


def markdown(listing: Listing, tokens: Sequence[TokenRow] = ()) -> str:
    """A table of all verdicts, then what shows them, each line ended. Of many variables, counts, then what can be done
    next."""
    blocks = [[f"## Stored variables of {code(listing.workspace)}"], list(_closing(listing, tokens))]
    if len(listing.rows) > words.MANY:
        doings = words.doings(listing.rows)
        blocks += [list(_counts(doings)), *(block for one in doings for block in _doing(one))]
    else:
        blocks += [list(_overview(listing.rows)) if listing.rows else []]
        for group in words.groups(listing.rows):
            blocks += list(_group(group))
    blocks += [list(_tokens(tokens))] if tokens else []
    blocks += _list("### Not looked at", _gaps(listing))
    blocks += _list(f"### {words.GRANTED}", map(code, words.assumptions(listing.rows)))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _overview(rows: Sequence[Row]) -> Iterator[str]:
    yield "| variable | repository | level | verdict |"
    yield "|---|---|---|---|"
    for group in words.groups(rows):
        for row in group.rows:
            level = f"{row.level or '-'} {cell(row.variable.environment or '')}".strip()
            yield f"| {cell(row.variable.key)} | {cell(row.repository) or '-'} | {level} | **{row.verdict}** |"


def _counts(doings: Iterable[Doing]) -> Iterator[str]:
    yield "| variables | what can be done |"
    yield "|---:|---|"
    yield from (f"| {one.count:,} | {one.step.what} |" for one in doings)


def _doing(one: Doing) -> Iterator[list[str]]:
    """What is together is one line."""
    yield [f"### {one.count:,} {one.step.what}"]
    yield [one.step.next]
    lines = []
    for pair in one.entries[: words.SHOWN]:
        row = pair.first
        keys = ", ".join(code(each.variable.key) for each in pair.rows)
        where = " ".join(filter(None, (code(row.repository) or "the workspace", code(row.variable.environment or ""))))
        shows = f": {_evidence(row.evidence[0])}" if row.evidence else ""
        lines.append(f"- {keys} in {where}, **{row.verdict}**{shows}")
    more = words.more(len(one.entries) - words.SHOWN)
    yield [*lines, *(f"- {text}; `{one.asked}` shows each with its evidence" for text in more)]


def _group(group: Group) -> Iterator[list[str]]:
    name = code(group.repository) or "The workspace"
    yield [f"### {name}: shadows native variables" if group.shadowing else f"### {name}"]
    for row in group.rows:
        yield list(_row(row))


def _row(row: Row) -> Iterator[str]:
    level = words.level(row, code(row.variable.environment or ""))
    yield f"{code(row.variable.key)} ({level}) is **{row.verdict}**: {MEANING[row.verdict]}."
    if row.evidence or row.alive or row.uncovers or row.waivers:
        yield ""
    yield from (f"- {_evidence(evidence)}" for evidence in row.evidence[:MOST])
    yield from (f"- {text}" for text in words.more(row.places - MOST))
    for one in row.alive[:MOST]:
        yield f"- kept in use by {code(one.branch)}: {code(one.author) or 'no author'}, {code(words.last(one))}"
    yield from (f"- {text} branches" for text in words.more(row.branches - MOST))
    if row.alive:
        yield f"- {words.WAYS}"
    if row.uncovers:
        yield f"- {words.uncovered(row.uncovers)}"
    yield from (f"- waived: {code(words.waived(waiver))}" for waiver in row.waivers)


def _evidence(evidence: Evidence) -> str:
    at = " at " + code(words.place(evidence)) if evidence.path else ""
    on = f" on {code(evidence.ref)}" if evidence.ref else ""
    means = f", {words.means(evidence)}" if words.means(evidence) else ""
    return f"{code(evidence.kind)}{on}{at}: {code(evidence.text)}{means}"


def _tokens(tokens: Sequence[TokenRow]) -> Iterator[str]:
    yield "### Tokens, the first to expire first"
    yield ""
    for row in tokens:
        expires = f"expires {row.token.expires}" if row.token.expires else "no date of expiry"
        verdict = "revocable" if row.revocable else "needed"
        yield f"- {code(row.token.label)} of {code(row.token.owner)}, {expires}: **{verdict}**"
        yield from (f"    - {code(text)}" for text in row.why[:MOST])
        yield from (f"    - {text}" for text in words.more(len(row.why) - MOST))
        yield from (f"    - note: {code(text)}" for text in row.notes[:MOST])
        yield from (f"    - {text}" for text in words.more(len(row.notes) - MOST))


def _gaps(listing: Listing) -> Iterator[str]:
    found = list(words.unread(listing))
    yield from (_gap(*one) for one in found[: words.UNREAD])
    yield from words.more(len(found) - words.UNREAD)


def _gap(what: str, where: str, why: str) -> str:
    return f"{what} {code(where)}: {code(why)}"


def _list(heading: str, entries: Iterable[str]) -> list[list[str]]:
    listed = [f"- {entry}" for entry in entries]
    return [[heading], listed] if listed else []


def _closing(listing: Listing, tokens: Sequence[TokenRow]) -> Iterator[str]:
    found = [f"{number} {verdict}" for verdict, number in words.counts(listing.rows)]
    yield f"{words.total(listing, found)}."
    yield from words.resting(listing)
    yield from words.advice(listing, tokens)

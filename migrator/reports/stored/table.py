"""Stored variables for people at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from migrator.reports.counting import many
from migrator.reports.excerpt import named
from migrator.reports.paint import Paint
from migrator.reports.stored import words
from migrator.reports.stored.words import MEANING, MOST, Doing, Group
from migrator.secrets.records import Evidence, Listing, Row, Verdict
from migrator.secrets.tokens import TokenRow
from migrator.text.mask import printable


def table(listing: Listing, tokens: Sequence[TokenRow] = (), paint: Paint = Paint(), *, whole: bool = False) -> str:
    """The whole text, each line ended: a block for each repository, then tokens, doubts, assumptions and counts. Of
    many variables, counts come first, then a block for each thing that can be done next, unless `whole` is wanted."""
    if len(listing.rows) > words.MANY and not whole:
        doings = words.doings(listing.rows)
        blocks = [list(_head(listing, doings, paint)), *(list(_doing(one, paint)) for one in doings)]
    else:
        blocks = [list(_group(group, listing, paint)) for group in words.groups(listing.rows)]
    blocks.append(list(_tokens(tokens, paint)))
    blocks.append(list(_unread(listing, paint)))
    granted = words.assumptions(listing.rows)
    blocks.append([paint.bold(words.GRANTED), *(f"  - {_line(text)}" for text in granted)] if granted else [])
    blocks.append(list(_closing(listing, tokens, paint)))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(listing: Listing, doings: Iterable[Doing], paint: Paint) -> Iterator[str]:
    yield paint.bold(f"{named(listing.workspace)}: {many(len(listing.heads), 'repository', 'repositories')} read")
    for one in doings:
        yield f"  {one.count:>7,}  {one.step.what}"


def _doing(one: Doing, paint: Paint) -> Iterator[str]:
    """What is together is one line; where it is in use or in doubt, with the first that shows it."""
    yield paint.bold(f"{one.count:,} {one.step.what}")
    yield f"  {one.step.next}"
    for pair in one.entries[: words.SHOWN]:
        row = pair.first
        keys = ", ".join(named(one.variable.key) for one in pair.rows)
        where = named(row.repository) or "(workspace)"
        level = f" {named(row.variable.environment)}" if row.variable.environment else ""
        shows = f"  {_evidence(row.evidence[0], paint)}" if row.evidence else ""
        yield f"  {where}{level}: {paint.bold(keys)}  {_colour(row.verdict, paint)(str(row.verdict))}{shows}"
    for text in words.more(len(one.entries) - words.SHOWN):
        yield f"  {text}; `{one.asked}` shows each with its evidence"


def _group(group: Group, listing: Listing, paint: Paint) -> Iterator[str]:
    workspace = named(listing.workspace)
    where = f"{workspace}/{named(group.repository)}" if group.repository else f"{workspace} (workspace)"
    yield paint.bold(f"{where}: shadows native variables" if group.shadowing else where)
    for row in group.rows:
        yield from _row(row, paint)


def _row(row: Row, paint: Paint) -> Iterator[str]:
    variable = row.variable
    level = words.level(row, named(variable.environment or ""))
    yield f"  {paint.bold(named(variable.key))} ({level})  {_colour(row.verdict, paint)(str(row.verdict))}"
    yield f"    {MEANING[row.verdict]}"
    for evidence in row.evidence[:MOST]:
        yield f"    {_evidence(evidence, paint)}"
    yield from (f"    {text}" for text in words.more(row.places - MOST))
    if row.alive:
        yield "    kept in use by:"
        for one in row.alive[:MOST]:
            yield f"      {paint.bold(named(one.branch))}  {named(one.author)}, {_line(words.last(one))}"
        yield from (f"      {text}" for text in words.more(row.branches - MOST))
        yield f"      {words.WAYS}"
    if row.uncovers:
        yield f"    {paint.yellow(words.uncovered(row.uncovers))}"
    for waiver in row.waivers:
        yield f"    {paint.yellow('waived:')} {_line(words.waived(waiver))}"


def _evidence(evidence: Evidence, paint: Paint) -> str:
    parts = (named(evidence.ref), named(words.place(evidence)), _line(evidence.text), words.means(evidence))
    return "  ".join([paint.dim(named(evidence.kind)), *filter(None, parts)])


def _tokens(tokens: Sequence[TokenRow], paint: Paint) -> Iterator[str]:
    if tokens:
        yield paint.bold("Tokens, the first to expire first")
    for row in tokens:
        expires = f"expires {row.token.expires}" if row.token.expires else "no date of expiry"
        verdict = paint.green("revocable") if row.revocable else paint.red("needed")
        yield f"  {paint.bold(named(row.token.label))}  {named(row.token.owner)}, {expires}  {verdict}"
        yield from (f"    {_line(text)}" for text in row.why[:MOST])
        yield from (f"    {text}" for text in words.more(len(row.why) - MOST))
        yield from (f"    {paint.yellow('note:')} {_line(text)}" for text in row.notes[:MOST])
        yield from (f"    {text}" for text in words.more(len(row.notes) - MOST))


def _unread(listing: Listing, paint: Paint) -> Iterator[str]:
    found = list(words.unread(listing))
    if found:
        yield paint.bold("Not looked at")
    for what, where, why in found[: words.UNREAD]:
        yield f"  - {what} {named(where)}: {_line(why)}"
    yield from (f"  {text}; `--format json` has them" for text in words.more(len(found) - words.UNREAD))


def _closing(listing: Listing, tokens: Sequence[TokenRow], paint: Paint) -> Iterator[str]:
    found = [f"{number} {_colour(verdict, paint)(str(verdict))}" for verdict, number in words.counts(listing.rows)]
    yield words.total(listing, found)
    yield from words.resting(listing)
    yield from words.advice(listing, tokens)


def _colour(verdict: Verdict, paint: Paint) -> Callable[[str], str]:
    if verdict is Verdict.REMOVABLE:
        return paint.green
    if verdict in (Verdict.SHADOWS, Verdict.UNDEFINED, Verdict.IN_USE):
        return paint.red
    return paint.cyan if verdict in (Verdict.AFTER_MERGE, Verdict.ROLLBACK) else paint.yellow


def _line(text: str) -> str:
    return printable(" ".join(text.split()))

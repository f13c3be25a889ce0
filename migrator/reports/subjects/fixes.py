"""What `patless fix` did, or would do, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec import Struct

from migrator.findings.counting import Counts, many
from migrator.findings.records import Finding, Report
from migrator.reports.document import Document, Marked, Section, Subject, Table, Text, Tone
from migrator.reports.subjects.findings import changed, granted, left_out, rows
from migrator.rulebook.records import ReasonEntry


class FixOutcome(Struct, frozen=True):
    """The findings that are `done`, as the report `before` the fixes has them, and those that are `left`, as the report
    `after` them has them. `reasons` explain their codes, `pages` are addresses of more; `unsafe`: unsafe fixes
    were asked for."""

    done: tuple[Finding, ...]
    before: Report
    left: tuple[Finding, ...]
    after: Report
    reasons: Mapping[str, ReasonEntry]
    pages: Mapping[str, str] = {}
    unsafe: bool = False


def subject(found: FixOutcome, *, quiet: bool = False) -> Subject:
    """A line for each of the findings that are done, and all that `check` says of each that is left."""
    return Subject(lambda _: document(found, quiet=quiet), {".json": lambda: _record(found)})


def _record(found: FixOutcome) -> Struct:
    from migrator.reports.records.findings import fixed

    return fixed(found.done, found.before, found.left, found.after)


def document(found: FixOutcome, *, quiet: bool = False) -> Document:
    table = Table("fixed", "Fixed", (), tuple(changed(found.done)))
    sections = (Section("fixed", "Fixed", tables=(table,)), *_beside(found, quiet=quiet))
    return Document("Fixes", "", sections, () if quiet else tuple(closing_of(found, "Fixed")))


def aside(found: FixOutcome) -> Document:
    """What is said beside a diff, from which nothing was written."""
    return Document("Fixes", "", tuple(_beside(found)), tuple(closing_of(found, "Would fix")))


def _beside(found: FixOutcome, *, quiet: bool = False) -> Iterator[Section]:
    table = Table("left", "Left", (), rows(found.left, found.after, found.reasons, found.pages, quiet=quiet))
    return chain(() if quiet else granted(found.done), [Section("left", "Left", tables=(table,))])


def closing_of(found: FixOutcome, verb: str) -> Iterator[Text]:
    """`Fixed N; M need review (reason ×n, …).`, and what else can be fixed."""
    counts = Counts.of(found.left)
    reasons = ", ".join(f"{code} ×{number}" for code, number in counts.reasons)
    review = "needs review" if counts.findings == 1 else "need review"
    held_back = f"; {counts.findings} {review}" + (f" ({reasons})" if reasons else "")
    unread = f", {many(len(found.after.skipped), 'file')} not readable" if found.after.skipped else ""
    yield (Marked(f"{verb} {len(found.done)}", Tone.NAME), f"{held_back}{left_out(found.after)}{unread}.")
    if counts.unsafe and not found.unsafe:
        yield f"Run `patless fix --unsafe-fixes` to fix {counts.unsafe} more, after review."

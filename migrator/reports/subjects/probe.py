"""What a registry said about the packages of a repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from migrator.findings.counting import many
from migrator.findings.records import Report
from migrator.registry.records import Access, Answer
from migrator.reports.document import Column, Document, Section, Subject, Table, TableRow, Text, Tone
from migrator.reports.records.findings import ProbedRecord, ReportRecord, probed
from migrator.reports.subjects.packages import NONE

_COLUMNS = (Column("package", "name"), Column("readable", "mark"), Column("push", "mark"), Column("why"))
_TONES = {Answer.YES: Tone.GOOD, Answer.NO: Tone.BAD, Answer.UNKNOWN: Tone.HALF}


class Probed(Struct, frozen=True):
    """`accesses` by the package's name in the report; the name in one is '' where the registry was not asked.

    `new` are the packages that `own-packages` should list and did not; `lines` say so as configuration. `written` is
    the file that lists them now, '' for none. `errors` are sentences.
    """

    accesses: Mapping[str, Access]
    new: tuple[str, ...] = ()
    lines: str = ""
    written: str = ""
    errors: tuple[str, ...] = ()


def subject(report: Report, found: Probed) -> Subject:
    return Subject(lambda _: document(found), {".json": lambda: record(report, found)})


def document(found: Probed) -> Document:
    """A line for each package, and the configuration that follows from them."""
    rows = tuple(
        TableRow((name, str(access.readable), str(access.push), "; ".join(access.why)))
        for name, access in sorted(found.accesses.items())
    )
    table = Table("packages", "Packages", _COLUMNS, rows, tuple(_TONES.items()), empty=NONE)
    sections = (Section("packages", "Packages", tables=(table,)),)
    return Document("Packages", "", sections, tuple(_conclusion(found)) if rows else ())


def record(report: Report, found: Probed) -> ReportRecord:
    return probed(report, found.accesses, ProbedRecord(found.new, found.written or None, found.errors))


def _conclusion(found: Probed) -> Iterable[Text]:
    count = many(len(found.new), "package")
    if not found.new:
        yield "Nothing new for own-packages."
    elif found.written:
        yield f"{count} added to own-packages in {found.written}."
    else:
        yield f"{count} to add to own-packages; paste this, or run again with `--write`:"
        yield from found.lines.removesuffix("\n").split("\n")

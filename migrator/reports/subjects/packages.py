"""Whose packages a repository pushes and reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.findings.records import Ownership, Package, Report, Use
from migrator.reports.document import Column, Document, Section, Subject, Table, TableRow, Tone
from migrator.reports.excerpt import place
from migrator.reports.records.findings import packages
from migrator.text.mask import named

NONE = "patless sees no step that pushes or reads a package of a Packages registry."
_COLUMNS = (
    Column("package", "name"),
    Column("type"),
    Column("ownership", "mark"),
    *map(Column, ("pushed at", "read at", "why")),
)
_TONES = {
    Ownership.OWN: Tone.GOOD,
    Ownership.FOREIGN: Tone.HALF,
    Ownership.SHARED: Tone.BAD,
    Ownership.UNKNOWN: Tone.BAD,
}


def subject(report: Report) -> Subject:
    return Subject(lambda _: document(report), {".json": lambda: packages(report)})


def document(report: Report) -> Document:
    """A line for each package and place."""
    packages = sorted(report.packages, key=lambda package: package.name)
    rows = tuple(row for package in packages for row in _rows(package))
    table = Table("packages", "Packages", _COLUMNS, rows, tuple(_TONES.items()), empty=NONE)
    return Document("Packages", "", (Section("packages", "Packages", tables=(table,)),))


def _rows(package: Package) -> Iterable[TableRow]:
    """The first row says all, further ones only more places."""
    pushed, read = _places(package.pushed), _places(package.read)
    for number in range(max(len(pushed), len(read), 1)):
        first = number == 0
        yield TableRow(
            (
                package.name if first else "",
                str(package.type) if first else "",
                str(package.ownership) if first else "",
                pushed[number] if number < len(pushed) else "-" if first else "",
                read[number] if number < len(read) else "-" if first else "",
                package.why if first else "",
            )
        )


def _places(uses: Sequence[Use]) -> list[str]:
    return [f"{named(use.path)}{place(use.position)}" for use in sorted(set(uses))]

"""Whose packages a repository pushes and reads, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.findings.records import Ownership, Package, Report, Use
from migrator.reports.excerpt import place
from migrator.reports.paint import Paint
from migrator.text.mask import named, printable

_HEADS = ("package", "whose", "pushed at", "read at", "why")


def table(report: Report, paint: Paint = Paint()) -> str:
    """One line for each package and place, columns aligned; a sentence where there is no package."""
    packages = sorted(report.packages, key=lambda package: package.name)
    if not packages:
        return "No step is seen to push or read a package of a Packages registry.\n"
    rows = [_HEADS, *(row for package in packages for row in _rows(package))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS) - 1)]
    lines = [_line(row, widths) for row in rows]
    painted = [
        paint.bold(lines[0]),
        *(_painted(line, row, widths, paint) for line, row in zip(lines[1:], rows[1:], strict=True)),
    ]
    return "\n".join(painted) + "\n"


def _rows(package: Package) -> Iterable[tuple[str, ...]]:
    """The first line says all, further ones only more places."""
    pushed, read = _places(package.pushed), _places(package.read)
    for number in range(max(len(pushed), len(read), 1)):
        first = number == 0
        yield (
            printable(package.name) if first else "",
            str(package.ownership) if first else "",
            pushed[number] if number < len(pushed) else "-" if first else "",
            read[number] if number < len(read) else "-" if first else "",
            printable(package.why) if first else "",
        )


def _places(uses: Sequence[Use]) -> list[str]:
    return [f"{named(use.path)}{place(use.position)}" for use in sorted(set(uses))]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()


def _painted(line: str, row: Sequence[str], widths: Sequence[int], paint: Paint) -> str:
    if not row[1]:
        return line
    colour = {Ownership.OWN: paint.green, Ownership.FOREIGN: paint.yellow}.get(Ownership(row[1]), paint.red)
    start = widths[0] + 2
    return line[:start] + colour(row[1]) + line[start + len(row[1]) :]

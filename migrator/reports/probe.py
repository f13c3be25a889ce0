"""What a registry said about the packages of a repository: for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from migrator.findings.records import Report
from migrator.registry.records import Access, Answer
from migrator.reports import machine
from migrator.reports.paint import Paint
from migrator.text.mask import printable

_HEADS = ("package", "readable", "push", "why")


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


def table(probed: Probed, paint: Paint = Paint()) -> str:
    """One line for each package, and the configuration that follows from them."""
    if not probed.accesses:
        return "No step is seen to push or read a package of a Packages registry.\n"
    rows = [_HEADS, *(_row(name, access) for name, access in sorted(probed.accesses.items()))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS) - 1)]
    text = [paint.bold(_line(rows[0], widths)), *(_painted(row, widths, paint) for row in rows[1:])]
    return "\n".join([*text, "", *_conclusion(probed)]) + "\n"


def document(report: Report, probed: Probed) -> str:
    """The JSON of `patless packages`, with what was learnt beside each package."""
    found = machine.packages_document(report)
    for package in found["packages"]:
        access = probed.accesses[package["name"]]
        package["probe"] = {
            "asked": access.name or None,
            "readable": str(access.readable),
            "push": str(access.push),
            "why": list(access.why),
        }
    found["probe"] = {
        "own_packages": list(probed.new),
        "written": probed.written or None,
        "errors": list(probed.errors),
    }
    return machine.dump(found)


def _conclusion(probed: Probed) -> Iterable[str]:
    count = f"{len(probed.new)} package{'s' if len(probed.new) != 1 else ''}"
    if not probed.new:
        yield "Nothing new for own-packages."
    elif probed.written:
        yield f"{count} added to own-packages in {printable(probed.written)}."
    else:
        yield f"{count} for own-packages in the configuration; --write adds what is missing there:"
        yield probed.lines.removesuffix("\n")


def _row(name: str, access: Access) -> tuple[str, ...]:
    return printable(name), str(access.readable), str(access.push), printable("; ".join(access.why))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])


def _painted(row: Sequence[str], widths: Sequence[int], paint: Paint) -> str:
    colours = {Answer.YES: paint.green, Answer.NO: paint.red, Answer.UNKNOWN: paint.yellow}
    first, *answers = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
    return "  ".join([first, *(colours[Answer(cell.strip())](cell) for cell in answers), row[-1]])

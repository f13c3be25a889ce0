"""Where what was found goes: to standard output, or to the file that was asked for, with others beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from migrator.cli import console
from migrator.options.output import Format
from migrator.reports import formats
from migrator.reports.document import Subject, Table
from migrator.reports.paint import Paint
from migrator.text.mask import named


class Delivery(Struct, frozen=True):
    """`beside` makes the texts of the files that lie beside a page, by ending."""

    text: str
    beside: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    @classmethod
    def of(cls, subject: Subject, format: Format, paint: Paint = Paint()) -> Delivery:
        """What a page shows lies beside it as CSV and as JSON, too."""
        files = subject.files if format is Format.HTML else {}
        return cls(formats.write(format, subject, paint), {name: partial(_file, make) for name, make in files.items()})

    def paths(self, path: Path) -> list[Path]:
        """The files that `deliver` writes for `path`: `report.html` has `report.html.csv` beside it, which takes
        the place of no file such as `package.json` or `plan.json`. What is no file, such as /dev/stdout, has nothing
        beside it."""
        plain = path.is_file() or not path.exists()
        return [path, *(path.with_name(f"{path.name}{ending}") for ending in self.beside if plain)]


def deliver(output: Delivery, path: Path | None) -> bool:
    """Print the text, or write it to `path` and what belongs beside it, each file whole or not at all; whether that
    could be done."""
    if path is None:
        console.out(output.text)
        return True
    return _written(zip(output.paths(path), (lambda: output.text, *output.beside.values()), strict=False))


def _file(make: Callable[[], Table | Struct]) -> str:
    from migrator.reports.formats import json

    return json.file(make())


def _written(files: Iterable[tuple[Path, Callable[[], str]]]) -> bool:
    from migrator.repositories.writing import NotWritten, put

    for path, text in files:
        try:
            put(path, text().encode("utf-8", "backslashreplace"))
        except NotWritten as error:
            console.err([f"{named(str(path))}: not written: {error}"])
            return False
    return True

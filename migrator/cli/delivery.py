"""Where what was found goes: to standard output, or to the file that was asked for, with others beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct, field

from migrator.cli import console
from migrator.reports.excerpt import named

_PAGES = (".html", ".htm")


class Output(Struct, frozen=True):
    """`beside` makes the texts of the files that lie beside a page, by ending."""

    text: str
    beside: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    def paths(self, path: Path) -> list[Path]:
        """The files that `deliver` writes for `path`. What is no file, such as /dev/stdout, has nothing beside it."""
        return [path, *(beside(path, ending) for ending in self.beside if not path.exists() or path.is_file())]


def beside(page: Path, ending: str) -> Path:
    """`report.html` has `report.csv` beside it; a page with another ending keeps its whole name."""
    stem = page.stem if page.suffix.lower() in _PAGES else page.name
    return page.with_name(f"{stem}{ending}")


def deliver(output: Output, path: Path | None) -> bool:
    """Print the text, or write it to `path` and what belongs beside it, each file whole or not at all; whether that
    could be done."""
    if path is None:
        console.out(output.text)
        return True
    return _written(zip(output.paths(path), (lambda: output.text, *output.beside.values()), strict=False))


def _written(files: Iterable[tuple[Path, Callable[[], str]]]) -> bool:
    from migrator.repositories.writing import NotWritten, put

    for path, text in files:
        try:
            put(path, text().encode("utf-8", "backslashreplace"))
        except NotWritten as error:
            console.err([f"{named(str(path))}: not written: {error}"])
            return False
    return True

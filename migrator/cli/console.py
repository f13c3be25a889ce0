"""Standard output and standard error: colours where they are wanted, no crash where a reader or an encoding fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from migrator.options import UsageError
from migrator.options.output import Colour
from migrator.reports.paint import Paint
from migrator.text.mask import printable
from migrator.text.streams import prepared, safely

_CLEAR: list[Callable[[], None]] = []
_NOTED: list[list[tuple[str, str]]] = []


def prepare() -> None:
    """What an encoding cannot show is spelt out instead."""
    for stream in (sys.stdout, sys.stderr):
        prepared(stream)


def paint(color: Colour, stream: TextIO | None) -> Paint:
    """`--color` decides, else NO_COLOR (https://no-color.org), else FORCE_COLOR, else whether it is a terminal.

    `stream` None is a file, which is coloured by `--color always` only.
    """
    if color is not Colour.AUTO:
        return Paint(color is Colour.ALWAYS)
    if stream is None or os.environ.get("NO_COLOR"):
        return Paint(False)
    terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return Paint(bool(os.environ.get("FORCE_COLOR")) or terminal, _links(terminal))


def _links(terminal: bool) -> bool:
    """FORCE_HYPERLINK decides, as it does for other programs, else whether the terminal may know links."""
    forced = os.environ.get("FORCE_HYPERLINK", "")
    return forced != "0" if forced else terminal and os.environ.get("TERM") != "linux"


def before(clear: Callable[[], None]) -> None:
    """Have `clear` called before anything is written: it takes away a line that is not to stay."""
    _CLEAR[:] = [clear]


@contextmanager
def noted() -> Iterator[list[tuple[str, str]]]:
    """What is written during the block as text: the stream, `out` or `err`, and what it gets."""
    said = list[tuple[str, str]]()
    _NOTED.append(said)
    try:
        yield said
    finally:
        _NOTED.pop()


def out(text: str) -> None:
    _cleared()
    _note("out", text)
    safely(sys.stdout, lambda: sys.stdout.write(text))


def out_bytes(data: bytes) -> None:
    """Write bytes as they are."""

    def write() -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    safely(sys.stdout, write)


def err(lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    _cleared()
    _note("err", text)
    safely(sys.stderr, lambda: sys.stderr.write(text))


def _note(stream: str, text: str) -> None:
    for said in _NOTED:
        said.append((stream, text))


def _cleared() -> None:
    for clear in _CLEAR:
        clear()


def finish() -> None:
    for stream in (sys.stdout, sys.stderr):
        safely(stream, lambda: None)


def agreed(word: str, what: str, otherwise: str = "pass `--yes`", *, yes: bool = False) -> None:
    """Have somebody at a terminal type the word; `yes`: nobody need. `otherwise` is what to do where there is no
    terminal. Raises UsageError."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"can't prompt without a terminal; {otherwise}")
    err([printable(f"Type {word} {what}:")])
    if sys.stdin.readline().strip() != word:
        raise UsageError(f"that was not {printable(word)}; nothing done")

"""Write names of packages to `own-packages` in the configuration, and leave the rest of the file as it is."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from migrator.configuration import reading as configuration
from migrator.configuration import toml_list
from migrator.repositories import writing
from migrator.repositories.writing import NotWritten
from migrator.text.files import locate, read_bounded
from migrator.text.view import Unreadable

KEY = "own-packages"


def lines(names: Sequence[str]) -> str:
    """The configuration's lines for packages."""
    return toml_list.assignment(KEY, names)


def write(file: Path, names: Sequence[str], *, new: bool) -> None:
    """Add `names` to the configuration `file`; `new`: there is none yet. Raises NotWritten."""
    if new:
        writing.create(file.parent, file.name, lines(names).encode())
        return
    try:
        real = locate(file.parent, file.name)
        before = None if real is None else read_bounded(real)
    except Unreadable as error:
        raise NotWritten(str(error)) from None
    if before is None:
        raise NotWritten("the file no longer exists; run patless again")
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    table = ("tool", "patless") if file.name == configuration.SHARED else ()
    after = toml_list.extended(before.removeprefix(mark).decode(), table, KEY, names)
    if after is None:
        raise NotWritten("patless can't extend `own-packages` in this form; add the lines by hand")
    writing.replace(file.parent, file.name, before, mark + after.encode())

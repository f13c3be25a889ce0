"""Tables for spreadsheets. A cell that a spreadsheet would take for a formula is text here.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from migrator.core.mask import printable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(rows: Iterable[Sequence[str | int]]) -> str:
    """Lines ended by CR LF, as RFC 4180 has them."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(cell: str | int) -> str | int:
    if isinstance(cell, int):
        return cell
    shown = printable(cell).replace("\n", " ")
    return f"'{shown}" if shown.startswith(_FORMULA) else shown

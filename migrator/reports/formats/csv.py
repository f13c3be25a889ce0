"""Tables for spreadsheets. A cell that a spreadsheet would take for a formula is text here.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io

from migrator.reports.document import Table
from migrator.text.mask import printable
from migrator.text.patterns import regex

_FORMULA = regex(r"""((?:^|[;\t])[ '"]*)(?=[=+@\t\r＝＋－＠-])""")
"""Where one begins. A semicolon or tab begins a cell too, as spreadsheets of many languages separate by these."""


def text(table: Table) -> str:
    """The heads and the rows, in lines ended by CR LF, as RFC 4180 has them."""
    made = io.StringIO()
    rows = [[column.label for column in table.columns], *(row.cells for row in table.rows)]
    csv.writer(made, quoting=csv.QUOTE_NONNUMERIC).writerows([_cell(cell) for cell in row] for row in rows)
    return made.getvalue()


def _cell(cell: str | int) -> str | int:
    return cell if isinstance(cell, int) else _FORMULA.sub(r"\1'", printable(cell).replace("\n", " "))

"""Waivers as the configuration holds them: a person's word on what defeats proof, with a reason and an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.secrets.records import Waiver
from migrator.secrets.references.records import OpaqueKind
from migrator.text.mask import printable
from migrator.text.patterns import regex
from migrator.toml_tables import Table, tables

DOUBTS = (*(str(kind) for kind in OpaqueKind), "not-looked")
"""What can be waived: what is written behind `doubt:` in evidence."""
_KEYS = ("doubt", "path", "variable", "reason", "until")
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")


def read(value: Any, at: Callable[[int], str]) -> tuple[Waiver, ...]:
    """The waivers of the key `waivers`; `at` as for `tables`. Raises ConfigurationError."""
    return tuple(_waiver(table) for table in tables(value, "waivers", "a waiver", at))


def _waiver(table: Table) -> Waiver:
    table.only(_KEYS, required=("doubt", "reason", "until"))
    doubt, variable, until = table.string("doubt"), table.string("variable"), table.day("until")
    if doubt not in DOUBTS:
        raise table.error(f"there is no doubt '{printable(doubt)}'; known are {', '.join(DOUBTS)}")
    if variable and not _NAME.fullmatch(variable):
        raise table.error(f"the variable '{printable(variable)}' of a waiver is no name of a variable")
    assert until is not None
    return Waiver(doubt, table.string("path"), variable, table.string("reason"), until)

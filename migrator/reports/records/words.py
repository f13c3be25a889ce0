"""Words of which records of several subjects are made."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct

from migrator.findings.records import Use

SCHEMA_VERSION: Final = 1
Count = Annotated[int, Meta(ge=0)]
Number = Annotated[int, Meta(ge=1, description="a line or a column, counted from 1; columns count characters")]


class UseRecord(Struct, frozen=True):
    path: str
    line: Number
    column: Number

    @classmethod
    def of(cls, use: Use) -> UseRecord:
        return cls(use.path, use.position.line, use.position.column)

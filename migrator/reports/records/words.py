"""What records of several subjects are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Self

from msgspec import Meta, Struct

from migrator.findings.records import Finding, Severity, Use, Verdict

if TYPE_CHECKING:
    from migrator.fleet.records import SeenFinding

SCHEMA_VERSION: Final = 1
Strings = tuple[str, ...]
Count = Annotated[int, Meta(ge=0)]
Number = Annotated[int, Meta(ge=1, description="a line or a column, counted from 1; columns count characters")]


def about(text: str, extra_json_schema: dict[str, object] | None = None) -> Meta:
    """What a schema says of a field."""
    return Meta(description=text, extra_json_schema=extra_json_schema)


class UseRecord(Struct, frozen=True):
    path: str
    line: Number
    column: Number

    @classmethod
    def of(cls, use: Use) -> Self:
        return cls(use.path, use.position.line, use.position.column)


class SaidFinding(Struct, frozen=True):
    """What is said of a finding wherever it is listed."""

    rule: str
    path: str
    line: Number
    column: Number
    end_line: Number
    end_column: Annotated[Number, about("exclusive")]
    severity: Severity
    message: str
    verdict: Verdict
    reasons: Strings
    assumptions: Strings
    variables: Strings
    registry: str | None
    uses: tuple[UseRecord, ...]

    @classmethod
    def of(cls, one: Finding | SeenFinding) -> Self:
        return cls(
            one.rule,
            one.path,
            *(one.position.line, one.position.column, one.end.line, one.end.column),
            one.severity,
            one.message,
            one.verdict,
            tuple(dict.fromkeys(reason.code for reason in one.reasons)),
            one.assumptions,
            one.variables,
            one.registry or None,
            tuple(map(UseRecord.of, one.uses)),
        )

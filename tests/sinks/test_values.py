from __future__ import annotations

import pytest

from migrator.ir.nodes import Read
from migrator.ir.values import Alternative, Input, Literal, TracedRead, Unknown, Value
from migrator.sinks.values import subject_of
from migrator.text.source import Span

READ = Read("DIGEST", Span(0, 9), Span(2, 8))
STORED = Input("KIND", ())
ASSIGNED = Unknown("the output of a command", (TracedRead(READ, None, ()),))


@pytest.mark.parametrize(
    ("rows", "subject"),
    [
        ([(Literal("web:"), STORED)], "KIND"),
        ([(STORED, Literal("@"), ASSIGNED)], "$DIGEST"),
        ([(STORED,), (ASSIGNED,)], "$DIGEST"),
        ([(STORED, Unknown("a file"))], "KIND"),
        ([(Unknown("a file"),)], "a file"),
    ],
)
def test_what_a_value_comes_from_is_what_would_settle_it(rows: list[Alternative], subject: str) -> None:
    assert subject_of(Value(tuple(rows))) == subject

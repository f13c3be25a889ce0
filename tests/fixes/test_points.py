"""What is written in which place, where a value is to become a native variable."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.fixes.points import Point, points
from migrator.fixes.refused import Refused
from migrator.ir.nodes import Fallback, Join, Quoting, Read
from migrator.ir.values import Alternative, Definition, Input, Literal, Piece, TracedRead, Unknown, Value
from migrator.text.source import Span

NAME, WHOLE, INNER = Span(2, 5), Span(0, 10), Span(32, 35)


def read(name: str = "T", **given: Any) -> Read:
    return Read(name, WHOLE, NAME, **given)


def set_to(name: str = "T", *, loose: bool = False) -> Definition:
    return Definition(name, Value.of(), Join((), Span(30, 40)), 0, loose=loose)


def through(first: Read, definition: Definition | None = None, *, name: str = "PAT") -> Input:
    """A stored variable, behind an assignment where one is given."""
    inner = TracedRead(Read(name, Span(30, 40), INNER), None, ())
    return Input(name, (TracedRead(first, definition, ()), *([inner] if definition else [])))


def text(written: str, first: Read, definition: Definition | None, **given: Any) -> Literal:
    return Literal(written, Span(30, 40), provenance=(TracedRead(first, definition, ()),), **given)


MOVED, KEPT = set_to("M"), set_to("K")
BARE, SINGLE, DOUBLE = ({"quoting": one} for one in (Quoting.BARE, Quoting.SINGLE, Quoting.DOUBLE))


def found(*alternatives: Piece | Alternative) -> list[tuple[Span, str]]:
    rows = tuple(one if isinstance(one, tuple) else (one,) for one in alternatives)
    return [(one.span, one.text) for one in points(Value(rows), "N", lambda one: one.name == "M")]


@pytest.mark.parametrize(
    ("alternatives", "written"),
    [
        ([through(read())], [(NAME, "N")]),
        ([through(read("N"), name="N")], []),
        ([through(read(), KEPT, name="N")], [(NAME, "N")]),
        ([through(read(), MOVED, name="N")], []),
        ([through(read(), MOVED)], [(INNER, "N")]),
        ([through(read(), KEPT)], [(NAME, "N")]),
        ([through(read("N"), name="N"), through(read("T", braced=True))], [(NAME, "N")]),
        ([through(read(), MOVED), through(read(), KEPT)], [(NAME, "N")]),
        ([through(read(), MOVED), through(read())], [(NAME, "N")]),
        ([through(read(), MOVED), text("x", read(), MOVED, **BARE)], [(INNER, "N"), (Span(30, 40), '"$N"')]),
        ([through(read(), MOVED), through(read(), MOVED)], [(INNER, "N")]),
        # the first piece that is not surely empty
        ([(text("", read("E"), KEPT), through(read()))], [(NAME, "N")]),
        ([(through(read()), Literal("x"))], [(NAME, "N")]),
        ([(Literal("x", Span(5, 6), Quoting.BARE), through(read()))], [(Span(5, 6), '"$N"')]),
        # the spellings of an expansion
        ([through(read(braced=True))], [(NAME, "N")]),
        ([through(read(braced=True, fallback=Fallback.DEFAULT))], [(Span(2, 9), "N")]),
        ([through(read(fallback=Fallback.DEFAULT))], [(NAME, "N")]),
        ([through(read(braced=True, fallback=Fallback.REQUIRE))], [(NAME, "N")]),
        ([through(read("1"))], [(WHOLE, "${N}")]),
        ([through(read("1", braced=True))], [(WHOLE, "${N}")]),
        ([through(read("1", braced=True, fallback=Fallback.REQUIRE))], [(NAME, "N")]),
        ([through(read("1", fallback=Fallback.REQUIRE))], [(WHOLE, "${N}")]),
        # and of text
        ([Literal("x", WHOLE, Quoting.BARE)], [(WHOLE, '"$N"')]),
        ([Literal("x", WHOLE, Quoting.SINGLE)], [(WHOLE, '"$N"')]),
        ([Literal("x", WHOLE, Quoting.DOUBLE)], [(WHOLE, "$N")]),
        ([Literal("x\n", WHOLE, Quoting.DOUBLE)], [(Span(0, 9), "$N")]),
        ([Literal("\nx\r\n", WHOLE, Quoting.DOUBLE)], [(Span(0, 8), "$N")]),
        ([Literal("x", WHOLE, Quoting.FIXED, reads="get({})")], [(WHOLE, "get(N)")]),
        ([Literal("\nx", WHOLE, Quoting.DOUBLE, reads="get({})")], [(WHOLE, "get(N)")]),
        ([Literal("x\n", WHOLE, Quoting.DOUBLE, reads="get({})")], [(Span(0, 9), "$N")]),
        ([Literal("x\r", WHOLE, Quoting.DOUBLE, reads="get({})")], [(Span(0, 9), "$N")]),
    ],
)
def test_what_is_written_and_where(alternatives: list[Piece | Alternative], written: list[tuple[Span, str]]) -> None:
    assert found(*alternatives) == written


EMPTY = ("may be empty here", "T")
LOOSE = ("may be a part of what is written, or one of several", "T")
AMONG = "is passed on among other words"
FIXED = ("is written in a way that cannot be replaced", "the literal")


@pytest.mark.parametrize(
    ("alternatives", "why"),
    [
        ([through(read(), KEPT), text("", read(), KEPT)], EMPTY),
        ([text("", read(), KEPT), through(read(), KEPT)], EMPTY),
        ([text("", read(), None)], EMPTY),
        ([through(read(), set_to(loose=True))], LOOSE),
        ([through(read(), KEPT), through(read(), set_to(loose=True))], LOOSE),
        ([through(read(""))], (AMONG, "")),
        ([through(read("@"))], (AMONG, "@")),
        ([through(read("*"))], (AMONG, "*")),
        ([through(read(index="1"))], (AMONG, "T")),
        ([through(read(fixed=True))], (AMONG, "T")),
        ([Input("PAT", ())], FIXED),
        ([Unknown("a command")], FIXED),
        ([Literal("x", None, Quoting.BARE)], FIXED),
        ([Literal("x", WHOLE, Quoting.FIXED)], FIXED),
        ([Literal("x\n", WHOLE, Quoting.BARE)], FIXED),
        ([Literal("x\r", WHOLE, Quoting.SINGLE)], FIXED),
        ([text("x", read(), MOVED)], FIXED),
    ],
)
def test_what_cannot_be_written_is_refused(alternatives: list[Piece | Alternative], why: tuple[str, str]) -> None:
    with pytest.raises(Refused) as error:
        found(*alternatives)
    assert (error.value.code, error.value.detail, error.value.subject) == ("credential-unresolved", *why)


def test_text_that_is_not_empty_behind_an_assignment_is_replaced_by_its_reader() -> None:
    assert found(text("x", read(), KEPT)) == [(NAME, "N")]
    assert points(Value.of(through(read())), "N", lambda one: False) == (Point(NAME, "N"),)

"""Values by themselves: joined, put one behind the other, and bounded."""

from __future__ import annotations

import pytest

from migrator.flow import words
from migrator.ir.nodes import Quoting, Read
from migrator.ir.values import (
    EMPTY,
    MAX_ALTERNATIVES,
    MAX_FILES,
    MAX_PIECES,
    Alternative,
    Definition,
    Input,
    Literal,
    TracedRead,
    Unknown,
    Value,
    concat,
    inputs,
    literal,
    symbol,
    union,
    unknown,
)
from migrator.text.source import Span
from tests.flow.reading import command

A, B, NAMED, UNSURE = Literal("a"), Literal("b"), Input("T", ()), Unknown("x", names=("U",), files=("f",))
READ = Read("V", Span(0, 2), Span(1, 2))
HERE = TracedRead(READ, None, ())


def either(*rows: Alternative) -> Value:
    return Value(rows)


def many(count: int) -> Value:
    return Value(tuple((Literal(str(number)),) for number in range(count)))


def test_what_is_not_said_of_a_piece_or_an_assignment_is_not_so() -> None:
    one = Definition("T", EMPTY, None, 1)
    assert (one.positional, one.traced, one.loose, A.splits, Unknown("x").outside) == (False,) * 5


@pytest.mark.parametrize(
    ("value", "text", "name"),
    [
        (either((A,), (Literal("a", splits=True),)), "a", None),
        (either((A, B), (Literal("ab"),)), "ab", None),
        (either((A,), (B,)), None, None),
        (either((A,), (UNSURE,)), None, None),
        (either((NAMED,), (NAMED,)), None, None),
        (EMPTY, "", ""),
    ],
)
def test_a_value_has_a_text_where_all_rows_have_the_same(value: Value, text: str | None, name: str | None) -> None:
    assert (value.text, value.symbol()) == (text, name)


def test_of_too_many_combinations_the_part_with_the_most_is_unknown_and_it_alone() -> None:
    wide = either(*((Literal(str(number)), NAMED) for number in range(MAX_ALTERNATIVES)))
    other = either((A,), (Input("U", (HERE,)),))
    for parts in ([wide, other], [other, wide]):
        (piece,) = {piece for piece in concat(parts).pieces if isinstance(piece, Unknown)}
        assert (piece.names, piece.provenance) == (("T",), ())


@pytest.mark.parametrize(
    ("row", "stripped"),
    [
        ((Literal("a\n"),), (A,)),
        ((A, Literal("\n"), Literal("\n\n")), (A,)),
        ((Literal("a\n"), Literal("")), (A,)),
        ((Literal("\n"), Literal("")), ()),
        ((Literal("\na"),), (Literal("\na"),)),
        ((NAMED, Literal("\n")), (NAMED,)),
        ((Literal("\n"), NAMED), (Literal("\n"), NAMED)),
        ((A, B), (A, B)),
    ],
)
def test_a_command_substitution_takes_line_breaks_off_the_end(row: Alternative, stripped: Alternative) -> None:
    assert Value.of(*row).stripped() == Value.of(*stripped)


def test_what_splits_is_nothing_where_it_is_empty() -> None:
    split = either((), (A, NAMED)).splitting()
    assert split == either((Literal("", splits=True),), (Literal("a", splits=True), NAMED))


def test_of_rows_of_several_lengths_the_longest_counts() -> None:
    long = either((A,), (A,) * MAX_PIECES)
    assert concat([long, Value.of(B)]).unknown == "too many possible values"
    assert concat([either((A,), (A,) * (MAX_PIECES - 1)), Value.of(B)]).unknown == ""
    assert concat([EMPTY, EMPTY]) == concat([]) == EMPTY
    assert concat([EMPTY, long]) == long


@pytest.mark.parametrize(
    ("row", "text", "name"),
    [
        ((), "", ""),
        ((A, B), "ab", "ab"),
        ((A, NAMED), None, "a${T}"),
        ((A, UNSURE), None, None),
        ((UNSURE, A), None, None),
    ],
)
def test_a_row_has_a_text_or_a_name_where_all_of_it_is_known(
    row: Alternative, text: str | None, name: str | None
) -> None:
    assert (literal(row), symbol(row)) == (text, name)
    assert (Value.of(*row).text, Value.of(*row).symbol()) == (text, name)


@pytest.mark.parametrize(
    ("value", "text", "name", "texts"),
    [
        (either((A, B), (Literal("ab"),)), "ab", None, ["ab", "ab"]),
        (either((A,), (B,)), None, None, ["a", "b"]),
        (either((A,), (NAMED,)), None, None, ["a", "${T}"]),
        (either((A,), (UNSURE,)), None, None, ["a"]),
    ],
)
def test_several_ways_have_a_text_where_they_have_the_same(
    value: Value, text: str | None, name: str | None, texts: list[str]
) -> None:
    assert (value.text, value.symbol(), list(value.texts)) == (text, name, texts)


def test_what_is_not_known_of_a_value_is_told_with_what_it_is_made_of() -> None:
    value = either((A, NAMED), (UNSURE, Unknown("y", names=("T",), files=("g", "f"))))
    assert (value.unknown, value.files, inputs([value, EMPTY])) == ("x", ("f", "g"), ("T", "U"))
    assert (EMPTY.unknown, EMPTY.files, inputs([EMPTY])) == ("", (), ())
    at, other = Literal("a", Span(4, 5)), Unknown("y", made=(Span(1, 2),))
    blank = Literal(" ", Span(7, 8))
    (piece,) = unknown("z", [Value.of(at, blank, other), value], (HERE,), ["e", "f"]).pieces
    assert piece == Unknown("z", (HERE,), (Span(1, 2), Span(4, 5)), ("T", "U"), ("e", "f", "g"))


@pytest.mark.parametrize(("count", "held"), [(MAX_FILES, MAX_FILES), (MAX_FILES + 1, 1)])
def test_more_files_than_are_kept_may_be_any(count: int, held: int) -> None:
    files = unknown("x", [], files=[f"{number:03}" for number in range(count)]).files
    assert len(files) == held
    assert ("**" in files) == (count > MAX_FILES)


def test_either_of_several_values_has_the_rows_of_all_once() -> None:
    assert union([Value.of(A), Value.of(B), Value.of(A)]) == either((A,), (B,))
    assert union([]) == EMPTY
    assert union([many(MAX_ALTERNATIVES)]) == many(MAX_ALTERNATIVES)
    assert union([many(MAX_ALTERNATIVES), Value.of(NAMED)]).unknown == "too many possible values"
    assert inputs([union([many(MAX_ALTERNATIVES), Value.of(NAMED)])]) == ("T",)


def test_values_one_behind_the_other_are_every_combination() -> None:
    assert concat([]) == concat([EMPTY, EMPTY]) == EMPTY
    assert concat([EMPTY, Value.of(A)]) == Value.of(A)
    assert concat([either((A,), (B,)), Value.of(NAMED)]) == either((A, NAMED), (B, NAMED))
    assert concat([either((A,), ()), either((B,), ())]) == either((A, B), (A,), (B,), ())


def test_too_many_combinations_make_the_widest_part_one_that_is_not_known() -> None:
    least = concat([many(4), many(4)])
    assert (len(least.alternatives), least.unknown) == (16, "")
    first = concat([many(2), many(9), Value.of(NAMED)])
    assert [[type(piece) for piece in row] for row in first.alternatives] == [[Literal, Unknown, Input]] * 2
    traced = many(9).through(HERE, splits=False)
    (unsure,) = {piece for piece in concat([many(2), traced]).pieces if isinstance(piece, Unknown)}
    assert unsure.provenance == (HERE,)


def test_a_value_of_too_many_pieces_is_not_known() -> None:
    half = Value.of(*[A] * (MAX_PIECES // 2))
    assert concat([half, half]).text == "a" * MAX_PIECES
    long = concat([half, Value.of(NAMED), half.through(HERE, splits=False)])
    (piece,) = long.pieces
    assert piece == Unknown("too many possible values", (HERE,), names=("T",))


def test_what_is_read_through_an_expansion_says_so_in_each_piece() -> None:
    by = Definition("V", EMPTY, None, 1)
    inner = TracedRead(READ, by, (3,))
    value = either((Literal("a", provenance=(inner,)), NAMED, UNSURE), ()).through(HERE, splits=True)
    assert [piece.provenance for piece in value.pieces] == [(HERE, inner), (HERE,), (HERE,), (HERE,)]
    assert [piece.splits for piece in value.pieces if isinstance(piece, Literal)] == [True, True]
    assert literal(value.alternatives[1]) == ""


@pytest.mark.parametrize(
    ("row", "stripped"),
    [
        ((), ()),
        ((A,), (A,)),
        ((Literal("a\n\n"),), (A,)),
        ((A, Literal("\n")), (A,)),
        ((Literal("a\n"), Literal("\n")), (A,)),
        ((A, Literal("\n"), B), (A, Literal("\n"), B)),
        ((Literal("\n"), NAMED, Literal("\n")), (Literal("\n"), NAMED)),
        ((Literal("\n"), UNSURE), (Literal("\n"), UNSURE)),
        ((Literal("a\n", quoting=Quoting.BARE),), (Literal("a", quoting=Quoting.BARE),)),
    ],
)
def test_a_substitution_takes_the_line_ends_off_the_end(row: Alternative, stripped: Alternative) -> None:
    assert Value.of(*row).stripped() == Value.of(*stripped)


@pytest.mark.parametrize(
    ("word", "other", "asks"),
    [
        ('"$T"', "", True),
        ('x"$T"', "x", True),
        ('"x$(y)"', "x", True),
        ('"$(y)"', "", True),
        ('"$T"', "x", False),
        ("x", "x", False),
        ('x"${T:-a}"', "xa", False),
    ],
)
def test_whether_a_comparison_only_asks_for_what_is_empty(word: str, other: str, asks: bool) -> None:
    assert words.is_presence(command(f"see {word}", "see").arguments[0].value, other) is asks

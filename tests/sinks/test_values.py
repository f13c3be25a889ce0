from __future__ import annotations

import pytest

from migrator.ir.nodes import Quoting, Read
from migrator.ir.values import Alternative, Input, Literal, TracedRead, Unknown, Value, symbol
from migrator.sinks.values import (
    environment,
    is_handed,
    known_start,
    lines,
    names_set,
    part,
    prefix,
    subject_of,
    value_of,
    without,
    words,
)
from migrator.text.source import Span
from tests.flow.reading import BOOK, command

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
        ([(Literal("web"),)], "a variable"),
        ([(Literal("web", provenance=(TracedRead(READ, None, ()),)),)], "$DIGEST"),
    ],
)
def test_what_a_value_comes_from_is_what_would_settle_it(rows: list[Alternative], subject: str) -> None:
    assert subject_of(Value(tuple(rows))) == subject


A, B = Literal("ab"), Input("B", ())


@pytest.mark.parametrize(
    ("rows", "start"),
    [
        ([(A,)], "ab"),
        ([(A, Literal("c"), B, Literal("d"))], "abc"),
        ([(A, B), (Literal("abc"),)], "ab"),
        ([(A,), (Literal("a"), B)], "a"),
        ([(A,), (Literal("b"),)], ""),
        ([(A,), (B,)], ""),
        ([()], ""),
    ],
)
def test_a_value_begins_with_what_all_that_it_may_be_begins_with(rows: list[Alternative], start: str) -> None:
    assert prefix(Value(tuple(rows))) == start


@pytest.mark.parametrize(
    ("row", "start"),
    [((), ""), ((A, B, A), "ab${B}ab"), ((A, Unknown("a file"), A), "ab"), ((Unknown("a file"),), "")],
)
def test_the_start_of_a_text_is_known_up_to_what_nobody_knows(row: Alternative, start: str) -> None:
    assert known_start(row) == start


@pytest.mark.parametrize(
    ("row", "count", "rest"),
    [
        ((A, Literal("cd"), B), 0, "abcd${B}"),
        ((A, Literal("cd"), B), 1, "bcd${B}"),
        ((A, Literal("cd"), B), 2, "cd${B}"),
        ((A, Literal("cd"), B), 3, "d${B}"),
        ((A, Literal("cd"), B), 9, "${B}"),
        ((B, A), 1, "${B}ab"),
    ],
)
def test_letters_are_taken_off_the_beginning(row: Alternative, count: int, rest: str) -> None:
    assert without(Value((row, row)), count).alternatives[1] == without(Value((row,)), count).alternatives[0]
    assert symbol(without(Value((row,)), count).alternatives[0]) == rest


@pytest.mark.parametrize(
    ("literal", "span", "quoting"),
    [
        (Literal("abc", Span(5, 8), Quoting.BARE), Span(6, 8), Quoting.BARE),
        (Literal("abc", Span(5, 8), Quoting.DOUBLE), Span(6, 8), Quoting.DOUBLE),
        (Literal("abc", Span(5, 10), Quoting.SINGLE), None, Quoting.FIXED),
        (Literal("abc", Span(5, 9), Quoting.BARE), None, Quoting.FIXED),
        (Literal("abc", Span(5, 8), Quoting.FIXED), None, Quoting.FIXED),
        (Literal("abc"), None, Quoting.FIXED),
    ],
)
def test_what_is_left_of_a_literal_has_its_place_where_each_letter_stands_for_itself(
    literal: Literal, span: Span | None, quoting: Quoting
) -> None:
    ((rest,),) = without(Value.of(literal), 1).alternatives
    assert rest == Literal("bc", span, quoting)


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (Literal("abcd", Span(5, 9), Quoting.BARE), Literal("bc", Span(6, 8), Quoting.BARE)),
        (Literal("abcd", Span(5, 9), Quoting.FIXED), Literal("bc", Span(6, 8), Quoting.FIXED)),
        (Literal("abcd", Span(5, 11), Quoting.SINGLE), Literal("bc")),
        (Literal("abcd", Span(5, 9), Quoting.SINGLE), Literal("bc")),
        (Literal("abcd", Span(5, 10), Quoting.BARE), Literal("bc")),
        (Literal("abcd"), Literal("bc")),
        (Literal("abcd", reads="x"), Literal("bc")),
    ],
)
def test_a_part_of_a_literal_has_its_place_where_each_letter_stands_for_itself(
    literal: Literal, expected: Literal
) -> None:
    assert part(literal, 1, 3) == expected
    assert part(literal, 0, 4) is literal
    assert part(literal, 0, 3).text == "abc"
    assert part(literal, 1, 4).text == "bcd"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((), [""]),
        ((Literal("a\n\nb\n"),), ["a", "", "b", ""]),
        ((Literal("a\nb"), B, Literal("c\n"), B), ["a", "b${B}c", "${B}"]),
    ],
)
def test_a_text_has_lines(row: Alternative, expected: list[str]) -> None:
    assert [symbol(line) for line in lines(row)] == expected


def test_lines_and_words_have_their_places() -> None:
    text = (Literal("ab cd\nef", Span(10, 18), Quoting.BARE),)
    assert [piece.span for line in lines(text) for piece in line if isinstance(piece, Literal)] == [
        Span(10, 15),
        Span(16, 18),
    ]
    assert [piece.span for word in words(text) for piece in word if isinstance(piece, Literal)] == [
        Span(10, 12),
        Span(13, 15),
        Span(16, 18),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((), []),
        ((Literal("  "),), []),
        ((Literal(" a  b\tc\n"),), ["a", "b", "c"]),
        ((Literal("a "), B, Literal("b c"), B), ["a", "${B}b", "c${B}"]),
        ((B, Literal(" "), B), ["${B}", "${B}"]),
    ],
)
def test_a_text_has_words(row: Alternative, expected: list[str]) -> None:
    assert [symbol(word) for word in words(row)] == expected


@pytest.mark.parametrize(
    ("script", "value", "handed"),
    [
        ("x", None, False),
        ("A=1\nx", "1", False),
        ("export A=1\nx", "1", True),
        ("A=1 x", "1", True),
        ("A=1\nA=2 x", "2", True),
        ("export A=1\nenv -i x", "1", False),
        ("export A=1\nenv -i A=2 x", "2", True),
    ],
)
def test_a_program_is_handed_what_is_exported_or_given_to_it(script: str, value: str | None, handed: bool) -> None:
    called = command(script, "x")
    found = value_of(called, "A")
    assert (found.text if found else None) == value
    assert is_handed(called, "A") is handed


def test_variables_are_known_to_files_by_what_the_script_sets_them_to() -> None:
    found = environment(command("A=1\nB=$X\nC=$(x)\nif y; then D=1; fi\nA=2 x"), BOOK.built_in)
    assert {name: found[name] for name in "ABCD"} == {"A": "2", "B": "${X}", "C": None, "D": None}
    given = ("BITBUCKET_WORKSPACE", "BITBUCKET_REPO_SLUG", "BITBUCKET_REPO_FULL_NAME")
    assert {name: found[name] for name in given} == {name: f"${{{name}}}" for name in given}


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("x", []),
        ("A=1\nx", ["A"]),
        ("A=1\nB=2 x", ["A", "B"]),
        ("A=1\nA=2 x", ["A"]),
        ("export A=1 B\nx", ["A"]),
        ("y && A=1\nx", ["A"]),
    ],
)
def test_the_names_are_those_of_variables_that_the_script_has_set(script: str, names: list[str]) -> None:
    found = [name for name in names_set(command(script)) if name in ("A", "B")]
    assert found == names

"""The text that a command reads, from standard input or from a file."""

from __future__ import annotations

import pytest

from migrator.ir.values import Input, Literal, Unknown, Value
from migrator.sinks.texts import composed, text_of
from tests.flow.reading import BOOK, follow

A = Input("A", ())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(((Literal("a"),),)), "a"),
        (Value(((),)), ""),
        (Value(((Literal("a"),), (Literal("b"),))), None),
        (Value(((Literal("a: "), A),)), "a: ${A}"),
        (Value(((Literal("A: "), A),)), None),
        (Value(((Literal("B: "), A, Literal("-A")),)), None),
        (Value(((Literal("BA: "), A),)), "BA: ${A}"),
        (Value(((A, Literal("_A")),)), "${A}_A"),
        (Value(((Literal("B "), A, Input("B", ())),)), None),
        (Value(((Unknown("a file", path="f", files=("f",)),),)), "text of f"),
        (Value(((Unknown("a file", path="f", files=("f",)),), (Literal("b"),))), None),
        (Value(((Unknown("a file", files=("f",)),),)), None),
        (Value(((Unknown("a file", path="f"),),)), None),
        (Value(((Unknown("a file", path="f", files=("f", "g")),),)), None),
        (Value(((Unknown("a file", path="f", files=("f*",)),),)), None),
        (Value(((Unknown("a file", path="f", files=("f",)), Literal("b")),)), None),
        (Value(((Unknown("a command"),),)), None),
    ],
)
def test_text_is_known_where_all_of_it_is(value: Value, text: str | None) -> None:
    assert text_of(value, lambda path: f"text of {path}") == text


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("", {}),
        ("echo a > b", {"b": "a\n"}),
        ("echo a > b\necho $A > c", {"b": "a\n", "c": "${A}\n"}),
        ("mkdir x\ncd x\necho a > b", {"x/b": "a\n"}),
        ("echo a > b\necho c >> b", {}),
        ("echo a > /tmp/x\necho b > c", {"c": "b\n"}),
        ("echo a > $X\necho b > c", {}),
        ("echo a > c\necho b > $X", {}),
        ("echo a > $X/y\necho b > c", {"c": "b\n"}),
        ("echo a > $X/y\necho b > y", {}),
        ("echo a > b\ncp c b", {}),
        ("echo a > b\nsed -i s/x/y/ b", {}),
        ("echo a > b\ncp b c", {"b": "a\n"}),
        ("if x; then F=a; else F=b; fi\necho c > $F\necho d > e", {"e": "d\n"}),
        ("\n".join(f"echo a > b{number}" for number in range(50)), {f"b{number}": "a\n" for number in range(50)}),
        ("\n".join(f"echo a > b{number}" for number in range(51)), {}),
    ],
)
def test_a_file_is_known_that_a_script_writes_at_one_place(text: str, files: dict[str, str]) -> None:
    assert {path: value.symbol() for path, value in composed(follow(text), BOOK).items()} == files

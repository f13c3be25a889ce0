"""Text of files: what is not text is refused with its place, positions count what editors count, nothing is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.text.source import Position, Source, Span, Undecodable


@pytest.mark.parametrize(
    ("data", "message", "offset"),
    [
        (b"\xff\xfea\0", "UTF-16", 0),
        (b"\xfe\xff\0a", "UTF-16", 0),
        (b"ab\0c", "NUL", 2),
        (b"ab\xe9", "not UTF-8 (byte 0xe9)", 2),
        (b"a\xed\xa0\x80", "not UTF-8", 1),
        (b"\xc3", "not UTF-8", 0),
        (b"\xef\xbb\xbfa\xff", "not UTF-8", 4),
    ],
)
def test_what_is_not_utf_8_text_is_refused_with_its_byte(data: bytes, message: str, offset: int) -> None:
    with pytest.raises(Undecodable, match=re.escape(message)) as caught:
        Source.decode("f", data)
    assert caught.value.offset == offset


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=50), st.booleans())
def test_decoding_and_encoding_give_the_same_bytes(text: str, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    source = Source.decode("f", data)
    assert source.encode(source.text) == data


def test_a_mark_at_the_start_is_no_character_and_one_inside_is() -> None:
    source = Source.decode("f", "\ufeffa\ufeffb".encode())
    assert (source.bom, source.text) == (True, "a\ufeffb")
    assert source.position(2) == Position(1, 3)


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("", 0, 1, 1),
        ("ab", 2, 1, 3),
        ("a\nb", 1, 1, 2),
        ("a\nb", 2, 2, 1),
        ("a\r\nb", 3, 2, 1),
        ("a\rb", 2, 2, 1),
        ("a\r\r\nb", 4, 3, 1),
        ("é🐳b", 2, 1, 3),
        ("a\u2028b\x85c\x0bd\x0ce", 8, 1, 9),
    ],
)
def test_lines_end_at_lf_crlf_and_cr_and_columns_count_characters(
    text: str, offset: int, line: int, column: int
) -> None:
    assert Source("f", text).position(offset) == Position(line, column)


def test_lines_are_given_without_their_end_and_past_the_end_empty() -> None:
    source = Source("f", "a\r\n\rb\n")
    assert [source.line(number) for number in range(6)] == ["", "a", "", "b", "", ""]
    assert source.line_span(1) == Span(0, 3)
    assert source.line_span(9) == Span(6, 6)


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1)])
def test_a_span_that_cannot_be_is_an_error(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_a_span_contains_what_ends_with_it_and_nothing_beyond() -> None:
    assert Span(0, 3).contains(Span(3, 3))
    assert not Span(0, 3).contains(Span(2, 4))

"""Splicing: every character outside of an edit stays, and edits that want different things are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.text.edits import Conflict, Edit, splice
from migrator.text.source import Span


def edit(start: int, end: int, text: str = "X") -> Edit:
    return Edit("f", Span(start, end), text)


def test_without_edits_the_text_is_the_same() -> None:
    assert splice("a\r\n\tb ", []) == "a\r\n\tb "


def test_edits_are_made_in_any_order_and_equal_ones_once() -> None:
    edits = [edit(4, 5, "five"), edit(0, 1, ""), edit(4, 5, "five"), edit(6, 6, "!")]
    assert splice("012345", edits) == "123five5!"
    assert splice("012345", reversed(edits)) == "123five5!"


def test_edits_that_touch_are_both_made() -> None:
    assert splice("abcd", [edit(0, 2, "1"), edit(2, 4, "2")]) == "12"


@pytest.mark.parametrize(
    "edits",
    [[edit(0, 2), edit(1, 3)], [edit(0, 3), edit(1, 2)], [edit(1, 2, "a"), edit(1, 2, "b")], [edit(0, 2), edit(0, 3)]],
)
def test_edits_that_overlap_or_differ_at_one_place_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(Conflict, match="overlapping edits at character"):
        splice("abcd", edits)


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.text(max_size=5)), max_size=6))
def test_what_lies_between_edits_is_what_lay_there(text: str, wanted: list[tuple[int, int, str]]) -> None:
    edits, kept, at = [], [], 0
    for gap, length, new in wanted:
        start = at + gap + 1
        end = start + length
        if end > len(text):
            break
        kept.append(text[at:start])
        edits.append(edit(start, end, new))
        at = end
    kept.append(text[at:])
    result = splice(text, edits)
    for piece, one in zip(kept, [*edits, None], strict=True):
        assert result.startswith(piece)
        result = result[len(piece) :]
        if one:
            assert result.startswith(one.text)
            result = result[len(one.text) :]
    assert result == ""

"""One search through many texts finds what a search of each of them does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.text.haystack import Haystack

TEXTS = st.text("ab\0 ", max_size=6)


@given(texts=st.lists(TEXTS, max_size=8), words=st.lists(st.text("ab ", max_size=3), max_size=3))
def test_the_texts_that_hold_a_word_are_those_that_do_one_by_one(texts: list[str], words: list[str]) -> None:
    found = set(Haystack(texts).holding(words))
    assert found == {
        number for number, text in enumerate(texts) if any(word and word in text.replace("\0", " ") for word in words)
    }

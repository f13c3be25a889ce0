"""Places in units of UTF-16, against an editor's own way to count them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from migrator.lsp.opened import OpenFile
from migrator.lsp.positions import offset_at, position_at, range_of
from migrator.text.source import Source, Span
from tests.lsp.editor import edited

_TEXTS = st.text(st.sampled_from("ab\n\r\t é€🚀𝒫\u2028\x0b\x85"), max_size=40)


@given(_TEXTS, st.booleans(), st.data())
def test_an_edit_is_made_at_the_characters_that_are_meant(text: str, marked: bool, data: st.DataObject) -> None:
    held = OpenFile("file:///pipelines.yml", 1, ("\ufeff" if marked else "") + text)
    source = Source.decode("pipelines.yml", held.data)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    place = range_of(source, Span(start, end))
    done = edited(held.text, [{"range": asked(place), "newText": "‹new›"}])
    assert done.removeprefix("\ufeff" if marked else "") == f"{text[:start]}‹new›{text[end:]}"
    if text[start - 1 : start + 1] != "\r\n":  # no place is between the two
        assert offset_at(source, position_at(source, start)) == start


def test_a_place_behind_the_end_is_the_end() -> None:
    source = Source("pipelines.yml", "a🚀\r\nb")
    assert offset_at(source, types.Position(0, 2)) == 2  # within the pair
    assert [offset_at(source, types.Position(*at)) for at in ((0, 99), (1, 99), (9, 0))] == [2, 5, 5]


def asked(place: types.Range) -> dict[str, dict[str, int]]:
    ends = {"start": place.start, "end": place.end}
    return {name: {"line": at.line, "character": at.character} for name, at in ends.items()}

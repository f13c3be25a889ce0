"""A script of several items: where its characters stand in the file, and which of them an edit can replace there."""

from __future__ import annotations

import pytest

from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.scripts import Script
from migrator.text.source import Source, Span
from tests.memory import PATH, step

ITEMS = (
    "ls -a",
    "'it''s me'",
    '"say \\"hi\\" now"',
    "|\n            one\n            two",
    ">-\n            three\n            four",
    "last",
)


def script(*items: str) -> Script:
    source = Source(PATH, step(*items))
    found = BITBUCKET.read(source)
    assert found is not None
    (shell,) = found.steps[0].shells
    return Script.join(source, shell.items)


ALL = script(*ITEMS)


def at(text: str) -> Span:
    start = ALL.text.index(text)
    return Span(start, start + len(text))


def test_the_items_are_lines_of_one_text() -> None:
    assert ALL.text == 'ls -a\nit\'s me\nsay "hi" now\none\ntwo\n\nthree four\nlast'
    assert [part.style for part in ALL.parts] == ["", "'", '"', "|", ">", ""]
    assert [ALL.text[part.start :].partition("\n")[0] for part in ALL.parts] == [
        *("ls -a", "it's me", 'say "hi" now', "one", "three four", "last")
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ls", "ls"),
        ("ls -a", "ls -a"),
        ("-a", "-a"),
        ("it", "it"),
        ("it's", "it''s"),
        ("me", "me"),
        ('"hi"', '\\"hi\\"'),
        ("now", "now"),
        ("one", "one"),
        ("one\ntwo", "one\n            two"),
        ("three four", "three\n            four"),
        ("last", "last"),
        ("-a\nit", None),
        ("ls -a\n", None),
    ],
)
def test_where_characters_stand_in_the_file(text: str, written: str | None) -> None:
    place = ALL.place(at(text))
    assert (ALL.source.text[place.start : place.end] if place else None) == written
    if place:
        assert ALL.shown(at(text)) == place
    assert ALL.source_at(at(text)) is ALL.source


@pytest.mark.parametrize(("text", "shown"), [("-a\nit", "-a"), ("ls -a\n", "ls -a")])
def test_of_what_spans_items_the_part_in_the_first_is_shown(text: str, shown: str) -> None:
    place = ALL.shown(at(text))
    assert ALL.source.text[place.start : place.end] == shown


@pytest.mark.parametrize(
    ("text", "new", "edited"),
    [
        ("ls", "dir", ("ls", "dir")),
        ("it", "that", ("it", "that")),
        ("me", "it's", ("me", "it''s")),
        ("now", 'a"b', ("now", 'a\\"b')),
        ("two", "2", ("two", "2")),
        ("last", "first", ("last", "first")),
        ("ls -a", "", ("ls -a", "")),
        ("one\ntwo", "1", None),
        ("three four", "3", None),
        ("three", "3", ("three", "3")),
        ("-a\nit", "x", None),
    ],
)
def test_what_stands_in_one_line_can_be_replaced(text: str, new: str, edited: tuple[str, str] | None) -> None:
    edit = ALL.edit(at(text), new)
    assert (edit and (edit.path, ALL.source.text[edit.span.start : edit.span.end], edit.text)) == (
        edited and (PATH, *edited)
    )


def test_an_escape_is_replaced_as_a_whole() -> None:
    one = script('"a\\tb\\U0001F600c\\N"')
    assert one.text == "a\tb\U0001f600c\x85"
    for text, written in (("a", "a"), ("\t", "\\t"), ("\U0001f600c", "\\U0001F600c"), ("\x85", "\\N")):
        start = one.text.index(text)
        edit = one.edit(Span(start, start + len(text)), "x")
        assert edit is not None
        assert one.source.text[edit.span.start : edit.span.end] == written


def test_a_script_without_items_stands_at_the_start_of_its_file() -> None:
    empty = Script.join(ALL.source, ())
    assert (empty.text, empty.parts, empty.part(0)) == ("", (), None)
    assert empty.place(Span(0, 0)) is None
    assert empty.shown(Span(0, 0)) == Span(0, 0)
    assert empty.source_at(Span(0, 0)) is ALL.source
    assert empty.edit(Span(0, 0), "x") is None

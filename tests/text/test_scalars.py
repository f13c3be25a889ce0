"""The map of a scalar leads from each character of its value to the characters of the file, or there is no map."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.text.scalars import ScalarMap, map_scalar
from migrator.text.source import Source, Span
from migrator.text.yaml import Mapping, Scalar, Sequence, read_yaml
from tests.text.generated import Document, documents


def scalars(text: str) -> list[Scalar]:
    """The values of the document, in order; keys left out."""
    found = []
    pending = [read_yaml(Source("f.yml", text))]
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            found.append(node)
        elif isinstance(node, Sequence):
            pending += [item.node for item in reversed(node.items)]
        elif isinstance(node, Mapping):
            pending += [value.node for _, value in reversed(node.entries)]
    return found


def mapped(text: str) -> tuple[Scalar, ScalarMap]:
    (scalar,) = scalars(text)
    runs = map_scalar(text, scalar)
    assert runs is not None
    return scalar, runs


def written(text: str, part: str) -> str:
    """What stands in the file for `part` of the one value."""
    scalar, runs = mapped(text)
    start = scalar.value.index(part)
    place = runs.place(start, start + len(part))
    return text[place.start : place.end]


# No map, no guess


@pytest.mark.parametrize(
    "value",
    ["another value", "docker login -p  x", "docker login -p", "docker login -p x\n", ""],
)
def test_a_value_that_the_file_does_not_say_has_no_map(value: str) -> None:
    text = "docker login -p x"
    assert map_scalar(text, Scalar(value, "", Span(0, len(text)))) is None


@pytest.mark.parametrize(("start", "end"), [(-1, 1), (0, 7), (5, 2), (7, 7)])
def test_a_place_outside_of_the_value_is_an_error(start: int, end: int) -> None:
    _, runs = mapped("- docker")
    with pytest.raises(ValueError, match="not in the scalar"):
        runs.place(start, end)


@pytest.mark.parametrize("text", ["- ''", '- ""', "- |\n", "- >-\n\n"])
def test_an_empty_value_has_a_map_with_one_place(text: str) -> None:
    scalar, runs = mapped(text)
    assert scalar.value.strip("\n") == ""
    assert 0 <= runs.place(0, 0).start <= len(text)


# Styles


@pytest.mark.parametrize(
    ("text", "part", "stands"),
    [
        ("- a $V b", "$V", "$V"),
        ("- a\n  $V\n\n  b", "$V", "$V"),
        ("- a\r\n  $V\r\n  b", "a $V", "a\r\n  $V"),
        ("- a $V  \t\n  b", "$V b", "$V  \t\n  b"),
        ("- 'it''s $V'", "'s $V", "''s $V"),
        ("- '$V \n\n  b'", "$V\nb", "$V \n\n  b"),
        ("- ' $V '", " $V ", " $V "),
        ('- "a \\"$V\\""', '"$V"', '\\"$V\\"'),
        ('- "\\x24V b"', "$V", "\\x24V"),
        ('- "\\u0024\\U00000056 b"', "$V", "\\u0024\\U00000056"),
        ('- "a \\\n   $V"', "$V", "$V"),
        ('- "a\\  \\\n   $V"', "$V", "$V"),
        ('- "a\n   \\  $V"', "  $V", "\\  $V"),
        ('- "🐳 é $V"', "é $V", "é $V"),
        ("- |\n  a\n   $V\n", " $V", " $V"),
        ("- |2\n    a\n  $V\n", "$V", "$V"),
        ("- |\r\n  a\r\n  $V\r\n", "a\n$V", "a\r\n  $V"),
        ("- |\r  a\r  $V\r", "a\n$V", "a\r  $V"),
        ("- |-\n\n\n  a\n\n  $V", "a\n\n$V", "a\n\n  $V"),
        ("- >\n  a\n  $V\n\n  b\n", "a $V\nb", "a\n  $V\n\n  b"),
        ("- >\n  a\n    $V\n  b\n", "a\n  $V\nb", "a\n    $V\n  b"),
        ("- |\n  a\t$V\n", "\t$V", "\t$V"),
        ("- |\n  a\n  \t$V\n", "a\n\t$V", "a\n  \t$V"),
        ("k:\n - |1\n   a\n  $V\n", "$V", "$V"),
        ("- - |\n    a\n    $V\n", "$V", "$V"),
    ],
)
def test_a_part_of_the_value_stands_where_it_is_written(text: str, part: str, stands: str) -> None:
    assert written(text, part) == stands


@pytest.mark.parametrize("chomp", ["", "-", "+"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\n\n", "\n  \n", "\n   \n"])
@pytest.mark.parametrize("style", ["|", ">"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_end_of_a_block_is_followed(chomp: str, end: str, style: str, newline: str) -> None:
    text = f"- {style}{chomp}\n  one\n  two{end}".replace("\n", newline)
    scalar, runs = mapped(text)
    assert runs.length == len(scalar.value)
    at = runs.place(scalar.value.index("two"), scalar.value.index("two") + 3)
    assert text[at.start : at.end] == "two"


# Writing back


@pytest.mark.parametrize(
    ("style", "text", "encoded"),
    [
        ("", '"$A"', '"$A"'),
        ("|", '"$A" \\', '"$A" \\'),
        (">", "'x'", "'x'"),
        ("'", "it's", "it''s"),
        ('"', '"$A" \\', '\\"$A\\" \\\\'),
    ],
)
def test_text_is_written_as_the_scalar_s_style_wants_it(style: str, text: str, encoded: str) -> None:
    assert ScalarMap((0,), (0,), (0,), 0, style).encode(text) == encoded


# Properties


@given(documents())
def test_every_scalar_has_a_map_whose_places_are_in_order_and_inside(document: Document) -> None:
    for scalar in scalars(document.text):
        runs = map_scalar(document.text, scalar)
        assert runs is not None, scalar
        assert runs.length == len(scalar.value)
        end = scalar.span.start
        for index, char in enumerate(scalar.value):
            place = runs.place(index, index + 1)
            assert end <= place.start
            end = place.end
            raw = document.text[place.start : place.end]
            assert _stands_for(raw, scalar.style, char), (raw, char)
        assert end <= max(scalar.span.end, scalar.span.start)


def _stands_for(raw: str, style: str, char: str) -> bool:
    """Whether the text of one character is what it should be, told by other means than the map."""
    if style == "'" and len(raw) == 2 and char == "'":
        return raw == "''"
    if style == '"' and raw[:1] == "\\":
        (value,) = scalars(f'"{raw}"')
        return value.value == char
    if not raw.strip(" \t\r\n") and char in " \n" and raw != char:
        return raw == "" or "\n" in raw or "\r" in raw
    return raw == char


@given(documents(), st.data())
def test_a_character_that_is_replaced_in_its_place_is_read_again_and_no_other_changes(
    document: Document, data: st.DataObject
) -> None:
    every = scalars(document.text)
    number = data.draw(st.integers(0, len(every) - 1))
    runs = map_scalar(document.text, every[number])
    value = every[number].value
    assert runs is not None
    candidates = [index for index, char in enumerate(value) if char not in " \t\n"]
    for index in data.draw(st.lists(st.sampled_from(candidates), max_size=4)) if candidates else ():
        place = runs.place(index, index + 1)
        changed = document.text[: place.start] + "X" + document.text[place.end :]
        expected = [one.value for one in every]
        expected[number] = value[:index] + "X" + value[index + 1 :]
        assert [one.value for one in scalars(changed)] == expected


@given(st.text(alphabet=st.sampled_from([*"ab $\"'\\\n\r\t\\xu0", "é", "🐳"]), max_size=20), st.sampled_from("'\"|>"))
def test_any_scalar_text_has_a_true_map_or_none(inner: str, style: str) -> None:
    text = f"- {style}{inner}{style}" if style in "'\"" else f"- {style}\n  {inner}"
    try:
        found = scalars(text)
    except ValueError:
        return
    for scalar in found:
        runs = map_scalar(text, scalar)
        for index in range(len(scalar.value) if runs else 0):
            assert runs is not None
            place = runs.place(index, index + 1)
            assert 0 <= place.start <= place.end <= len(text)


# Hostile spans come to an end, and soon


@pytest.mark.parametrize("text", ['"\\', '"\\"', '"a\\"', '"a \\\\\\"', '"\\x4"', '"\\\n'])
def test_an_escape_that_the_end_of_a_span_cuts_has_an_end(text: str) -> None:
    map_scalar(text, Scalar("other", '"', Span(0, len(text))))


@pytest.mark.parametrize("written", ['"{}x"', '"a{}\n  b"', '"a{}\\\n  b"', "'a{}\n  b'", "a{}\n  b", '"a\n{}b"'])
def test_a_mebibyte_of_blanks_is_mapped_in_one_go(written: str) -> None:
    text = "- " + written.format(" " * 2**20)
    begun = time.monotonic()
    (scalar,) = scalars(text)
    assert map_scalar(text, scalar) is not None
    assert time.monotonic() - begun < 5

"""Program text inside a word: what it is, and where each of its characters is written."""

from __future__ import annotations

import pytest

from migrator.flow import texts
from migrator.flow.texts import NestedText
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Call, Constant, Join, Quoting, Template
from migrator.text.source import Span


def words(text: str) -> tuple[Join, ...]:
    call = lower(text)[0].node
    assert isinstance(call, Call)
    return call.words[1:]


def places(source: str, nested: NestedText) -> str:
    """What is written in the source at the place of each character."""
    return "".join(source[nested.place(index)] for index in range(len(nested.text)))


@pytest.mark.parametrize(
    ("word", "text", "quoted", "outer"),
    [
        ("'see $T'", "see $T", False, ""),
        ("see", "see", False, ""),
        ('"see a"', "see a", True, ""),
        ('"see $T"', "see $T", True, "$"),
        ('"see ${T}x$(y)"', "see ${T}x$(y)", True, "$$"),
        ('"see \\"$T\\""', 'see "$T"', True, "$"),
        ('"see \\$T"', "see $T", True, ""),
        ('"see \\\\a"', "see \\a", True, ""),
        ('"see \\`a"', "see `a", True, ""),
        ('"see \\a"', "see \\a", True, ""),
        ('"see \\\n a"', "see  a", True, ""),
        ('"see \\$"', "see $", True, ""),
        ('"\\$a$T"', "$a$T", True, "$"),
        ('"$T$U"', "$T$U", True, "$$"),
        ('"${T}{a$U}"', "${T}{a$U}", True, "$$"),
        ('"see\na"', "see\na", True, ""),
        ("$T", "$T", False, "$"),
        ('"$T"', "$T", True, "$"),
        ('""', "", True, ""),
        ("''", "", False, ""),
    ],
)
def test_a_word_is_text_whose_characters_are_written_somewhere(word: str, text: str, quoted: bool, outer: str) -> None:
    source = f"bash {word} x"
    nested = texts.of_words(source, words(source)[:1])
    assert nested is not None
    assert (nested.text, nested.quoted) == (text, quoted)
    assert places(source, nested) == text
    assert "".join(source[at] for at in sorted(nested.outer)) == outer
    assert nested.place(len(text)) == source.index(" x") - (word[0] in "'\"")


@pytest.mark.parametrize(
    "word",
    [
        "$'see a'",
        "se\\e",
        "see'a'",
        "a$T",
        "$(x)",
        '"\\$$T"',
        '"\\${a$T}"',
        '"\\$`x`"',
        '$"see"',
        "'a'\"b\"",
    ],
)
def test_a_word_that_is_put_together_is_not_followed(word: str) -> None:
    source = f"bash {word}"
    assert texts.of_words(source, words(source)) is None


@pytest.mark.parametrize(
    ("source", "text", "outer"),
    [
        ("eval see a", "see a", 0),
        ("eval see  $T b", "see  $T b", 1),
        ("eval $T $U", "$T $U", 2),
        ("eval see 'a'", None, 0),
        ('eval see "a"', None, 0),
        ("eval see $(x)", None, 0),
        ("eval see a\\b", None, 0),
    ],
)
def test_several_words_are_text_where_none_is_quoted(source: str, text: str | None, outer: int) -> None:
    nested = texts.of_words(source, words(source))
    assert (nested and nested.text) == text
    if nested:
        assert places(source, nested) == text
        assert (len(nested.outer), nested.quoted) == (outer, False)


def test_a_word_that_is_written_nowhere_is_no_text() -> None:
    source = "eval see a"
    first, second = words(source)
    assert texts.of_words(source, []) is None
    assert texts.of_words(source, [None]) is None
    assert texts.of_words(source, [first, None]) is None
    assert texts.of_words(source, [first, second]) is not None
    bare = Join((Constant("see", None, Quoting.BARE),), Span(5, 8))
    assert texts.of_words(source, [bare]) is None
    assert texts.of_words(source, [bare, second]) is None


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("run('see a')", "see a", True),
        ('run("see a")', "see a", True),
        ('run("see \\"a")', 'see "a', True),
        ('run("see \\x61")', "see a", False),
        ("run('see \\'')", "see '", False),
        ("run(r'see a')", "see a", False),
        ("run('see b')", "see a", False),
    ],
)
def test_a_string_of_another_language_is_text_where_it_says_the_same(source: str, text: str, found: bool) -> None:
    span = Span(4, len(source) - 1)
    nested = texts.of_words(source, [Join((Constant(text, span),), span)])
    assert (nested is not None) == found
    if nested:
        assert (nested.text, nested.quoted, places(source, nested)) == (text, True, text)


@pytest.mark.parametrize("source", ["run('see a')", "run('see a\")", "run(\"see a')", 'run("see a" )'])
def test_a_text_with_expansions_is_followed_between_double_quotes(source: str) -> None:
    span = Span(4, len(source) - 1)
    assert texts.of_words(source, [Join((Template((), span),), span)]) is None


@pytest.mark.parametrize(
    ("document", "text", "quoted", "outer"),
    [
        ("<<'E'\nsee $T\nE", "see $T\n", False, 0),
        ("<<E\nsee $T $(x)\nE", "see $T $(x)\n", True, 2),
        ("<<E\nsee a\nE", "see a\n", True, 0),
        ("<<-'E'\n\tsee\nE", None, False, 0),
    ],
)
def test_a_document_is_text_where_it_is_written_as_it_is(
    document: str, text: str | None, quoted: bool, outer: int
) -> None:
    source = f"bash {document}"
    (redirect,) = lower(source)[0].redirects
    nested = texts.of_document(source, redirect)
    assert (nested and nested.text) == text
    if nested:
        assert (places(source, nested), nested.quoted, len(nested.outer)) == (text, quoted, outer)

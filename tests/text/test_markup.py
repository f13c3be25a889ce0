"""Text of others in Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrator.text import markup

_MENTIONS = re.compile(r"(?<!\w)@\w|@\{")


@pytest.mark.parametrize("value", ["dana@acme.example", "crg.apkg.io/acme/base@sha256:0", "a @ b"])
def test_an_at_that_calls_nobody_stays(value: str) -> None:
    assert markup.code(value) == f"`{value}`"


@example("`` @{712020:ab} `")
@given(st.text(max_size=300))
def test_a_span_of_code_ends_where_it_should(value: str) -> None:
    found = markup.code(value)
    if not found:
        assert not markup.line(value)
        return
    assert (found[0], found[-1], found.count("`")) == ("`", "`", 2)
    assert not set("\n\r\x1b") & set(found)
    assert not _MENTIONS.search(found)
    assert not re.search(r"(?<!\\)\|", markup.cell(value))


@example("1) # [a](https://evil.example) <b> @all")
@given(st.text(max_size=300))
def test_words_are_one_line_without_markup(value: str) -> None:
    found = markup.text(value)
    assert not set("@<>\n\r\x1b") & set(found)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]~|!]", found)
    assert markup.text(found) is found

"""Markdown of any document: whatever a text holds, it is shown and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrator.reports.document import Column, Document, Marked, Passage, Section, Table, TableRow, Tone, copied, said
from migrator.reports.formats import markdown
from tests.reports.stored_samples import HOSTILE

_CODE = re.compile(r"`[^`\n]*`")
_ACTS = re.compile(r"(?<!\\)[<\[\]*_~|]|(?<!\w)@\w|https?://|^\s*(?:#|>|\d+[.)]) ", re.MULTILINE)


def document(text: str) -> Document:
    """The text wherever a text of others can stand."""
    quoted = (Marked(text, Tone.QUOTE), ": ", Marked(text, Tone.NAME))
    blocks = (said(quoted), Passage("list", (quoted, quoted), "label"), copied(text, "fix"), said(text))
    columns = (Column("name", "name"), Column("other"))
    rows = (TableRow((text, text), blocks, quoted, (Marked(text, Tone.QUOTE),)), TableRow((text, text), (), quoted))
    return Document(
        "Title", (Marked(text, Tone.QUOTE),), (Section("s", "T", blocks=blocks, tables=(_table(columns, rows),)),)
    )


def _table(columns: tuple[Column, ...], rows: tuple[TableRow, ...]) -> Table:
    return Table("t", "T", columns, rows)


@given(st.text(st.sampled_from("a1 \n\t`*_[]()<>|@#\\!~:.-{}\u202e/"), max_size=30))
@example("`")
@example("a`b")
@example(HOSTILE)
def test_a_text_of_others_does_nothing(text: str) -> None:
    for line in markdown.render(document(text)).splitlines():
        said = _CODE.sub("", re.sub(r"^(?:#{2,3}|\s*-|\|) ", "", line)).strip("| ")
        acting = re.sub(r" \| ", " ", said) if line.startswith("| ") else said
        assert not _ACTS.search(acting) or line.startswith("|--"), line


@pytest.mark.parametrize("pieces", [("a", "b`c"), ("a ", "(b) "), (": ", "1. x")])
def test_a_piece_within_a_line_is_escaped_as_one_that_begins_none(pieces: tuple[str, ...]) -> None:
    assert "x`" not in markdown.line(pieces)
    assert "\\(" not in markdown.line(pieces)
    assert "\\." not in markdown.line(("a ", *pieces))

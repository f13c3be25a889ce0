"""XML is read as what it says, within limits, and without anything that makes text of its own."""

from __future__ import annotations

import pytest

from migrator.text.xml import XmlError, read_xml
from tests.memory import within


@pytest.mark.parametrize(
    "text",
    [
        "<a><b>x</b></a>",
        "\ufeff<a><b>x</b></a>",
        '<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<a>\r\n<b>\r\n x\r\n</b></a>',
        "<!-- c --><a><!-- <b>y</b> --><b>x<!-- c --></b></a><!-- c -->\n",
        "<a><b><![CDATA[x]]></b></a>",
        "<a><b>&#120;</b></a>",
        '<m:a xmlns:m="urn:x"><m:b>x</m:b></m:a>',
        "<a><?run this?><c/><b>x</b></a>",
    ],
)
def test_what_says_the_same_is_read_the_same(text: str) -> None:
    root = read_xml(text)
    assert (root.name, root.one("b"), [one.text for one in root.all("b")]) == ("a", "x", ["x"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no XML"),
        ("plain", "no XML"),
        ("<a>", "no XML in line 1"),
        ("<a>\n<b></a>", "no XML in line 2"),
        ("<a/><b/>", "no XML"),
        ("<a>&x;</a>", "no XML"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        ("<a>" * 101, "too many"),
        ("<a>" + "<b/>" * 50_000 + "</a>", "too many"),
    ],
)
def test_what_is_none_or_makes_text_of_its_own_is_not_read(text: str, why: str) -> None:
    with pytest.raises(XmlError, match=why):
        read_xml(text)


def test_what_stands_twice_is_none_of_both() -> None:
    with pytest.raises(XmlError, match="twice"):
        read_xml("<a><b>x</b><b>y</b></a>").one("b")


def test_a_place_counts_characters() -> None:
    text = "<a>äöü<b>\U0001f600</b><c/></a>"
    assert [text[one.start :][:2] for one in read_xml(text).every()] == ["<a", "<b", "<c"]


def test_many_pieces_and_letters_take_time_as_their_length() -> None:
    with within(1):
        read_xml("<a>" + "é<!-- -->" * 100_000 + "<b>é</b>" * 20_000 + "</a>")

"""Patterns that are compiled when they are used."""

from __future__ import annotations

import re

import pytest

from migrator.text.patterns import regex


def test_it_has_the_methods_of_what_it_stands_for() -> None:
    word = regex(r"(?P<first>\w)\w*", re.ASCII)
    assert (word.pattern, word.flags, word.groups) == (r"(?P<first>\w)\w*", re.ASCII, 1)
    assert [found["first"] for found in word.finditer("some wörds")] == ["s", "w", "r"]
    assert word.sub(r"\1", "some words") == "s w"
    assert regex(rb"\d+").findall(b"1 and 22") == [b"1", b"22"]


def test_nothing_is_compiled_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    compiled = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: made.append(given) or compiled(*given))
    word = regex(r"\w+")
    assert made == []
    assert word.match("word")
    assert word.match("again")
    assert len(made) == 1

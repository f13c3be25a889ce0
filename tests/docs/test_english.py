"""Pages by hand are in plain English: short sentences, and one term for one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    (*ROOT.glob("*.md"), ROOT / "pipe" / "README.md", *(ROOT / "docs").rglob("*.md")),
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
_MOST = 25
"""Words of a sentence."""
_FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]+\)")
_CODE = re.compile(r"`[^`]*`")
_BLOCK = re.compile(r"^\s*(?:[-*]|\d+\.|#+|!!!|\|)\s.*$|^\s*$", re.MULTILINE)
_END = re.compile(r"(?<=[.!?])\s+")
_OTHER_TERMS = {
    r"native pair|\bthe pair\b": "native credentials",
    r"\b(?:held|holds?|holding) back": "needs review",
    r"taken for granted|takes? (?:it )?for granted": "assumes",
    r"\brewrit\w+": "fix",
    r"\bstored (?:secret|credential)s?\b": "stored variable, stored token",
    r"\bliteral credentials?\b": "hardcoded token",
    r"\bways? out\b": "next steps",
    r"\bmay go\b|\btakes? away\b|\btaken away\b": "removable, delete",
    r"\banew\b": "again",
    r"\bso many\b|\bas well\b|\bof its own\b": "nothing",
    r"\bbehaviour\b|\bcolour\w*\b|\blicence\b": "American spelling",
}
"""Words that pages say something else for, which is given."""


def blocks(text: str) -> Iterator[str]:
    """Paragraphs, items, and headings as lines of words; no code blocks, no tables; a code span is one word."""
    plain = _CODE.sub("code", _LINK.sub(r"\1", _FENCED.sub("", text)))
    found: list[str] = []
    for line in plain.split("\n"):
        if _BLOCK.fullmatch(line):
            yield " ".join(found)
            found = []
        if not line.lstrip().startswith("|"):
            found.append(line.strip())
    yield " ".join(found)


def sentences(text: str) -> Iterator[str]:
    for block in blocks(text):
        yield from _END.split(block.replace("**", ""))


def long(text: str) -> list[str]:
    return [one for one in sentences(text) if sum(any(map(str.isalnum, word)) for word in one.split()) > _MOST]


def test_sentences_are_counted_as_people_read_them() -> None:
    words = "word " * (_MOST - 1)
    assert long(f"{words}end. {words}end. And `a b c` [linked words](there.md).") == []
    assert len(long(f"{words}\nit is one. Short.")) == 1
    assert long(f"- {words}\n- {words}\n\n```text\n{words}{words}\n```\n\n| {words} | {words} |") == []


@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_no_sentence_is_longer_than_people_read_at_once(page: Path) -> None:
    assert long(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_one_term_for_one_thing(page: Path) -> None:
    text = _CODE.sub("", _FENCED.sub("", page.read_text(encoding="utf-8")))
    found = {one[0]: better for term, better in _OTHER_TERMS.items() for one in re.finditer(f"(?i){term}", text)}
    assert found == {}

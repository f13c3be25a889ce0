"""What the program says is in plain English, as its pages are: short sentences, and one term for one thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import ReasonEntry
from tests.docs.test_english import OTHER_TERMS, long

PACKAGE = Path(__file__).parents[1] / "migrator"
BOOK = rulebook.load()
_SPOKEN = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if not {"demo", "ir", "flow", "prefilter"} & set(path.relative_to(PACKAGE).parts[:1]) or path.name == "walk.py"
)
"""Modules whose texts people read; those of the demo's server are Bitbucket's."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_SQL = re.compile(r"\b(?:SELECT|INSERT|DELETE|UPDATE|CREATE|PRAGMA)\b")
_PATTERN = re.compile(r"\(\?|\\[bswd]|\[\^|<svg|<text|default-src|\{2,\}")
_BEGINS = re.compile(r"(?:Bitbucket|Atlassian|PATLESS_|[A-Z][A-Z_]+\b|HEAD\b|Python|Pipelines|GET\b)")
"""Names that a sentence may begin with, though it is in lower case."""
_FIELDS = ("fix", "file", "otherwise", "described", "keep", "ask", "fleet")


def _of_reason(entry: ReasonEntry) -> Iterator[str]:
    yield from (entry.what, entry.why)
    yield from filter(None, (getattr(entry, name) for name in _FIELDS))
    if entry.package:
        yield from _of_reason(entry.package)


RULES = {
    **{f"rule {one.id}": (one.what, one.why) for one in BOOK.rules.values()},
    **{f"reason {one.code}": tuple(_of_reason(one)) for one in BOOK.reasons.values()},
    **{f"escape {name}": (one.what,) for name, one in BOOK.escapes.items()},
}


def spoken(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of several words in code, with their lines; what is filled in is `X`. Docstrings are none."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if text := _text(child):
            if len(_WORD.findall(text)) > 2 and not _SQL.search(text) and not _PATTERN.search(text):
                yield getattr(child, "lineno", 0), text
            if isinstance(child, ast.JoinedStr):
                continue
        yield from spoken(child)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
    return ""


def errors(node: ast.AST) -> Iterator[tuple[int, str]]:
    """What is raised as an error, and what a reason says, with the lines."""
    for one in ast.walk(node):
        call = one.exc if isinstance(one, ast.Raise) else one
        if not isinstance(call, ast.Call):
            continue
        called = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if called in ("reason", "Refused") or (isinstance(one, ast.Raise) and called.endswith("Error")):
            yield from ((one.lineno, text) for argument in call.args if (text := _text(argument)) and " " in text)


def unplain(text: str) -> dict[str, str]:
    """Words of a text that something else is said for, which is given."""
    plain = re.sub(r"`[^`]*`", "", text)
    return {one[0]: better for term, better in OTHER_TERMS.items() for one in re.finditer(f"(?i){term}", plain)}


def test_texts_are_found_with_what_is_filled_in() -> None:
    tree = ast.parse('def f(a):\n    "No text."\n    raise BadError(f"the file {a} is not there")\n')
    assert list(spoken(tree)) == list(errors(tree)) == [(3, "the file X is not there")]
    assert unplain("it is held back, `rewrites`") == {"held back": "needs review"}


@pytest.mark.parametrize("name", RULES)
def test_rules_and_reasons_are_in_short_sentences(name: str) -> None:
    assert [one for text in RULES[name] for one in long(text.replace("|", " "))] == []


@pytest.mark.parametrize("name", RULES)
def test_rules_and_reasons_have_one_term_for_one_thing(name: str) -> None:
    assert [unplain(text) for text in RULES[name] if unplain(text)] == []


@pytest.mark.parametrize("path", _SPOKEN, ids=[path.relative_to(PACKAGE).as_posix() for path in _SPOKEN])
def test_what_a_module_says_is_plain(path: Path) -> None:
    found = list(spoken(ast.parse(path.read_text(encoding="utf-8"))))
    assert [(line, one) for line, text in found for one in long(text.replace("|", " "))] == []
    assert [(line, unplain(text)) for line, text in found if unplain(text)] == []


@pytest.mark.parametrize("path", _SPOKEN, ids=[path.relative_to(PACKAGE).as_posix() for path in _SPOKEN])
def test_errors_and_reasons_are_in_lower_case_without_a_period(path: Path) -> None:
    found = list(errors(ast.parse(path.read_text(encoding="utf-8"))))
    assert [one for one in found if one[1][0].isupper() and not _BEGINS.match(one[1]) and one[1][:1] != "X"] == []
    assert [one for one in found if one[1].endswith(".")] == []

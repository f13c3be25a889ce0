"""Forms look only around their needles, and find what a search of the whole text does."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from migrator.secrets.references import rules
from migrator.secrets.references.opaque import OpaqueForms
from migrator.secrets.references.rules import AHEAD, FAR, WIDTH, Form, windows

BUILT_IN = rules.load()


def ahead(parsed: Iterable[tuple[Any, Any]]) -> int:
    """The most characters behind a match that it looks at."""
    return max((one for op, arguments in parsed for one in _ahead(op, arguments)), default=0)


def _ahead(op: object, arguments: Any) -> Iterator[int]:
    if op in (codes.ASSERT, codes.ASSERT_NOT):
        direction, inner = arguments
        yield inner.getwidth()[1] if direction > 0 else 0
        yield ahead(inner)
    elif op is codes.SUBPATTERN:
        yield ahead(arguments[3])
    elif op is codes.BRANCH:
        yield from map(ahead, arguments[1])
    elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        yield ahead(arguments[2])
    elif op is codes.ATOMIC_GROUP:
        yield ahead(arguments)


def test_forms_are_wide_where_their_patterns_are_and_nowhere_else() -> None:
    for form in BUILT_IN.opaque:
        width, far = reach(form.pattern)
        assert form.wide is (width > WIDTH or far > AHEAD), form.pattern.pattern
        width, far = reach(form.guard or form.pattern)
        assert form.guard is None or (width <= FAR and far <= AHEAD), form.pattern.pattern


def reach(pattern: re.Pattern[str]) -> tuple[int, int]:
    """The most characters of a match, and behind it."""
    parsed = parser.parse(pattern.pattern, pattern.flags)
    return parsed.getwidth()[1], ahead(parsed)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_found_is_what_a_search_of_the_whole_text_finds(seed: int) -> None:
    chance = random.Random(seed)
    languages = [*BUILT_IN.languages, rules.UNKNOWN, rules.UNENDED]
    needles = [needle for form in BUILT_IN.opaque for needle in form.needles]
    filling = ["\n", " ", "(", '"', "'", "x", "= ", "${", "}", ")", "[", "]", ";", ".get", "os.", "é", "\t" * 90]
    for _ in range(40):
        text = "".join(chance.choice(chance.choice((needles, filling, filling))) for _ in range(chance.randrange(400)))
        for form in BUILT_IN.opaque:
            whole = [one.span() for one in form.pattern.finditer(text)]
            assert [one.span() for one in form.matches(text)] == whole, (form.pattern.pattern, text)
        language = chance.choice(languages)
        assert set(OpaqueForms(BUILT_IN).forms(text.encode(), language)) == expected(text, language)


def expected(text: str, language: rules.Language) -> set[Form]:
    if language.mentions == "all" or language.elsewhere:
        return set()
    return {
        form
        for form in BUILT_IN.opaque
        if not form.languages or language.name in form.languages
        if form.beside in text
        if any(one in (text.lower() if form.folded else text) for one in form.needles)
    }


def test_windows_are_apart_and_hold_all_that_is_near() -> None:
    text = "x" * 50 + "ab" + "x" * 5 + "ab" + "x" * 60 + "cd" + "x" * 3
    assert list(windows(["ab", "cd"], text, 10, 20)) == [(40, 79), (109, 141)]
    assert list(windows(["ab"], "ab" + "x" * 19 + "ab", 0, 20)) == [(0, 43)]
    assert not list(windows(["no"], text, 10, 20))
    assert re.search("cd", text) is not None

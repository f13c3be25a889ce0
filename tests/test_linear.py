"""No pattern takes more than linear time, whatever a scanned file holds."""

from __future__ import annotations

import re
import time
from fnmatch import fnmatch

import pytest

from migrator.frontends import make
from migrator.platforms.bitbucket.starting import matches
from migrator.text.wildcards import may_be
from tests.patterns import SEARCHES, every, hostile

_SIZES = 4096, 16384
_SECONDS = 0.005
"""Of the processor, for the longer text. What takes the square of the time needs more, on any machine."""
_GROWTH = 8
"""The longer text takes 4 times as long as the shorter where time is linear, 16 times where it is the square."""


def seconds(pattern: re.Pattern[str], method: str, text: str) -> float:
    begun = time.process_time()
    if method in SEARCHES:
        pattern.sub("", text)
    else:
        getattr(pattern, method)(text)
    return time.process_time() - begun


def slow(pattern: re.Pattern[str], methods: frozenset[str]) -> str:
    """A text that is too much for the pattern, as far as one is found, shortened for people."""
    methods = methods - SEARCHES | ({"search"} if methods & SEARCHES else set())
    for shorter, longer in hostile(pattern, _SIZES):
        for method in methods:
            if all(_grows(pattern, method, shorter, longer) for _ in range(3)):
                return f"{method}: {longer[:20]!r} … {longer[-5:]!r}"
    return ""


def _grows(pattern: re.Pattern[str], method: str, shorter: str, longer: str) -> bool:
    taken = seconds(pattern, method, longer)
    return taken > _SECONDS and taken > _GROWTH * min(seconds(pattern, method, shorter) for _ in range(3))


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s*x", "search"),
        (r"\s*(?:;\s*)?(?:#.*)?\s*", "fullmatch"),
        (r"\$\{[^}]*\}", "search"),
        (r"[a-z]+\s*[a-z ]+:", "match"),
    ],
)
def test_a_slow_pattern_is_found_out(pattern: str, method: str) -> None:
    short = re.compile(pattern)
    assert slow(short, frozenset({method}))


def test_every_pattern_of_the_code_and_of_the_built_in_rules_is_linear() -> None:
    used = list(every())
    assert len(used) > 300
    found = {one.where: why for one in used if (why := slow(one.pattern, one.methods))}
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "A" + " " * 65536,
        "export" + " " * 65536 + "!",
        "export " * 9000 + "!",
        "a" + " " * 30000 + "\\" + " " * 30000 + "x",
        "override" + " " * 65536 + "x",
        "a: b" + " \\\n" * 20000 + "c",
        "a:" + " " * 65536,
        "a " * 30000 + "=",
    ],
)
def test_lines_of_a_makefile_are_read_in_one_go(text: str) -> None:
    begun = time.process_time()
    make.verified(text, text, ())
    assert time.process_time() - begun < 1


def test_a_glob_of_branches_is_matched_in_time_that_its_stars_do_not_multiply() -> None:
    begun = time.process_time()
    assert not matches("*a" * 1000 + "b", "a" * 250)
    assert not matches("{a,aa,}" * 500 + "b", "a" * 250)
    assert matches("release/*/{a,bc}/**", "release/1.0/bc/x/y")
    assert not matches("release/*", "release/1/2")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["a"], "a"),
        (["a"], "ab"),
        (["", ""], ""),
        (["a", "a"], "a"),
        (["a", "a"], "aa"),
        (["a", "b", "a"], "aba"),
        (["a", "b", "b"], "aab"),
        (["ab", "b", ""], "abab"),
        (["", "ab", "ab", ""], "abb"),
    ],
)
def test_unknown_parts_stand_for_any_text(parts: list[str], text: str) -> None:
    assert may_be(parts, text) == fnmatch(text, "*".join(parts))


def test_many_unknown_parts_cost_little() -> None:
    begun = time.process_time()
    assert not may_be([""] * 5000 + ["x"], "registry.example" * 100)
    assert not may_be(["", *"a" * 5000, "b"], "a" * 4999 + "c")
    assert time.process_time() - begun < 1

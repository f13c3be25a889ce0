"""Paths as an analysis knows them: joined, put into folders, matched, and met."""

from __future__ import annotations

import pytest

from migrator.ir.paths import NONE, ROOT, Paths, Top, below, join, matching, meet, normal, only, patterns, within

ANY = Top("x")


def of(*paths: str) -> Paths:
    return frozenset(paths)


def known(paths: Paths) -> tuple[str, ...] | frozenset[str]:
    return paths.patterns if isinstance(paths, Top) else paths


@pytest.mark.parametrize(
    ("first", "second", "both", "why"),
    [
        (of("a"), of("b"), of("a", "b"), None),
        (NONE, of("b"), of("b"), None),
        (Top("x", ("a*",)), of("c", "b"), ("a*", "b", "c"), "x"),
        (of("c", "b"), Top("y", ("a*",)), ("b", "c", "a*"), "y"),
        (Top("x", ("a*",)), Top("y", ("b*", "a*")), ("a*", "b*"), "x"),
        (Top("x", ("a*",)), Top("y"), ("**",), "x"),
        (Top("x", ("a*",)), NONE, ("a*",), "x"),
        (
            Top("x", tuple(f"{at}*" for at in range(31))),
            of("a"),
            (*(f"{at}*" for at in range(31)), "a"),
            "x",
        ),
        (Top("x", tuple(f"{at}*" for at in range(32))), of("a"), ("**",), "x"),
    ],
    ids=range(9),
)
def test_two_answers_together(first: Paths, second: Paths, both: tuple[str, ...], why: str | None) -> None:
    found = join(first, second)
    assert known(found) == both
    assert (found.why if isinstance(found, Top) else None) == why


def test_what_cannot_be_told_is_never_nothing() -> None:
    assert bool(ANY)
    assert Top("x") != ANY
    assert patterns(of("b", "a")) == ["a", "b"]


@pytest.mark.parametrize(
    ("paths", "one"), [(of("a"), "a"), (ROOT, ""), (of("a", "b"), None), (NONE, None), (Top("x", ("a",)), None)]
)
def test_the_only_path(paths: Paths, one: str | None) -> None:
    assert only(paths) == one


@pytest.mark.parametrize(
    ("folders", "name", "found"),
    [
        (Top("x", ("a/**",)), "..", ("**",)),
        (Top("x", ("a/**",)), "../b", ("**/b",)),
        (Top("x", ("a/**",)), "b/../c", ("a/**/c",)),
        (Top("x", ("a/**",)), ".", ("a/**",)),
        (Top("x", ("a/**", "**")), "b/c", ("a/**/b/c", "**/b/c", "c")),
        (Top("x", ("",)), "b", ("b",)),
        (of("", "a"), "b", of("b", "a/b")),
        (of("", "a"), "..", of("")),
        (of("a"), "/b", of()),
        (of("a/b"), "../../../c", of()),
        (of("a"), "", of("a")),
    ],
)
def test_a_name_in_folders(folders: Paths, name: str, found: tuple[str, ...] | frozenset[str]) -> None:
    assert known(below(folders, name)) == found


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("", ""),
        (".", ""),
        ("./a/", "a"),
        ("a/..", ""),
        ("..a", "..a"),
        ("..", None),
        ("../a", None),
        ("a/../..", None),
        ("/", None),
        ("/a", None),
        ("//a", None),
    ],
)
def test_the_shortest_form_of_a_path(path: str, short: str | None) -> None:
    assert normal(path) == short


LISTED = ("", "a", "ab", "a/b", "a/c.sh", "a/b/c.sh", "[x]", "c.sh", "a\nb")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", {"a"}),
        ("?", {"a"}),
        ("a?", {"ab"}),
        ("a?b", {"a\nb"}),
        ("a*", {"a", "ab", "a\nb"}),
        ("a/*", {"a/b", "a/c.sh"}),
        ("*/*.sh", {"a/c.sh"}),
        ("a/**", {"a/b", "a/c.sh", "a/b/c.sh"}),
        ("**/c.sh", {"c.sh", "a/c.sh", "a/b/c.sh"}),
        ("**.sh", {"c.sh", "a/c.sh", "a/b/c.sh"}),
        ("**/b/**/c.sh", {"a/b/c.sh"}),
        ("[x]", {"[x]", "a"}),
        ("a/[bc]", {"a/b"}),
        ("a[/]b", set()),
        ("{a,c}.sh", {"c.sh", "a/c.sh", "a/b/c.sh"}),
        ("@(a|b)/b", {"a/b"}),
        ("?/?/?.??", {"a/b/c.sh"}),
        ("??????????", set()),
        ("**?/**?.sh", {"a/c.sh", "a/b/c.sh"}),
        ("a*b*c*sh", {"a/b/c.sh"}),
        ("a*c*c*sh", set()),
        ("*x*x*", set()),
        ("*a*b*", {"ab", "a/b", "a/b/c.sh", "a\nb"}),
        ("c*a*a*h", set()),
        ("b*c*s*h", set()),
    ],
)
def test_what_a_pattern_matches(pattern: str, found: set[str]) -> None:
    assert matching(of(pattern), LISTED) == found
    assert matching(Top("x", (pattern,)), LISTED) == found


@pytest.mark.parametrize(
    ("paths", "pattern", "met"),
    [
        (of("a/b"), "a/*", True),
        (of("a/b"), "b/*", False),
        (of("a/b", "0"), "a/*", True),
        (of("a"), "a", True),
        (of("a"), "b", False),
        (of("a*"), "ab", True),
        (of("a*"), "b", False),
        (of("a*", "b*"), "b", True),
        (of("b*"), "ab", False),
        (of("ab*"), "b*", False),
        (of("ab*"), "a*", True),
        (of("a*"), "ab*", True),
        (of("*.sh"), "a.sh", True),
        (of("*.sh"), "a.py", False),
        (of("*s"), "*sh", False),
        (of("*sh"), "*s", False),
        (of("*h"), "*sh", True),
        (of("*sh"), "*h", True),
        (of("a*.sh"), "b*.sh", False),
        (of("a*.sh"), "a*.py", False),
        (of("ax*"), "a*b*c", True),
        (of("ba*"), "a*b*c", False),
        (of("*xc"), "a*b*c", True),
        (of("*b"), "a*b*c", False),
        (of("a*b*c"), "ax*", True),
        (ANY, "a/b", True),
        (Top("x", ("b/**",)), "a/b", False),
        (NONE, "**", False),
    ],
    ids=range(28),
)
def test_whether_a_path_may_match_a_pattern_too(paths: Paths, pattern: str, met: bool) -> None:
    assert meet(paths, pattern) is met


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (of("a"), {"a", "a/b", "a/c.sh", "a/b/c.sh"}),
        (of("a/b"), {"a/b", "a/b/c.sh"}),
        (of("a/b/c.sh"), {"a/b/c.sh"}),
        (of("c"), set()),
        (ROOT, set(LISTED)),
        (of("a/*"), {"a/b", "a/c.sh", "a/b/c.sh"}),
        (Top("x", ("**/b",)), {"a/b", "a/b/c.sh"}),
        (ANY, set(LISTED)),
        (NONE, set()),
    ],
    ids=range(9),
)
def test_what_is_among_paths_or_in_a_folder_that_is(paths: Paths, found: set[str]) -> None:
    assert within(paths, LISTED) == found

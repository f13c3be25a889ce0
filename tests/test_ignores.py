"""Ignore comments and the choice of findings."""

from __future__ import annotations

from datetime import date

import pytest

from migrator.findings.ignores import Note, apply, notes, read
from migrator.findings.selection import Scope, chosen
from migrator.text.source import Source
from tests.memory import report_on, step, within
from tests.reports import samples

TODAY = date(2026, 11, 24)
KNOWN = {"registry-login", "foreign-package", "traced"}


def left(text: str, today: date | None = TODAY) -> int:
    """How many findings stay of the one login that is held back as foreign-package."""
    found = samples.source(text)
    reasons = samples.unsafe(samples.source()).reasons
    one = samples.finding(found, "docker login", "$P", (("$P", "$T"),), reasons=reasons)
    findings, ignored = apply([one], {found.path: found}, today)
    assert len(findings) + ignored == 1
    return len(findings)


LOGIN = "- docker login crg.apkg.io -u $U -p $P"
STAYS = {
    "no comment": LOGIN,
    "another comment": f"{LOGIN}  # a login",
    "another code": f"{LOGIN}  # patless: ignore[traced] as it is",
    "no why": f"{LOGIN}  # patless: ignore[foreign-package]",
    "a why without words": f"{LOGIN}  # patless: ignore[foreign-package] --",
    "only a date": f"{LOGIN}  # patless: ignore[foreign-package] until=2027-01-31",
    "no code": f"{LOGIN}  # patless: ignore[] as it is",
    "no brackets": f"{LOGIN}  # patless: ignore foreign-package as it is",
    "a code in other letters": f"{LOGIN}  # patless: ignore[Foreign-Package] as it is",
    "a date that has passed": f"{LOGIN}  # patless: ignore[foreign-package] as it is until=2026-11-23",
    "a date that is none": f"{LOGIN}  # patless: ignore[foreign-package] as it is until=soon",
    "two lines above": f"# patless: ignore[foreign-package] as it is\n\n{LOGIN}",
    "the line below": f"{LOGIN}\n# patless: ignore[foreign-package] as it is",
    "beside the line above": f"- echo  # patless: ignore[foreign-package] as it is\n{LOGIN}",
    "no blank before the sign": f"{LOGIN}# patless: ignore[foreign-package] as it is",
    "in double quotes": f'{LOGIN} && echo " # patless: ignore[foreign-package] as it is"',
    "in single quotes": f"{LOGIN} && echo ' # patless: ignore[foreign-package] as it is'",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS.keys())
def test_a_finding_stays(text: str) -> None:
    assert left(text) == 1


GOES = {
    "its reason": f"{LOGIN}  # patless: ignore[foreign-package] as it is",
    "its rule": f"{LOGIN}  # patless: ignore[registry-login] as it is",
    "several codes": f"{LOGIN}  # patless: ignore[traced, foreign-package] as it is",
    "the line above": f"  # patless: ignore[foreign-package] as it is\n{LOGIN}",
    "the line above with crlf": f"# patless: ignore[foreign-package] as it is\r\n{LOGIN}\r\n",
    "a date to come": f"{LOGIN}  # patless: ignore[foreign-package] as it is until=2027-01-31",
    "the last day": f"{LOGIN}  # patless: ignore[foreign-package] until=2026-11-24 as it is",
    "after another comment": f"{LOGIN}  # see the wiki # patless: ignore[foreign-package] as it is",
    "no blank after the sign": f"{LOGIN}  #patless:ignore[foreign-package] as it is",
    "an apostrophe before": f"- echo don't && {LOGIN[2:]}  # patless: ignore[foreign-package] isn't ours",
    "quoted text before": f'- echo "#" && {LOGIN[2:]}  # patless: ignore[foreign-package] as it is',
    "on a later line of it": "- docker login crg.apkg.io \\\n  -p $P  # patless: ignore[foreign-package] as it is",
}


@pytest.mark.parametrize("text", GOES.values(), ids=GOES.keys())
def test_a_finding_is_settled(text: str) -> None:
    assert left(text) == 0


def test_without_a_day_no_comment_runs_out() -> None:
    assert left(f"{LOGIN}  # patless: ignore[foreign-package] as it is until=2020-01-01", today=None) == 0


@pytest.mark.parametrize(
    ("comment", "flaws"),
    [
        ("as it is", []),
        ("", ["it does not say why; write the reason after the bracket"]),
        ("as it is until=soon", ["its date is not valid; write it as until=2027-01-31"]),
        ("as it is until=2026-01-31", ["it expired on 2026-01-31"]),
    ],
    ids=["fine", "no why", "no date", "passed"],
)
def test_a_comment_that_does_not_count_is_named(comment: str, flaws: list[str]) -> None:
    found = samples.source(f"{LOGIN}  # patless: ignore[registry-login] {comment}\n")
    one = samples.finding(found, "docker login", "$P", (("$P", "$T"),))
    assert notes([one], {found.path: found}, TODAY, KNOWN) == tuple(
        Note(found.path, 1, f"this ignore comment does not count: {flaw}") for flaw in flaws
    )


def test_a_code_that_does_not_exist_is_named() -> None:
    found = samples.source(f"{LOGIN}  # patless: ignore[nonsense] as it is\n")
    one = samples.finding(found, "docker login", "$P", (("$P", "$T"),))
    assert notes([one], {found.path: found}, TODAY, KNOWN) == (
        Note(found.path, 1, "this ignore comment names nonsense, which is no rule or reason"),
    )


def test_the_why_is_read_without_the_date() -> None:
    one = read(Source("p", "# patless: ignore[a,b]  as  until=2027-01-31 it is"), 1, TODAY)
    assert one is not None
    assert (one.codes, one.flaw, one.why.split()) == ({"a", "b"}, "", ["as", "it", "is"])


@pytest.mark.parametrize(
    ("select", "ignore", "kept"),
    [
        ((), (), 3),
        (("registry-login",), (), 2),
        (("foreign-package",), (), 1),
        ((), ("registry-login",), 1),
        ((), ("foreign-package",), 2),
        (("registry-login",), ("registry-unresolved",), 1),
    ],
)
def test_findings_are_chosen_by_rule_or_reason(select: tuple[str, ...], ignore: tuple[str, ...], kept: int) -> None:
    assert len(chosen(samples.report().findings, select, ignore)) == kept


@pytest.mark.parametrize(
    ("pattern", "excluded", "kept"),
    [
        ("vendor/", ["vendor/a.yml", "x/vendor/b/c.yml"], ["vendored/a.yml", "a/vendor.yml"]),
        ("vendor/x", ["vendor/x", "vendor/x/a.yml"], ["y/vendor/x", "vendor/xy"]),
        ("*.yml", ["a.yml", "b/c.yml"], ["a.yaml"]),
        ("a/*.yml", ["a/b.yml"], ["a/b/c.yml"]),
        ("a/**/*.yml", ["a/b.yml", "a/b/c.yml"], ["b/a/c.yml"]),
        ("**/testdata/**", ["testdata/a.yml", "x/testdata/y/b.yml"], ["testdata2/a.yml"]),
        ("./a?.yml", ["ab.yml"], ["a.yml", "abc.yml"]),
        ("[x].yml", ["x.yml"], ["[x].yml"]),
    ],
)
def test_globs_exclude(pattern: str, excluded: list[str], kept: list[str]) -> None:
    scope = Scope(exclude=(pattern,))
    assert [path for path in excluded if scope.holds(path)] == []
    assert [path for path in kept if not scope.holds(path)] == []


def test_what_is_excluded_stays_so_when_it_is_named() -> None:
    scope = Scope(files=frozenset({"a/x.yml"}), folders=("b",), exclude=("x.yml",))
    assert not scope.holds("a/x.yml")
    assert scope.names("a/x.yml")
    assert scope.holds("b/y.yml")
    assert not scope.names("bb/y.yml")


@pytest.mark.parametrize("pattern", ["*a" * 20 + "*b", "**/" * 20 + "b", "**a" * 20 + "b", "?" * 10 + "*" * 20 + "b"])
def test_a_hostile_glob_costs_little_time(pattern: str) -> None:
    scope = Scope(exclude=(pattern,))
    with within(2):
        assert not any(scope.excludes(path) for path in ("a" * 250, "a/" * 100 + "a"))


def test_a_line_of_many_comments_that_have_no_end_costs_little_time() -> None:
    with within(2):
        assert read(Source("a.yml", "# patless: ignore[" * 100_000), 1, TODAY) is None


@pytest.mark.parametrize(
    ("item", "above"),
    [
        ("|\n              true &&\n              {}", 8),
        (">\n              true &&\n              {}", 6),
        ("true &&\n              {}", 6),
        ("'true &&\n              {}'", 6),
        ('"true &&\n              {}"', 6),
    ],
)
def test_a_comment_stands_above_an_item_that_is_one_line(item: str, above: int) -> None:
    (finding,) = report_on(step("ls", item.format("docker login crg.apkg.io -u $U -p $P"))).findings
    assert finding.above == above

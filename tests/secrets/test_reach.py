"""Which files steps lead to, and which deployments they have."""

from __future__ import annotations

import pytest

from migrator.secrets import reach

PROGRAMS = {"make": ("Makefile",)}


def reached(files: dict[str, str], *begin: str) -> frozenset[str]:
    return reach.reached(begin or ("p.yml",), files, files, lambda path: files.get(path, ""), PROGRAMS)


def test_what_nobody_names_is_not_reached() -> None:
    assert reached({"p.yml": "echo hello", "docs/example.sh": ""}) == {"p.yml"}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("./ci/build.sh", "ci/build.sh"),
        ("python -m tools.report", "tools/report.py"),
        ("for f in hooks/*; do $f; done", "hooks/first"),
        ("make all", "Makefile"),
        ("./scripts/$NAME.sh", "scripts/x.sh"),
        ("sh 'show it.sh'", "show it.sh"),
        ("sh show\\ it.sh", "show it.sh"),
        ("sh 'my tools'/*", "my tools/x.sh"),
        ("sh ?.sh", "~"),
        ("for f in push*.sh; do sh $f; done", "push-it.sh"),
        ("run $PWD/*.sh", "x.sh"),
        ("sh ?.sh", "x.sh"),
    ],
)
def test_what_a_step_names_is_reached(line: str, path: str) -> None:
    assert path in reached({"p.yml": line, path: ""})


@pytest.mark.parametrize("line", ["branches: {'*': [], 'feature/*': []}", "*.py", "echo 2 * 3"])
def test_other_patterns_reach_nothing(line: str) -> None:
    assert reached({"p.yml": line, "x.sh": ""}) == {"p.yml"}


@pytest.mark.parametrize("text", ["a", "*", ".", "-*"])
def test_long_words_cost_little(text: str) -> None:
    assert reached({"p.yml": text * 1_000_000, "x.sh": ""}) == {"p.yml"}


def test_what_a_reached_file_names_is_reached_and_circles_end() -> None:
    files = {"p.yml": "sh a.sh", "a.sh": "sh b.sh", "b.sh": "sh a.sh c.sh", "c.sh": "", "d.sh": ""}
    assert reached(files) == {"p.yml", "a.sh", "b.sh", "c.sh"}


def test_with_too_many_files_on_the_way_every_file_counts() -> None:
    files = {f"f{number}.sh": f"f{number + 1}.sh" for number in range(reach.FILES + 5)}
    assert "far.sh" in reached({**files, "far.sh": ""}, "f0.sh")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pipelines: {}", frozenset()),
        ("a: {deployment: Production}", {"production"}),
        ("a: {stage: {environment: ' Prod EU '}}", {"prod-eu"}),
        ("x: &x {deployment: test}\na: {<<: *x}\nb: *x", {"test"}),
        ("a: {deployment: $WHERE}", None),
        ("a: [", None),
    ],
)
def test_deployments(text: str, expected: set[str] | None) -> None:
    assert reach.environments(text.encode()) == expected

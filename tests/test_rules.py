"""The rules that ship are true: their examples run, their codes are used, their verdicts are those of the design."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from migrator.findings.records import Verdict
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import Example, Rule
from migrator.rulebook.ways_out import ways_out
from tests.fixtures_support import run

BOOK = rulebook.load()
SOURCES = sorted(Path(rulebook.__file__).parents[1].rglob("*.py"))
VERDICTS = {
    "registry-unresolved": "report-only",
    "credential-unresolved": "report-only",
    "not-followed": "report-only",
    "unsupported-expansion": "report-only",
    "leaves-step": "report-only",
    "shadowed": "report-only",
    "build-image": "report-only",
    "other-workspace": "report-only",
    "unreadable": "report-only",
    "powershell": "report-only",
    "foreign-package": "unsafe",
    "login-purpose-unknown": "unsafe",
    "image-unresolved": "unsafe",
    "two-pushers": "unsafe",
    "fixed-package": "unsafe",
    "shell-runner": "unsafe",
    "traced": "unsafe",
    "guarded": "unsafe",
    "mixed-logins": "unsafe",
}
EXAMPLES = [(rule.id, example) for rule in BOOK.rules.values() for example in rule.examples]


# Examples


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=[f"{rule}: {one.title}" for rule, one in EXAMPLES])
def test_every_example_runs_as_it_is_written(rule: str, example: Example, tmp_path: Path) -> None:
    file = tmp_path / "bitbucket-pipelines.yml"
    file.write_text(example.before)
    found = run(["check", "--format", "json"], tmp_path).findings()
    assert rule in {one["rule"] for one in found}
    assert {reason for one in found for reason in one["reasons"]} == set(example.reasons)
    unsafe = any(BOOK.reasons[code].verdict is Verdict.UNSAFE for code in example.reasons)
    assert run(["fix"], tmp_path).code == int(unsafe)
    assert file.read_text() == (example.before if unsafe or example.after is None else example.after)
    assert run(["fix", "--unsafe-fixes"], tmp_path).code == 0
    assert file.read_text() == (example.before if example.after is None else example.after)


def test_every_rule_has_an_example_and_every_rule_that_fixes_one_that_is_fixed() -> None:
    assert {rule for rule, _ in EXAMPLES} == set(BOOK.rules)
    assert {rule for rule, one in EXAMPLES if one.after is not None} >= {"registry-login", "literal-credential"}


@pytest.mark.parametrize("rule", BOOK.rules.values(), ids=BOOK.rules)
def test_every_rule_says_what_why_and_where_the_vendor_says_so(rule: Rule) -> None:
    assert rule.what.endswith(".")
    assert rule.why.endswith(".")
    assert rule.url.startswith("https://support.atlassian.com/")


# Reasons


def test_the_verdicts_are_those_of_the_design() -> None:
    assert {code: entry.verdict for code, entry in BOOK.reasons.items()}.items() >= VERDICTS.items()


@pytest.mark.parametrize("code", BOOK.reasons)
def test_every_reason_tells_three_ways_out(code: str) -> None:
    entry = BOOK.reasons[code]
    assert entry.what.endswith(".")
    assert entry.why.endswith(".")
    assert all((entry.fix, entry.keep, entry.ask))
    assert "ignore[{code}]" in entry.keep or "--style login" in entry.keep
    assert not set(_fields(entry.fix + entry.keep + entry.ask)) - {"subject", "code"}


def _fields(template: str) -> Iterator[str]:
    yield from (name for _, name, _, _ in Formatter().parse(template) if name)


def _literals() -> set[str]:
    """Every text that stands in the package's code as such."""
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def _given_codes() -> set[str]:
    """The first words of calls that make a reason or what becomes one."""
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in ("reason", "Reason", "Obstacle"):
                found.add(str(node.args[0].value))
    return found


def test_every_reason_that_the_code_gives_is_described() -> None:
    given = _given_codes()
    assert len(given) > 8
    assert given <= set(BOOK.reasons)


def test_every_reason_that_is_described_is_given_by_the_code() -> None:
    later = {"two-pushers"}  # needs several repositories
    assert set(BOOK.reasons) - later <= _literals()


def test_no_rule_is_named_in_the_code_but_by_its_module() -> None:
    assert not set(BOOK.rules) & _literals()


# Told to people


@pytest.mark.parametrize("name", [*BOOK.rules, *BOOK.reasons])
def test_every_rule_and_reason_is_explained(name: str, tmp_path: Path) -> None:
    outcome = run(["explain", name], tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{name} (")
    entry = BOOK.rules.get(name) or BOOK.reasons[name]
    assert " ".join(entry.what.split()) in " ".join(outcome.out.split())


def test_all_of_them_are_listed(tmp_path: Path) -> None:
    outcome = run(["rules"], tmp_path)
    assert outcome.code == 0
    for name in (*BOOK.rules, *BOOK.reasons):
        assert f"  {name} " in outcome.out


def test_an_unknown_name_is_a_usage_error_with_a_suggestion(tmp_path: Path) -> None:
    outcome = run(["explain", "registry-logins"], tmp_path)
    assert outcome.code == 2
    assert "registry-login" in outcome.err
    assert "patless rules" in outcome.err


@pytest.mark.parametrize(("subject", "way"), [("TAG", "`variables.TAG"), ("Dockerfile", "to the repository")])
def test_a_file_that_is_missing_is_no_variable_to_state(subject: str, way: str) -> None:
    fix, *_ = ways_out(BOOK.reasons["image-unresolved"], subject)
    assert way in fix[1]


def test_a_package_whose_name_is_not_whole_can_be_listed() -> None:
    entry = BOOK.reasons["image-unresolved"]
    fix, keep, _ = ways_out(entry, "crg.apkg.io/acme/*")
    assert fix[1].endswith('add to .patless.toml: `own-packages = ["crg.apkg.io/acme/*"]`')
    assert keep[1].startswith("`# patless: ignore[image-unresolved] ")
    fix, *_ = ways_out(entry, "crg.apkg.io/acme/*", fleet_of="web")
    assert "add to fleet.toml" in fix[1]
    assert fix[1].endswith('`own-packages = ["crg.apkg.io/acme/*"]`')

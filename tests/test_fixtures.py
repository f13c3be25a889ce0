"""Every case under `fixtures/cases`: the fixture proves itself first, then the product is held to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.differential import harness
from tests.fixtures_support import Case, Outcome, cases, contents, copy, run

CASES = cases()
REWRITTEN = [case for case in CASES if case.after.is_dir()]


def _id(case: Case) -> str:
    return f"{case.id}: {case.title}"


every_case = pytest.mark.parametrize("case", CASES, ids=_id)
every_rewrite = pytest.mark.parametrize("case", REWRITTEN, ids=_id)


# The fixtures themselves


@pytest.mark.parametrize("failing_logins", [0, 2], ids=["logins succeed", "two logins fail"])
@pytest.mark.parametrize("case", [case for case in REWRITTEN if case.differential], ids=_id)
def test_bash_does_the_same_before_and_after(case: Case, failing_logins: int, tmp_path: Path) -> None:
    hidden = frozenset(case.stored)
    before = harness.observe(case.before, case.environment_before, hidden, failing_logins)
    overlays = [folder for folder in (case.after, case.after_unsafe) if folder.is_dir()]
    tree = copy(case, tmp_path / "after", *overlays)
    after = harness.observe(tree, case.environment_after, hidden, failing_logins)
    assert before == after
    assert any(" login " in step.calls for step in before), "no step of the case runs a login"


@every_rewrite
def test_an_independent_reader_sees_only_the_edited_strings_differ(case: Case) -> None:
    for overlay in (case.after, case.after_unsafe):
        for path, changed in contents(overlay).items() if overlay.is_dir() else ():
            original = (case.before / path).read_bytes()
            assert original != changed, f"{path} is in {overlay.name}/ and does not change"
            pairs = list(_differences(_load(original), _load(changed)))
            assert pairs
            assert all("BITBUCKET_PACKAGES_" in after for _, after in pairs)


def _load(document: bytes) -> object:
    return yaml.safe_load(document.decode("utf-8-sig"))


def _differences(before: object, after: object) -> Iterator[tuple[str, str]]:
    assert type(before) is type(after)
    if isinstance(before, dict) and isinstance(after, dict):
        assert list(before) == list(after)
        for key in before:
            yield from _differences(before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            yield from _differences(one, other)
    elif before != after:
        assert isinstance(before, str) and isinstance(after, str)
        yield before, after


# The product


@every_case
def test_check_says_what_the_case_says(case: Case, tmp_path: Path) -> None:
    outcome = run(["check", "--format", "json"], copy(case, tmp_path / "repository"))
    _no_secret(case, outcome)
    findings = outcome.findings()
    assert {finding["verdict"] for finding in findings} == case.verdicts
    assert {reason for finding in findings for reason in finding["reasons"]} == case.reasons
    assert {finding["rule"] for finding in findings} - case.may == case.rules - case.may
    assert outcome.code == _exit(case, fixable=bool(case.verdicts & {"safe", "unsafe"}))


@every_case
def test_fix_gives_exactly_the_bytes_of_the_case(case: Case, tmp_path: Path) -> None:
    folder = copy(case, tmp_path / "repository")
    expected = {**contents(case.before), **(contents(case.after) if case.verdict == "safe" else {})}
    outcome = run(["fix"], folder)
    _no_secret(case, outcome)
    assert contents(folder) == expected
    assert outcome.code == _exit(case, fixable="unsafe" in case.verdicts)
    run(["fix"], folder)
    assert contents(folder) == expected, "a second fix changes something"
    left = run(["check", "--format", "json"], folder)
    assert "safe" not in {finding["verdict"] for finding in left.findings()}


@every_case
def test_unsafe_fixes_give_exactly_the_bytes_of_the_case(case: Case, tmp_path: Path) -> None:
    folder = copy(case, tmp_path / "repository")
    expected = contents(case.before)
    for overlay in (case.after, case.after_unsafe):
        expected |= contents(overlay) if overlay.is_dir() else {}
    preview = run(["fix", "--diff", "--unsafe-fixes"], folder)
    _no_secret(case, preview)
    assert contents(folder) == contents(case.before), "--diff writes"
    _no_secret(case, run(["fix", "--unsafe-fixes"], folder))
    assert contents(folder) == expected
    run(["fix", "--unsafe-fixes"], folder)
    assert contents(folder) == expected, "a second fix changes something"


@every_case
def test_check_for_people_shows_no_secret(case: Case, tmp_path: Path) -> None:
    outcome = run(["check"], copy(case, tmp_path / "repository"))
    _no_secret(case, outcome)
    assert "Traceback" not in outcome.err


def _exit(case: Case, *, fixable: bool) -> int:
    if "unreadable" in case.reasons:
        return 3
    return 1 if fixable else 0


def _no_secret(case: Case, outcome: Outcome) -> None:
    for secret in case.secrets | set(case.stored.values()):
        assert secret not in outcome.out
        assert secret not in outcome.err

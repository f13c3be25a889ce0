"""Every case under `fixtures/cases`: the fixture proves itself first, then the product is held to it."""

from __future__ import annotations

import re
import subprocess
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


def _handles_failure(case: Case) -> bool:
    """Whether a script goes on after a failed login; under `bash -e` the others end there."""
    return any(re.search(rb"\|\||\b(?:if|while|until|retry)\b", text) for text in contents(case.after).values())


every_case = pytest.mark.parametrize("case", CASES, ids=_id)
every_rewrite = pytest.mark.parametrize("case", REWRITTEN, ids=_id)


# The fixtures themselves


@pytest.mark.parametrize("case", [case for case in REWRITTEN if case.differential], ids=_id)
def test_bash_does_the_same_before_and_after(case: Case, tmp_path: Path) -> None:
    before, after = _observed(case, tmp_path, failing_logins=0)
    assert before == after
    assert any(" login " in step.calls for step in before), "no step of the case runs a login"


@pytest.mark.parametrize("case", [case for case in REWRITTEN if case.differential and _handles_failure(case)], ids=_id)
def test_bash_does_the_same_where_two_logins_fail(case: Case, tmp_path: Path) -> None:
    before, after = _observed(case, tmp_path, failing_logins=2)
    assert before == after


def _observed(case: Case, folder: Path, failing_logins: int) -> list[list[harness.Observation]]:
    overlays = [overlay for overlay in (case.after, case.after_unsafe) if overlay.is_dir()]
    runs = [(case.before, case.environment_before), (copy(case, folder / "after", *overlays), case.environment_after)]
    return [harness.observe(tree, variables, frozenset(case.stored), failing_logins) for tree, variables in runs]


@pytest.mark.parametrize("case", [case for case in CASES if not case.reasons & {"unreadable", "powershell"}], ids=_id)
def test_bash_can_read_every_script(case: Case) -> None:
    for path in case.before.rglob("*pipelines.yml"):
        for step in harness.steps(path.read_bytes()):
            for text in (step.script, step.after_script):
                read = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
                assert (read.returncode, read.stderr) == (0, b"")


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
        assert isinstance(before, str)
        assert isinstance(after, str)
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

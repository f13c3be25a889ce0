"""Every case under `fixtures/cases`: the fixture proves itself first, then the product is held to it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from migrator.frontends.shell import shfmt
from tests.differential import harness
from tests.fixtures_support import Case, Outcome, cases, contents, copy, run

CASES = cases()
REWRITTEN = [case for case in CASES if case.after.is_dir()]


def _id(case: Case) -> str:
    return f"{case.id}: {case.title}"


def _handles_failure(case: Case) -> bool:
    """Whether a script goes on after a failed login; under `bash -e` the others end there."""
    return any(re.search(rb"\|\||\b(?:if|while|until|retry)\b", text) for text in contents(case.after).values())


# The fixtures themselves


@pytest.mark.parametrize("case", [case for case in REWRITTEN if case.differential], ids=_id)
def test_bash_does_the_same_before_and_after(case: Case, tmp_path: Path) -> None:
    after = copy(case, tmp_path / "after", *(tree for tree in (case.after, case.after_unsafe) if tree.is_dir()))
    for failing in (0, 2) if _handles_failure(case) else (0,):
        one = harness.observe(case.before, case.environment_before, frozenset(case.stored), failing)
        other = harness.observe(after, case.environment_after, frozenset(case.stored), failing)
        assert one == other, f"the first {failing} logins fail"
        given = any(secret in step.calls for step in one for secret in case.stored.values())
        assert given or any(" login " in step.calls for step in one), "no step of the case uses a credential"


def test_bash_can_read_every_script_that_is_meant_to_be_read(tmp_path: Path) -> None:
    written: set[str] = set()
    for case in CASES:
        if case.reasons & {"unreadable", "powershell"}:
            continue
        for path in case.before.rglob("*pipelines.yml"):
            for step in harness.steps(path.read_bytes()):
                for text in {step.script, step.after_script} - written:
                    written.add(text)
                    (tmp_path / f"{len(written)}-{case.id.replace('/', '-')}.sh").write_bytes(text.encode())
    assert len(written) > len(CASES) / 2
    loop = 'for script in *.sh; do bash -n "$script" || echo "$script"; done'
    read = subprocess.run(["bash", "-c", loop], cwd=tmp_path, capture_output=True, check=False)
    assert (read.returncode, read.stdout, read.stderr) == (0, b"", b"")


@pytest.mark.parametrize("case", REWRITTEN, ids=_id)
def test_an_independent_reader_sees_only_the_edited_strings_differ(case: Case) -> None:
    for overlay in (case.after, case.after_unsafe):
        for path, changed in contents(overlay).items() if overlay.is_dir() else ():
            original = (case.before / path).read_bytes()
            assert original != changed, f"{path} is in {overlay.name}/ and does not change"
            if path.endswith((".yml", ".yaml")):
                pairs = list(_differences(_load(original), _load(changed)))
            else:
                pairs = list(_differences(original.decode().split("\n"), changed.decode().split("\n")))
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


@pytest.fixture(autouse=True)
def nothing_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture(autouse=True)
def each_text_is_parsed_once_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of one case read the same scripts, and shfmt says the same of them."""
    monkeypatch.setattr(shfmt, "tree", cache(shfmt.tree))


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_the_command_says_and_writes_what_the_case_says(case: Case, tmp_path: Path) -> None:
    folder = copy(case, tmp_path / "repository")
    before, safely, all_of = _trees(case)

    def patless(*arguments: str) -> Outcome:
        outcome = run(list(arguments), folder)
        for secret in case.secrets | set(case.stored.values()):
            assert secret not in outcome.out, f"{arguments} prints a secret"
            assert secret not in outcome.err, f"{arguments} prints a secret"
        assert "Traceback" not in outcome.err
        return outcome

    checked = patless("check", "--format", "json")
    findings = checked.findings()
    assert {finding["verdict"] for finding in findings} == case.verdicts
    assert {reason for finding in findings for reason in finding["reasons"]} == case.reasons
    assert {granted for finding in findings for granted in finding["assumptions"]} == case.assumptions
    assert {finding["rule"] for finding in findings} - case.may == case.rules - case.may
    assert checked.code == _exit(case, fixable=bool(case.verdicts & {"safe", "unsafe"}))
    if findings:
        assert patless("check").code == checked.code

    previewed = patless("fix", "--diff", "--unsafe-fixes")
    assert bool(previewed.out) == (all_of != before)
    assert contents(folder) == before, "check or fix --diff writes"

    if findings:
        fixed = patless("fix")
        assert contents(folder) == safely
        assert fixed.code == _exit(case, fixable="unsafe" in case.verdicts)
    if safely != before:
        left = patless("fix", "--format", "json").findings()
        assert contents(folder) == safely, "a second fix changes something"
        assert "safe" not in {finding["verdict"] for finding in left}

    patless("fix", "--unsafe-fixes")
    assert contents(folder) == all_of, "safe fixes first, then unsafe ones"
    if all_of != safely:
        patless("fix", "--unsafe-fixes")
        assert contents(folder) == all_of, "a second fix --unsafe-fixes changes something"


@pytest.mark.parametrize("case", [case for case in CASES if {"safe", "unsafe"} <= case.verdicts], ids=_id)
def test_unsafe_fixes_are_made_together_with_the_safe_ones(case: Case, tmp_path: Path) -> None:
    folder = copy(case, tmp_path / "repository")
    run(["fix", "--unsafe-fixes"], folder)
    assert contents(folder) == _trees(case)[2]


def _trees(case: Case) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]:
    """The repository before, after `fix`, and after `fix --unsafe-fixes`."""
    before = contents(case.before)
    after = contents(case.after) if case.after.is_dir() else {}
    more = contents(case.after_unsafe) if case.after_unsafe.is_dir() else {}
    return before, {**before, **(after if case.verdict == "safe" else {})}, {**before, **after, **more}


def _exit(case: Case, *, fixable: bool) -> int:
    if "unreadable" in case.reasons:
        return 3
    return 1 if fixable else 0

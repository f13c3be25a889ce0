"""Every case under `fixtures/cases` in one analysis in memory: what `tests/test_fixtures.py` asks of the command, ten
times as fast. Cases with a configuration are left to that."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from tests.fixtures_support import Case
from tests.memory import planned, report_on
from tests.test_fixtures import CASES as ALL
from tests.test_fixtures import _trees

CONFIGURED = (".patless.toml", "pyproject.toml")
CASES = [case for case in ALL if not any((case.before / name).exists() for name in CONFIGURED)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case(case: Case) -> None:
    before, safely, all_of = _trees(case)
    report = report_on(before, Settings())
    assert {str(finding.verdict) for finding in report.findings} == case.verdicts
    assert {reason.code for finding in report.findings for reason in finding.reasons} == case.reasons
    assert {granted for finding in report.findings for granted in finding.assumptions} == case.assumptions
    assert {finding.rule for finding in report.findings} - case.may == case.rules - case.may
    for unsafe, expected in ((False, safely), (True, all_of)):
        plan = planned(report, unsafe=unsafe)
        assert not plan.failures
        assert {**before, **{change.path: change.after for change in plan.changes}} == expected

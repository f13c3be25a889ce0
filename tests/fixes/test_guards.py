"""Tests whether a stored credential is there: such that decide about the login alone, and about more."""

from __future__ import annotations

import pytest

from migrator.engine.tracing import trace
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"'
PUSH = "docker push crg.apkg.io/acme/web:1"


def reasons(*script: str) -> set[str]:
    (finding,) = report_on(step(*("'" + line.replace("'", "''") + "'" for line in script))).findings
    return {reason.code for reason in finding.reasons}


@pytest.mark.parametrize(
    "test",
    [
        '[ -n "$PAT" ] && echo yes',
        '[ -n "$PAT" ] || { echo missing; exit 1; }',
        '[ -n "$PAT" ] || false',
        'if [ -n "$PAT" ]; then X=1; fi',
        'if [ -z "$PAT" ]; then cat x; fi',
        '[ -n "$OTHER" ] && ./x',
        'f() { echo "$1"; }; [ -n "$PAT" ] && f yes',
    ],
)
def test_what_prints_or_ends_the_step_with_a_failure_is_no_more_than_the_login(test: str) -> None:
    assert reasons(test, LOGIN, PUSH) == set()
    assert reasons(f'if [ -n "$PAT" ]; then {LOGIN}; fi', test, PUSH) == set()


@pytest.mark.parametrize(
    "test",
    [
        '[ -n "$PAT" ] && ls',
        '[ -n "$PAT" ] || ls',
        '[ -n "$PAT" ] || { ./notify; exit 1; }',
        '[ -n "$PAT" ] || exit 0',
        'if [ -n "$PAT" ]; then X=1; fi; ./x $X',
        'if [ -z "$PAT" ]; then echo none > log; fi',
        'if [ -z "$PAT" ]; then echo none | cat; fi',
        'if [ -z "$PAT" ]; then sed s/a/b/ x > y; fi',
        'if [ -n "$PAT" ] && [ -n "$OTHER" ]; then ./x; fi',
        f'if [ -n "$PAT" ]; then {LOGIN}; ./x; fi',
    ],
)
def test_what_does_something_else_is_more_than_the_login_behind_any_other_test(test: str) -> None:
    script = (test, PUSH) if LOGIN in test else (test, LOGIN, PUSH)
    assert reasons(*script) == {"guarded"}
    assert reasons('[ -n "${BITBUCKET_PACKAGES_TOKEN:-$PAT}" ] && ls', *script) == {"guarded"}
    assert reasons('[ -n "$PAT" ] && echo yes', *script) == {"guarded"}


@pytest.mark.parametrize(
    ("test", "seen"),
    [
        ('[ -n "$PAT" ] || exit 1', [5]),
        ('[ -n "$USR" ] || exit 1', [5]),
        ('[ -n "$PAT" ] && ls', [5]),
        ('[ -n "$OTHER" ] || exit 1', []),
        ('[ -n "$OTHER$PAT" ] || exit 1', [5]),
        ('[ -n "$BITBUCKET_PACKAGES_TOKEN" ] || exit 1', []),
        ("[ -n x ] || exit 1", []),
    ],
)
def test_the_tests_of_a_login_are_those_that_ask_for_its_variables(test: str, seen: list[int]) -> None:
    view = Memory({PATH: step(f"'{test}'", f"'{LOGIN}'", PUSH).encode()})
    (walk,) = trace(view, [PATH], BOOK, Settings(), BITBUCKET, PATH, 6).walks
    (found,) = (one for run in walk.runs for one in run.asked if one.asked.startswith("which tests ask"))
    assert [one.place.position.line for one in found.seen if one.place] == seen

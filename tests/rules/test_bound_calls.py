"""Calls of npm and yarn that stand in a file or a function, and take their pair from variables that a committed file
names."""

from __future__ import annotations

import pytest

from migrator.frontends.shell import verified
from migrator.text.edits import Edit, splice
from migrator.text.source import Span
from tests.memory import PATH, planned, report_on, step

HOST = "npm.apkg.io/acme"
WEB = f'{{"name": "@acme/web", "publishConfig": {{"registry": "https://{HOST}/"}}}}'
NPM = {".npmrc": f"//{HOST}/:_auth=${{NPM_AUTH}}\n"}
HALVES = {".npmrc": f"//{HOST}/:username=${{PKG_USER}}\n//{HOST}/:_password=${{PKG_64}}\n"}
YARN = {".yarnrc.yml": f'npmRegistryServer: "https://{HOST}/"\nnpmAuthIdent: "${{PKG_USER}}:${{PKG_PAT}}"\n'}
SCRIPT = "#!/bin/bash\nset -e\n{} publish\n"
README = {"README.md": "Run `ci/publish.sh`.\n"}
ENCODED = '"$(printf %s:%s "$BITBUCKET_PACKAGES_USERNAME" "$BITBUCKET_PACKAGES_TOKEN" | base64 -w 0)"'
PAIR = 'PKG_USER="$BITBUCKET_PACKAGES_USERNAME" PKG_PAT="$BITBUCKET_PACKAGES_TOKEN"'


def fixed(script: str, files: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The verdict, and the files that change; where they do, nothing is left to find."""
    given = {PATH: step(script), "package.json": WEB, **files}
    data = {path: text.encode() for path, text in given.items()}
    report = report_on(data)
    plan = planned(report)
    assert not plan.failures
    changed = {one.path: one.after for one in plan.changes}
    assert not changed or not report_on({**data, **changed}).findings
    (verdict,) = {one.verdict.value for one in report.findings}
    return verdict, {path: text.decode() for path, text in changed.items()}


@pytest.mark.parametrize(
    ("files", "call"),
    [(NPM, f"NPM_AUTH={ENCODED} npm"), (YARN, f"{PAIR} yarn npm")],
)
def test_a_script_of_steps_alone_is_changed_where_it_calls(files: dict[str, str], call: str) -> None:
    program = call.rpartition('" ')[2]
    script = {"ci/publish.sh": SCRIPT.format(program)}
    assert fixed("./ci/publish.sh", {**files, **script}) == ("safe", {"ci/publish.sh": SCRIPT.format(call)})


def test_a_script_with_other_users_stays_and_its_call_is_given_the_pair() -> None:
    script = {"ci/publish.sh": SCRIPT.format("yarn npm"), **README}
    assert fixed("./ci/publish.sh", {**YARN, **script}) == ("safe", {PATH: step(f"{PAIR} ./ci/publish.sh")})


@pytest.mark.parametrize("files", [NPM, HALVES])
def test_what_holds_base64_is_given_in_front_of_no_other_program(files: dict[str, str]) -> None:
    script = {"ci/publish.sh": SCRIPT.format("npm"), **README}
    assert fixed("./ci/publish.sh", {**files, **script}) == ("report-only", {})


def test_a_function_is_changed_where_each_of_its_calls_takes_the_same() -> None:
    script = "f() { npm publish; }; f; f"
    verdict, changed = fixed(script, NPM)
    assert (verdict, changed[PATH]) == ("safe", step(script.replace("npm", f"NPM_AUTH={ENCODED} npm")))
    other = {"other/package.json": WEB, "other/.npmrc": "//npm.acme.example/:_auth=${NPM_AUTH}\n"}
    assert fixed("f() { npm publish; }; f; cd other; f", {**NPM, **other}) == ("report-only", {})


@pytest.mark.parametrize("wrapper", ["timeout 60", "nice", "env", "command", "exec", "sudo", "env -i"])
def test_variables_stand_in_front_of_what_runs_the_call_and_hands_them_on(wrapper: str) -> None:
    script = f"{wrapper} npm publish"
    after = ("safe", {PATH: step(f"NPM_AUTH={ENCODED} {script}")})
    assert fixed(script, NPM) == (("report-only", {}) if wrapper in ("sudo", "env -i") else after)


BEFORE = "npm ci && npm publish\n"


@pytest.mark.parametrize(
    ("at", "text", "good"),
    [
        (0, 'A="$B" ', True),
        (10, 'A="$B:$C" D="$E" ', True),
        (10, 'A="$(printf %s "$B" | base64 -w 0)" ', True),
        (4, 'A="$B" ', False),
        (0, 'A="$B"', False),
        (0, "A=$B ", False),
        (0, 'A="$(rm -rf x)" ', False),
        (0, 'A="$B" sudo ', False),
    ],
)
def test_a_fixed_script_may_have_assignments_in_front_of_calls_and_nothing_else(at: int, text: str, good: bool) -> None:
    edits = (Edit("x.sh", Span(at, at), text),)
    after = splice(BEFORE, edits)
    assert verified(BEFORE, after, edits) is good
    assert not verified(BEFORE, f"{after}rm x\n", edits)

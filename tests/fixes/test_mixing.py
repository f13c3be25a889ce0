"""Logins of a step that change together or not at all: such with other credentials, and such that share an edit."""

from __future__ import annotations

import json

import pytest

from migrator.engine.tracing import trace
from migrator.findings.settings import Settings
from migrator.fixes.opinion import Opinion
from migrator.platforms.bitbucket.platform import BITBUCKET
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"'
OTHER = LOGIN.replace("$PAT", "$OTHER")
UNKNOWN = LOGIN.replace("$PAT", "$OTHER$(x)")
CALL = 'skopeo copy --dest-creds "$USR:$PAT" dir:x docker://crg.apkg.io/acme/web'
PUSH = "docker push crg.apkg.io/acme/web:1"
MIXED = ["mixed-logins"]
UNRESOLVED = ["credential-unresolved"]


def at(folder: str, login: str) -> str:
    return login.replace("docker", f"docker --config {folder}", 1)


def held(*script: str) -> list[list[str]]:
    """Why each login of a step is held back."""
    found = report_on(step(*map(json.dumps, (*script, PUSH)))).findings
    return [[reason.code for reason in one.reasons] for one in found]


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        ((LOGIN, LOGIN), [[], []]),
        ((LOGIN, OTHER), [MIXED, MIXED]),
        ((OTHER, LOGIN), [MIXED, MIXED]),
        ((LOGIN, OTHER.replace("crg.apkg.io", "ghcr.io")), [[]]),
        ((LOGIN, LOGIN.replace("$PAT", "hunter")), [MIXED, MIXED]),
        ((f"if test -f x; then {LOGIN}; else {OTHER}; fi",), [[], []]),
        ((f"if test -f x; then {LOGIN}; fi", OTHER), [MIXED, MIXED]),
        ((LOGIN, UNKNOWN), [MIXED + UNRESOLVED, UNRESOLVED + MIXED]),
        ((f"if test -f x; then {LOGIN}; else {UNKNOWN}; fi",), [MIXED + UNRESOLVED, UNRESOLVED]),
        ((CALL, OTHER), [[], []]),
    ],
)
def test_logins_with_other_credentials_that_may_overwrite_each_other_are_held_back(
    script: tuple[str, ...], reasons: list[list[str]]
) -> None:
    assert held(*script) == reasons


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        ((at("a", LOGIN), at("b", OTHER)), [[], []]),
        ((at("a", LOGIN), at("a", OTHER)), [MIXED, MIXED]),
        ((at("a", LOGIN), OTHER), [[], []]),
        ((at("a", LOGIN), at("b", UNKNOWN)), [[], UNRESOLVED]),
        ((at("$(x)", LOGIN), at("b", OTHER)), [MIXED, MIXED]),
        ((LOGIN, at("$(x)", OTHER)), [MIXED, MIXED]),
        ((at("a", LOGIN), at("b", OTHER), at("$(x)", LOGIN)), [MIXED, MIXED, MIXED]),
        ((at("a", LOGIN), at("$(x)", UNKNOWN)), [MIXED + UNRESOLVED, UNRESOLVED + MIXED]),
        ((CALL, at("$(x)", OTHER)), [[], []]),
    ],
)
def test_a_login_file_that_cannot_be_told_may_be_any_and_others_are_told_apart(
    script: tuple[str, ...], reasons: list[list[str]]
) -> None:
    assert held(*script) == reasons


def test_a_login_has_the_reasons_of_those_with_its_credential_and_not_those_of_a_file_elsewhere() -> None:
    guarded = f'if [ -n "$FILE" ]; then {LOGIN}; fi'
    more = '[ -n "$PAT" ] && ls'
    assert held(more, LOGIN, guarded) == [["guarded"], ["guarded"]]
    assert held(more, at("a", LOGIN), at("b", OTHER)) == [["guarded"], []]
    assert held("set -x", LOGIN, "set +x", LOGIN) == [["traced"], ["traced"]]
    assert held("set -x", at("a", LOGIN), "set +x", at("b", LOGIN)) == [["traced"], []]
    either = f"if test -f x; then {LOGIN.replace('$USR', '$USR$(x)')}; else {LOGIN}; fi"
    assert held(either) == [UNRESOLVED, MIXED + UNRESOLVED]


def test_a_login_in_the_after_script_is_beside_both_branches_of_the_script() -> None:
    either = f"if test -f x; then {LOGIN}; else {OTHER}; fi"
    after = f"        after-script:\n          - {json.dumps(LOGIN)}\n"
    found = report_on(step(json.dumps(either), PUSH) + after).findings
    assert [[reason.code for reason in one.reasons] for one in found] == [MIXED, MIXED, MIXED]


def test_a_branch_of_the_script_excludes_none_of_the_after_script() -> None:
    same = f"if test -f x; then ls; else {LOGIN.replace('PAT', 'TAP')}; fi"
    after = f"        after-script:\n          - {json.dumps(same)}\n"
    found = report_on(step(json.dumps(f"if test -f x; then {LOGIN}; else ls; fi"), PUSH) + after).findings
    assert [[reason.code for reason in one.reasons] for one in found] == [MIXED, MIXED]


def given(folder: str, username: str, password: str) -> str:
    return f'docker --config {folder} login crg.apkg.io -u "{username}" -p "{password}"'


BAD = given("b", "$USR$(x)", "$T")


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        (("T=$PAT", given("a", "$USR", "$T"), BAD), [UNRESOLVED, UNRESOLVED]),
        (("T=$PAT", BAD, given("a", "$USR", "$T")), [UNRESOLVED, UNRESOLVED]),
        (("read -r T <<< $PAT", given("a", "$USR", "$T"), BAD), [UNRESOLVED, UNRESOLVED * 2]),
        (("T=hunter", given("a", "$USR", "$T"), BAD), [UNRESOLVED, UNRESOLVED]),
        ((f'f() {{ {given("a", "$USR", "$1")}; {given("b", "$USR$(x)", "$1")}; }}; f "$PAT"',), [UNRESOLVED] * 2),
        (("T=$PAT", given("a", "$USR", "$PAT"), BAD), [[], UNRESOLVED]),
        (("T=$PAT", given("a", "$USR", "$T"), BAD.replace("$T", "$PAT")), [[], UNRESOLVED]),
        (("export T=$PAT", given("a", "$USR", "$T"), BAD), [[], UNRESOLVED]),
        (("T=$BITBUCKET_PACKAGES_TOKEN", given("a", "$USR", "$T"), BAD), [[], UNRESOLVED]),
    ],
)
def test_logins_that_an_edit_changes_together_share_their_reasons(
    script: tuple[str, ...], reasons: list[list[str]]
) -> None:
    assert held(*script) == reasons


@pytest.mark.parametrize("turn", [1, -1])
def test_what_holds_a_login_back_reaches_all_that_edits_join_to_it_one_after_another(turn: int) -> None:
    pairs = ("$A $T", "$B $T", "$B $V", "$C $V", "$C $W", "$D$(x) $W")
    logins = [given(str(number), *pair.split()) for number, pair in enumerate(pairs)][::turn]
    script = "T=$P; V=$Q; W=$R; A=$K; B=$L; C=$M"
    assert held(script, *logins) == [UNRESOLVED] * len(pairs)
    apart = [login.replace("$B", "$E", 1) if login.endswith('"$V"') else login for login in logins]
    assert sorted(held(script, *apart)) == [[], [], *[UNRESOLVED] * 4]


def answer(line: int, *script: str) -> Opinion:
    """What is said of the login at a line, and the step's other ones."""
    view = Memory({PATH: step(*map(json.dumps, (*script, PUSH))).encode()})
    (walk,) = trace(view, [PATH], BOOK, Settings(), BITBUCKET, PATH, line).walks
    (found,) = (one for run in walk.runs for one in run.asked if "other credentials" in one.asked)
    return found


def test_the_other_logins_of_a_step_are_named_up_to_a_number() -> None:
    found = answer(7, *(LOGIN.replace("$PAT", f"$PAT_{number}") for number in range(7)))
    assert [place.position.line for sighting in found.seen if (place := sighting.place)] == [5, 6, 8, 9]
    assert [one.code for one in found.reasons] == MIXED


def test_a_login_that_nothing_speaks_against_is_told_what_does_against_one_with_the_same_credential() -> None:
    script = ("set -x", LOGIN, "set +x", LOGIN)
    assert [one.code for one in answer(8, *script).reasons] == ["traced"]
    assert answer(6, *script).reasons == ()
    assert answer(8, "set -x", at("a", LOGIN), "set +x", LOGIN).reasons == ()

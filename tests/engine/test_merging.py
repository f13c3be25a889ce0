"""What steps that share the text of a login say together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from migrator.engine.merging import merge
from migrator.findings.records import Finding, Reason, ScriptChange, Severity, Verdict
from migrator.fixes.context import Context
from migrator.text.edits import Edit
from migrator.text.source import Position, Span
from tests.flow.reading import BOOK
from tests.memory import PATH, planned, report_on, step

SHARED = """\
definitions:
  login: &login echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin
pipelines:
  default:
    - step:
        script:
          - *login
          - docker push crg.apkg.io/acme/{}:1
    - step:
        script:
          - *login
          - docker push crg.apkg.io/acme/{}:1
"""


def test_one_finding_assumes_what_each_of_the_steps_assumes() -> None:
    (finding,) = report_on(SHARED.format("web", "api")).findings
    assert sorted(finding.assumptions) == [
        f"crg.apkg.io/acme/{name} is linked to this repository" for name in ("api", "web")
    ]
    assert [use.position.line for use in finding.uses] == [6, 10]


def test_one_finding_tells_which_variables_are_left_in_each_of_the_steps() -> None:
    text = SHARED.format("web", "web")
    push = "docker push crg.apkg.io/acme/web:1"
    use = 'curl -u "$BB_EMAIL:$BB_PKG_TOKEN" acme.example'
    left = [
        sorted(one.remaining)
        for changed in (text, text.replace(push, use, 1), use.join(text.rsplit(push, 1)))
        for one in report_on(changed).findings
    ]
    assert left == [[], ["BB_EMAIL", "BB_PKG_TOKEN"], ["BB_EMAIL", "BB_PKG_TOKEN"]]


def test_what_both_assume_is_said_once() -> None:
    (finding,) = report_on(SHARED.format("web", "web")).findings
    assert finding.assumptions == ("crg.apkg.io/acme/web is linked to this repository",)


def test_findings_stand_in_the_order_of_the_files_wherever_they_begin_there() -> None:
    login = 'echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin\n'
    files = {
        PATH: step("sh b.sh", "sh a.sh", "docker push crg.apkg.io/acme/web:1"),
        "a.sh": f"# Logs in.\n{login}",
        "b.sh": login,
    }
    report = report_on({path: text.encode() for path, text in files.items()})
    assert [finding.path for finding in report.findings] == ["a.sh", "b.sh"]


def test_each_step_that_gives_a_shared_login_its_password_is_changed_and_checked_there() -> None:
    text = (
        'definitions:\n  login: &login docker login crg.apkg.io -u "$USR" -p "$T"\npipelines:\n  default:\n'
        + "    - step:\n        script:\n          - T=$PAT\n          - *login\n"
        "          - docker push crg.apkg.io/acme/web:1\n" * 2
    )
    (change,) = planned(report_on(text), guard=True).changes
    after = change.after.decode()
    assert after.count("T=$BITBUCKET_PACKAGES_TOKEN\n") == 2
    assert after.count("BITBUCKET_PACKAGES_TOKEN:?") == 2


def test_a_part_of_a_file_is_changed_that_another_step_has_read_and_does_not_run() -> None:
    script = 'login() {\n  docker login crg.apkg.io -u "$USR" -p "$PAT"\n}\nshow() {\n  echo x\n}\n'
    other = "    - step:\n        script:\n          - . ./ci.sh\n          - show\n          - sh other.sh\n"
    text = step(". ./ci.sh", "login", "docker push crg.apkg.io/acme/web:1") + other
    long = f"echo {'x' * 200}\n"  # in another file, around the place of the edit
    report = report_on({PATH: text.encode(), "ci.sh": script.encode(), "other.sh": long.encode()})
    assert [change.path for change in planned(report).changes] == ["ci.sh"]


def test_what_holds_a_login_back_holds_those_back_that_one_step_after_another_rewrites_with_it() -> None:
    """The first step has the first two of them, the second one the next one with the last of these, and so on; only the
    fourth login can't be read elsewhere."""
    first, second, third, fourth = (
        f"docker login {words}"
        for words in (
            *("crg.apkg.io -u $USR -p $PAT", "-u $USR -p $PAT crg.apkg.io"),
            *("-p $PAT -u $USR crg.apkg.io", "-p $PAT crg.apkg.io -u $USR"),
        )
    )
    push = "docker push crg.apkg.io/acme/web:1"
    more = (("*two", f"&three {third}", push), ("*three", f"&four {fourth}", push), ("*four", "'if ['"))
    steps = step(f"&one {first}", f"&two {second}", push)
    for script in more:
        assert all(one.reasons == () for one in report_on(steps).findings)
        steps += "    - step:\n        script:\n" + "".join(f"          - {line}\n" for line in script)
    found = report_on(steps).findings
    assert [one.reasons[-1].code for one in found] == ["unreadable"] * 4


def test_one_finding_has_the_reasons_of_each_of_the_steps_and_what_they_share_once() -> None:
    parts = SHARED.format("web", "web").split("    - step:\n")
    first, other = "          - scp ~/.docker/config.json host:x\n", "          - docker pull $BASE\n"
    (finding,) = report_on("    - step:\n".join((parts[0], parts[1] + first, parts[2] + other))).findings
    assert {one.code for one in finding.reasons} == {"leaves-step", "image-unresolved"}
    (finding,) = report_on("    - step:\n".join((parts[0], parts[1] + other, parts[2] + other))).findings
    assert [one.code for one in finding.reasons] == ["image-unresolved"]


CONTEXT = cast(Context, SimpleNamespace(reason=lambda code, text: Reason(code, BOOK.reasons[code].verdict, text)))
HELD = Reason("unreadable", Verdict.REPORT_ONLY, "x")
ONE, OTHER = Edit(PATH, Span(0, 1), "a"), Edit(PATH, Span(2, 3), "b")
CHANGE = ScriptChange(0, None)


def finding(*what: Edit | ScriptChange | Reason, rule: str = "a", path: str = PATH, at: int = 0) -> Finding:
    return Finding(
        *(rule, path, Span(at, at + 1), Position(0, at), Position(0, at + 1), Severity.ERROR, "x"),
        reasons=tuple(one for one in what if isinstance(one, Reason)),
        edits=tuple(one for one in what if isinstance(one, Edit)),
        changes=tuple(one for one in what if isinstance(one, ScriptChange)),
    )


@pytest.mark.parametrize(
    ("first", "second", "reasons", "edits"),
    [
        (finding(ONE, CHANGE), finding(ONE, CHANGE), [], (ONE,)),
        (finding(ONE), finding(ONE, CHANGE), [], (ONE,)),
        (finding(ONE), finding(OTHER), [], (ONE, OTHER)),
        (finding(OTHER), finding(ONE), [], (ONE, OTHER)),
        (finding(ONE, CHANGE), finding(OTHER), ["pipe-layout"], ()),
        (finding(ONE), finding(OTHER, CHANGE), ["pipe-layout"], ()),
        (finding(HELD), finding(OTHER, CHANGE), ["unreadable"], ()),
        (finding(ONE, CHANGE), finding(HELD), ["unreadable"], ()),
        (finding(HELD), finding(HELD), ["unreadable"], ()),
    ],
)
def test_steps_that_want_other_items_of_a_script_hold_a_shared_login_back(
    first: Finding, second: Finding, reasons: list[str], edits: tuple[Edit, ...]
) -> None:
    (both,) = merge((first, second), CONTEXT)
    assert ([one.code for one in both.reasons], both.edits) == (reasons, edits)
    assert both.changes == ((CHANGE,) if edits == (ONE,) else ())


def test_findings_of_a_file_are_ordered_by_place_and_those_of_a_place_by_rule() -> None:
    places = [("b", 0, "a"), ("a", 5, "a"), ("a", 1, "b"), ("a", 1, "a")]
    given = [finding(ONE, rule=rule, path=path, at=at) for path, at, rule in places]
    assert merge(given, CONTEXT) == given[::-1]

"""At which call of a step a bridge stands, which files need one, and the sentence where there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from migrator.findings.settings import Settings
from migrator.fixes.bridge import shared_file
from migrator.fixes.context import Context
from migrator.fixes.login import PackagesLogin
from migrator.fixes.points import Point
from migrator.text.source import Span
from tests.memory import PATH, planned, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"\n'
PUSH = "docker push crg.apkg.io/acme/web:1"
PAIR = 'USR="$BITBUCKET_PACKAGES_USERNAME" PAT="$BITBUCKET_PACKAGES_TOKEN"'
NOWHERE = "no single command of the step starts everything that reads the credential"


def bridged(files: dict[str, str], *script: str) -> tuple[str | None, list[tuple[str, str]]]:
    """The line of the step that gets a bridge, and the reasons against it; a Makefile also runs each file."""
    text = step(*script, PUSH)
    makefile = "".join(f"{number}:\n\t. ./{path}\n" for number, path in enumerate(files))
    every = {**files, PATH: text, "Makefile": makefile}
    report = report_on({path: one.encode() for path, one in every.items()})
    (finding,) = report.findings
    lines = {line for change in planned(report, unsafe=True).changes for line in change.after.decode().splitlines()}
    changed = sorted(lines - set(text.splitlines()))
    return changed[0].strip(" -") if changed else None, [(one.detail, one.subject) for one in finding.reasons]


@pytest.mark.parametrize(
    ("files", "script", "line"),
    [
        ({"b.sh": LOGIN}, ("./b.sh",), f"{PAIR} ./b.sh"),
        ({"b.sh": LOGIN}, ("echo $(./b.sh)",), f"echo $({PAIR} ./b.sh)"),
        ({"b.sh": LOGIN}, ("f() { ./b.sh; }", "f"), f"{PAIR} f"),
        ({"b.sh": LOGIN.replace("$USR", "$U")}, ("USR=x", ". ./b.sh"), f"{PAIR.replace('USR', 'U', 1)} . ./b.sh"),
        # the login may come behind the call where what is read stays
        (
            {"a.sh": 'export U="$USR" T="$PAT"\n', "b.sh": LOGIN.replace("$USR", "$U").replace("$PAT", "$T")},
            (". ./a.sh", "./b.sh"),
            f"{PAIR} . ./a.sh",
        ),
        ({"a.sh": "./b.sh\n", "b.sh": LOGIN}, ("./a.sh",), f"{PAIR} ./a.sh"),
        ({"a.sh": "export A=1\n", "b.sh": LOGIN}, ("./b.sh", ". ./a.sh"), f"{PAIR} ./b.sh"),
        ({"b.sh": LOGIN}, ("bash -c './b.sh'",), f"{PAIR} bash -c './b.sh'"),
        ({"b.sh": LOGIN}, ("f() { . ./b.sh; }", "f"), f"{PAIR} f"),
    ],
)
def test_the_call_within_which_all_is_read_gets_a_bridge(
    files: dict[str, str], script: tuple[str, ...], line: str
) -> None:
    assert bridged(files, *script) == (line, [])


@pytest.mark.parametrize(
    ("files", "script", "reason"),
    [
        # what bash gives to `.` is not there any more in the next command
        ({"a.sh": 'export U="$USR"\n', "b.sh": LOGIN.replace("$USR", "$U")}, (". ./a.sh", "./b.sh"), NOWHERE),
        ({"a.sh": 'export U="$USR"\n', "b.sh": LOGIN.replace("$USR", "$U")}, (". ./a.sh; ./b.sh",), NOWHERE),
        ({"a.sh": 'export U="$USR"\n', "b.sh": LOGIN.replace("$USR", "$U")}, ('eval ". ./a.sh"', "./b.sh"), NOWHERE),
        ({"a.sh": 'export U="$USR"\n', "b.sh": LOGIN.replace("$USR", "$U")}, ("echo $(. ./a.sh; ./b.sh)",), NOWHERE),
        ({"b.sh": LOGIN.replace("$PAT", "$1")}, ("./b.sh $PAT",), NOWHERE),
        (
            {"b.sh": f"{LOGIN}[[ x == @($(ls)|b) ]]\n"},
            ("./b.sh",),
            "a pattern that runs commands also sees USR with the bridge",
        ),
        (
            {"b.sh": LOGIN.replace("$USR", "me")},
            ("./b.sh",),
            "the user name is written in b.sh, which Makefile also uses",
        ),
        ({"b.sh": LOGIN.replace("$USR", "$PAT")}, ("./b.sh",), "PAT is both user name and password"),
        ({"b.sh": LOGIN}, ("readonly PAT; ./b.sh",), "PAT is read-only in the step"),
        ({"b.sh": LOGIN}, (". ./b.sh; USR=x",), "what `.` reads sets USR, which would not stay after it"),
        ({"b.sh": f"curl -d $PAT x\n{LOGIN}"}, ("./b.sh",), "b.sh:1 also sees PAT with the bridge"),
        ({"b.sh": f"Z=1\ncurl -d $PAT x\necho $Z\n{LOGIN}"}, ("./b.sh",), "b.sh:2 also sees PAT with the bridge"),
        ({"b.sh": f"Z=$PAT\ncurl -d $Z x\n{LOGIN}"}, ("./b.sh",), "b.sh:2 also sees PAT with the bridge"),
        ({"b.sh": f"Z=$PAT\nY=$Z\necho\ncurl -d $Y x\n{LOGIN}"}, ("./b.sh",), "b.sh:4 also sees PAT with the bridge"),
        ({"b.sh": f"{LOGIN}./x\n"}, ("./b.sh",), "`x` also sees USR with the bridge"),
        ({"b.sh": f"{LOGIN}$X\n"}, ("./b.sh",), "`a program that is not known` also sees USR with the bridge"),
    ],
)
def test_a_login_gets_no_bridge_and_says_why(files: dict[str, str], script: tuple[str, ...], reason: str) -> None:
    line, reasons = bridged(files, *script)
    assert line is None
    assert reason in [detail for detail, _ in reasons]


def test_a_bridge_in_a_traced_script_needs_review() -> None:
    detail = "the script prints its commands (`set -x`) where it uses the credential"
    assert bridged({"b.sh": LOGIN}, "set -x; ./b.sh") == (f"set -x; {PAIR} ./b.sh", [(detail, "the token")])
    assert bridged({"b.sh": LOGIN}, "set -x; ls; set +x; ./b.sh")[1] == []


def test_a_login_of_the_step_itself_is_edited_in_place_whatever_the_style() -> None:
    text = step(LOGIN.strip(), PUSH)
    one, other = (planned(report_on(text, Settings(called=style))).changes for style in ("bridge", "in-place"))
    assert one[0].after == other[0].after


POINTS = {"own": Point(Span(0, 1), ""), "a": Point(Span(10, 11), ""), "b": Point(Span(20, 21), "")}


@pytest.mark.parametrize(
    ("points", "users", "called", "shared"),
    [
        ("a", {"a.sh": "x"}, False, ("a.sh", "x")),
        ("b a", {"a.sh": "x", "b.sh": "y"}, False, ("a.sh", "x")),
        ("b a", {"b.sh": "y"}, False, ("b.sh", "y")),
        ("a b", {}, False, None),
        ("own", {PATH: "x"}, False, None),
        ("own b", {PATH: "x", "b.sh": "y"}, False, ("b.sh", "y")),
        ("", {"a.sh": "x"}, False, None),
        ("", {"a.sh": "x"}, True, ("a.sh", "x")),
        ("", {}, True, ("a.sh", "people who run it themselves")),
        ("b", {"a.sh": "x"}, True, None),
    ],
)
def test_a_file_is_shared_where_a_point_stands_in_it(
    points: str, users: dict[str, str], called: bool, shared: tuple[str, str] | None
) -> None:
    """The first one that has other users; `called`: a call in a.sh takes variables, so that nothing in it is edited."""
    parts = {start: SimpleNamespace(source=SimpleNamespace(path=path), launcher=start) for start, path in FILES.items()}
    script = SimpleNamespace(part=lambda at: parts.get(at // 10), source_at=lambda span: parts[span.start // 10].source)
    login = SimpleNamespace(
        shell=SimpleNamespace(script=script),
        command=SimpleNamespace(span=Span(12, 13)),
        login=SimpleNamespace(bound=called, variables=frozenset({"USR"})),
    )
    context = SimpleNamespace(other_user=lambda path: users.get(path, ""))
    found = shared_file(cast(Context, context), cast(PackagesLogin, login), [POINTS[one] for one in points.split()])
    assert found == shared


FILES = {0: PATH, 1: "a.sh", 2: "b.sh"}

"""Which findings a plan settles, in which files, and what it says of the others."""

from __future__ import annotations

from collections.abc import Callable

from migrator.findings.records import Finding, PresenceCheck, Reason, Report, ScriptChange, Severity, Verdict
from migrator.findings.settings import Fixing
from migrator.fixes.applying import FixPlan, plan
from migrator.text.edits import Edit
from migrator.text.source import Position, Source, Span

TEXTS = {
    "a.yml": "- echo $A\n- ls\n- echo $B\n",
    "b.yml": "- pwd\n- echo $C\n",
    "c.sh": "echo $D\n",
}
NATIVE = "BITBUCKET_PACKAGES_TOKEN"
AT = Position(0, 0)


def edit(name: str, new: str = "N") -> Edit:
    """The one that puts another name in the place of a variable."""
    path = next(path for path, text in TEXTS.items() if f"${name}" in text)
    start = TEXTS[path].index(f"${name}") + 1
    return Edit(path, Span(start, start + 1), new)


def finding(
    names: str,
    verdict: Verdict = Verdict.SAFE,
    *,
    new: str = "N",
    checks: str = "",
    changes: tuple[ScriptChange, ...] = (),
) -> Finding:
    """Of a login with these variables; `checks` are those in front of which a check could stand."""
    reasons = () if verdict is Verdict.SAFE else (Reason("traced", verdict, "why"),)
    edits = tuple(edit(name, new) for name in names)
    places = [(one.path, TEXTS[one.path].rindex("echo", 0, one.span.start)) for one in map(edit, checks)]
    return Finding(
        "rule", "a.yml", Span(0, 1), AT, AT, Severity.WARNING, names, reasons, edits=edits, changes=changes,
        checks=tuple(PresenceCheck(path, at, NATIVE) for path, at in places),
    )  # fmt: skip


def made(
    *findings: Finding,
    unsafe: bool = False,
    guard: bool = False,
    writable: Callable[[str], str | None] = lambda path: None,
) -> FixPlan:
    sources = {path: Source(path, text) for path, text in TEXTS.items()}
    report = Report(findings, sources=sources, readers={"c.sh": "shell"})
    return plan(report, Fixing(unsafe, guard), writable)


def changed(of: FixPlan) -> dict[str, str]:
    assert all(one.before == TEXTS[one.path].encode() for one in of.changes)
    return {one.path: one.after.decode() for one in of.changes}


def test_the_safe_ones_are_made_and_the_unsafe_ones_where_that_is_asked() -> None:
    safe, unsafe, report_only = finding("A"), finding("B", Verdict.UNSAFE), finding("", Verdict.REPORT_ONLY)
    first = made(safe, unsafe, report_only)
    assert changed(first) == {"a.yml": "- echo $N\n- ls\n- echo $B\n"}
    assert (first.held, first.failures, first.unguarded) == ((unsafe, report_only), (), ())
    assert [one.findings for one in first.changes] == [(safe,)]
    second = made(safe, unsafe, report_only, unsafe=True)
    assert changed(second) == {"a.yml": "- echo $N\n- ls\n- echo $N\n"}
    assert second.held == (report_only,)
    assert [one.findings for one in second.changes] == [(safe, unsafe)]


def test_each_file_gets_its_own_edits() -> None:
    every, one = finding("ACD"), finding("B", new="M")
    of = made(every, one)
    assert changed(of) == {
        "a.yml": "- echo $N\n- ls\n- echo $M\n",
        "b.yml": "- pwd\n- echo $N\n",
        "c.sh": "echo $N\n",
    }
    assert [(change.path, change.findings, change.edits) for change in of.changes] == [
        ("a.yml", (every, one), (edit("A"), edit("B", "M"))),
        ("b.yml", (every,), (edit("C"),)),
        ("c.sh", (every,), (edit("D"),)),
    ]
    assert of.held == ()


def test_a_finding_is_left_alone_where_one_of_its_files_must_not_be_touched() -> None:
    both, one = finding("AC"), finding("B")
    of = made(both, one, writable=lambda path: "it is excluded" if path == "b.yml" else None)
    assert changed(of) == {"a.yml": "- echo $A\n- ls\n- echo $N\n"}
    assert of.held == (both,)


def test_a_file_that_does_not_verify_is_said_and_left_alone() -> None:
    broken, other, report_only = finding("A", new="$("), finding("C"), finding("", Verdict.REPORT_ONLY)
    of = made(broken, other, report_only)
    assert changed(of) == {"b.yml": "- pwd\n- echo $N\n"}
    assert of.failures == (
        "a.yml: a fixed script also says something else; patless wrote nothing to it, please report this",
    )
    assert of.held == (report_only,)


def test_a_finding_of_which_one_file_does_not_verify_is_not_held() -> None:
    of = made(finding("AB", new="A"), finding("D", new="D"), finding("A", new="$("), finding("AD", new="D"))
    assert [failure.partition(":")[0] for failure in of.failures] == ["a.yml"]
    assert (of.changes, of.held) == ((), (finding("D", new="D"),))


def test_what_changes_no_byte_is_no_change() -> None:
    same = finding("A", new="A")
    assert made(same) == FixPlan((), (same,))


def test_a_script_is_changed_by_items_beside_edits_of_others() -> None:
    gone = ScriptChange(TEXTS["a.yml"].index("ls"), None)
    items = Finding(
        "rule", "a.yml", Span(0, 1), AT, AT, Severity.WARNING, "", changes=(gone,),
        edits=(Edit("a.yml", Span(10, 15), ""),),
    )  # fmt: skip
    of = made(finding("BC"), items)
    assert changed(of) == {"a.yml": "- echo $A\n- echo $N\n", "b.yml": "- pwd\n- echo $N\n"}


CHECK = f"""- ': "${{{NATIVE}:?is empty, so this step has no native credentials}}"'\n"""


def test_each_pipelines_file_gets_the_checks_of_its_own_fixes() -> None:
    one, other = finding("B", checks="B"), finding("C", checks="C")
    of = made(one, other, guard=True)
    assert changed(of) == {
        "a.yml": f"- echo $A\n- ls\n{CHECK}- echo $N\n",
        "b.yml": f"- pwd\n{CHECK}- echo $N\n",
    }
    assert [change.findings for change in of.changes] == [(one,), (other,)]
    assert [len(change.edits) for change in of.changes] == [2, 2]
    assert made(one, other).changes != of.changes


def test_a_fix_in_another_file_is_checked_in_the_pipelines_file() -> None:
    one = finding("D", checks="C")
    of = made(one, finding("A", Verdict.UNSAFE, checks="A"), guard=True)
    assert changed(of) == {"b.yml": f"- pwd\n{CHECK}- echo $C\n", "c.sh": "echo $N\n"}
    assert [change.findings for change in of.changes] == [(one,), (one,)]


def test_a_check_that_no_step_gets_is_told_with_its_line() -> None:
    of = made(finding("AD", checks="BC"), finding("B"), finding("C", Verdict.UNSAFE), guard=True,
              writable=lambda path: "it is excluded" if path == "b.yml" else None)  # fmt: skip
    assert changed(of) == {"a.yml": f"- echo $N\n- ls\n{CHECK}- echo $N\n", "c.sh": "echo $N\n"}
    assert of.unguarded == (
        ("a.yml", AT.line, "the fix is in no script of a step, or the script prints its commands"),
        ("b.yml", 2, "it is excluded"),
    )

"""What the finding of a login command says: the edits, reasons, and checks of all of its runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from migrator.findings.records import PresenceCheck, Reason, Verdict
from migrator.fixes.bridge import Bridge
from migrator.fixes.judged_command import JudgedCommand
from migrator.fixes.points import Point
from migrator.text.edits import Edit
from migrator.text.source import Span

LOGIN_AT, SET_AT, CALL_AT = Span(50, 60), Span(20, 25), Span(30, 35)
OTHER, BLOCKED = (Reason(code, verdict, "why") for code, verdict in (("a", Verdict.UNSAFE), ("b", Verdict.REPORT_ONLY)))
NOTHING = Reason("credential-unresolved", Verdict.REPORT_ONLY, "patless can't replace anything in the login")
PIPED = Edit("f", Span(1, 2), "pipe")
PLAN = SimpleNamespace(edits=(PIPED,), changes=("change",))


def bridge(path: str, at: int = 0) -> Bridge:
    return Bridge(Edit("f", Span(at, at), "A=B "), Span(at, at + 1), path, "Makefile")


def run(*points: Span, **given: Any) -> Any:
    """One run of a login; the script has items at 20, 30, and 50, and nothing is written behind 90."""
    parts = {
        start: SimpleNamespace(span=Span(start, start + 10), source=SimpleNamespace(path="f"), scalar=scalar)
        for start, scalar in given.pop("items", {20: "x", 30: "x", 50: "x"}).items()
    }
    script = SimpleNamespace(
        part=lambda at: next((one for one in parts.values() if one.span.start <= at < one.span.end), None),
        edit=lambda span, text: Edit("f", span, text) if span.start < 90 else None,
        source_at=lambda span: "source",
        shown=lambda span: span,
    )
    trace = SimpleNamespace(commands=[SimpleNamespace(traced=traced) for traced in given.pop("traced", (False, False))])
    login = SimpleNamespace(
        shell=SimpleNamespace(script=script, trace=trace),
        command=SimpleNamespace(span=LOGIN_AT, calls=given.pop("calls", ())),
        login=SimpleNamespace(host="crg.apkg.io"),
        registry=SimpleNamespace(password="N"),
        sites=given.pop("sites", frozenset()),
        stored=given.pop("stored", ("P",)),
        literal=given.pop("literal", False),
    )
    fields = {"bridge": None, "pipe": None, "plan": None, "reasons": (), "assumptions": (), **given}
    return SimpleNamespace(login=login, points=[Point(one, "N") for one in points], **fields)


def said(*runs: Any) -> dict[str, Any]:
    """What the finding is made of."""
    step = SimpleNamespace(uses=("use",))
    context = SimpleNamespace(reason=lambda code, detail: Reason(code, Verdict.REPORT_ONLY, detail))
    rule = SimpleNamespace(finding=lambda source, span, message, **rest: {"span": span, "message": message, **rest})
    found = JudgedCommand(cast(Any, step), runs, ("P",)).finding(cast(Any, rule), cast(Any, context), "It logs in")
    values = cast(dict[str, Any], found)
    return {key: list(value) if key not in ("message", "span", "registry") else value for key, value in values.items()}


def test_the_edits_of_all_runs_are_made() -> None:
    found = said(run(SET_AT, assumptions=("one",)), run(CALL_AT, stored=("P", "U"), assumptions=("two",)))
    assert found["edits"] == [Edit("f", SET_AT, "N"), Edit("f", CALL_AT, "N")]
    assert (found["message"], found["span"], found["registry"]) == ("It logs in", LOGIN_AT, "crg.apkg.io")
    assert (found["assumptions"], found["variables"]) == (["one", "two"], ["P", "P", "U"])
    assert (found["reasons"], found["remaining"], found["uses"], found["changes"]) == ([], ["P"], ["use"], [])


def test_what_can_not_be_edited_says_so_where_nothing_else_does() -> None:
    nowhere = Span(95, 96)
    assert said(run(nowhere))["reasons"] == [NOTHING]
    assert said(run(nowhere))["edits"] == []
    assert said(run())["reasons"] == [NOTHING]
    assert said(run(reasons=(OTHER,)))["reasons"] == [OTHER, NOTHING]
    assert said(run(reasons=(OTHER, BLOCKED)), run(reasons=(OTHER,)))["reasons"] == [OTHER, BLOCKED]
    assert said(run(nowhere, SET_AT))["reasons"] == []
    assert said(run(nowhere, SET_AT))["edits"] == [Edit("f", SET_AT, "N")]


def test_a_bridge_is_made_once_and_says_which_file_stays() -> None:
    one, other = bridge("a.sh"), bridge("b.sh", 5)
    found = said(run(bridge=one), run(bridge=one), run(), run(bridge=other))
    assert found["edits"] == [one.edit, other.edit]
    assert found["message"] == "It logs in; a.sh stays as it is for Makefile"


def test_a_plan_of_a_pipe_takes_the_place_of_all_edits() -> None:
    found = said(run(SET_AT, bridge=bridge("a.sh"), pipe=PLAN, plan=PLAN))
    assert (found["edits"], found["changes"], found["checks"]) == ([PIPED], ["change"], [])
    assert (found["message"], found["reasons"]) == ("It logs in", [])
    kept = said(run(SET_AT, bridge=bridge("a.sh"), pipe=BLOCKED, reasons=(BLOCKED,)))
    assert (kept["edits"], kept["message"], kept["reasons"]) == ([], "It logs in", [BLOCKED])


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({}, 50),
        ({"sites": frozenset({(SET_AT, ())})}, 20),
        ({"sites": frozenset({(Span(70, 71), ())})}, 50),
        ({"calls": (31,)}, 30),
        ({"sites": frozenset({(SET_AT, (31,))})}, 30),
        ({"items": {20: "x", 50: None}}, None),
        ({"items": {20: "x"}}, None),
        ({"traced": (False, True)}, None),
    ],
    ids=str,
)
def test_a_check_stands_in_front_of_what_reads_the_credential_first(given: dict[str, Any], at: int | None) -> None:
    checks = said(run(SET_AT, **given))["checks"]
    assert checks == ([] if at is None else [PresenceCheck("f", at, "N")])


def test_a_command_is_literal_where_one_of_its_runs_is() -> None:
    step = cast(Any, None)
    literal = [JudgedCommand(step, runs, ()).literal for runs in ((run(), run()), (run(), run(literal=True)))]
    assert literal == [False, True]

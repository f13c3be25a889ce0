"""Why a row of a plan is left alone, as far as no repository has to be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Level, Variable
from migrator.findings.settings import Settings
from migrator.secrets import applying
from migrator.secrets import plan as plans
from migrator.secrets.asking import Asking
from migrator.secrets.journal import Event
from migrator.secrets.plan import PlanEvidence, PlanRow, Waived
from migrator.secrets.records import Evidence, RemovalVerdict, VariableRow
from tests.secrets.test_plan import PLAN, ROW

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WAIVED = replace(ROW, verdict=RemovalVerdict.ACCEPTED, waivers=(Waived("dump", "", "", "prints names", "2026-11-24"),))
SHARED = replace(ROW, repository="", level=Level.WORKSPACE)


@pytest.fixture(autouse=True)
def nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "again", lambda asking, plan: ((), frozenset(), frozenset({"web"})))


def why(row: PlanRow, now: datetime = NOW, **plan: Any) -> str:
    unused: Any = None
    asking = Asking(unused, "acme", Path(), unused, Settings(), now=now)
    return applying.still(asking, replace(PLAN, **plan))(row)


def test_what_is_as_it_was_may_go() -> None:
    assert why(ROW) == ""
    assert why(WAIVED) == ""
    assert why(SHARED, repository="") == ""


def test_a_waiver_that_ended_since_holds_the_row_back() -> None:
    assert "the waiver of dump expired on 2026-11-24" in why(WAIVED, NOW + timedelta(days=1))


def test_a_plan_of_one_repository_speaks_for_no_variable_of_the_workspace() -> None:
    assert "covers one repository" in why(SHARED)


def test_a_repository_that_is_not_to_be_seen_holds_its_rows_and_those_of_the_workspace_back() -> None:
    assert "api is no longer visible" in why(replace(ROW, repository="api"))
    assert "api is no longer visible" in why(SHARED, repository="", heads={"api": {}, "web": {}})


def another(uuid: str) -> Variable:
    return Variable(Level.REPOSITORY, "PAT", uuid, True)


FOUND = VariableRow("web", ROW.variable, RemovalVerdict.REMOVABLE)
USE = Evidence("doubt:dump", "main", "a.sh", 1, "env |")
KEPT = PlanEvidence("doubt:dump", "main", "a.sh", 1, "env |")
SIGNED = PlanRow(
    "web", Level.REPOSITORY, "", "", "PAT", "{1}", True, RemovalVerdict.ACCEPTED,
    plans.meaning(RemovalVerdict.ACCEPTED, [USE]), (KEPT,),
)  # fmt: skip
EVERYWHERE = replace(SIGNED, repository="", level=Level.WORKSPACE)
AGAIN: dict[str, tuple[PlanRow, list[VariableRow], set[str], str]] = {
    # a row of a plan, what is found now, in which repositories that have changed, and why it stays
    "nothing that concerns it changed": (ROW, [], {"api"}, ""),
    "it changed, and is as it was": (ROW, [FOUND], {"web"}, ""),
    "no longer found": (ROW, [], {"web"}, "it moved"),
    "found as another one": (ROW, [replace(FOUND, variable=another("{2}"))], {"web"}, "it moved"),
    "in use now": (ROW, [replace(FOUND, verdict=RemovalVerdict.IN_USE)], {"web"}, "it is in-use now"),
    "another verdict": (
        ROW, [replace(FOUND, verdict=RemovalVerdict.ACCEPTED, evidence=(USE,))], {"web"}, "it was removable when"
    ),
    "the same evidence": (
        SIGNED, [replace(FOUND, verdict=RemovalVerdict.ACCEPTED, evidence=(replace(USE, line=7),))], {"web"}, ""
    ),
    "less evidence": (SIGNED, [replace(FOUND, verdict=RemovalVerdict.ACCEPTED)], {"web"}, "its evidence has changed"),
    "other evidence": (
        SIGNED, [replace(FOUND, verdict=RemovalVerdict.ACCEPTED, evidence=(replace(USE, ref="release/1"),))], {"web"},
        "its evidence has changed",
    ),
    "of the workspace, and nothing changed": (replace(EVERYWHERE, evidence=()), [], set(), ""),
    "of the workspace, and no longer found": (EVERYWHERE, [], {"web"}, "it moved"),
    "of the workspace, and in use": (
        EVERYWHERE, [replace(FOUND, verdict=RemovalVerdict.IN_USE)], {"web"}, "it is in-use now"
    ),
    "of the workspace, and the same where something changed": (
        replace(EVERYWHERE, evidence=tuple(replace(KEPT, ref=f"{one}:main") for one in ("web", "api"))),
        [replace(FOUND, evidence=(replace(USE, ref="web:main"),))], {"web"}, "",
    ),
    "of the workspace, and more where something changed": (
        replace(EVERYWHERE, evidence=(replace(KEPT, ref="api:main"),)),
        [replace(FOUND, verdict=RemovalVerdict.ACCEPTED, evidence=(replace(USE, ref="web:main"),))], {"web"},
        "its evidence has changed",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "found", "changed", "reason"), AGAIN.values(), ids=AGAIN)
def test_a_row_holds_as_long_as_what_it_rests_on_is_the_same(
    row: PlanRow, found: list[VariableRow], changed: set[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = frozenset({"web", "api"})
    monkeypatch.setattr(applying, "again", lambda asking, plan: (tuple(found), frozenset(changed), there))
    told = why(row, repository="" if row.level is Level.WORKSPACE else "web", heads={"web": {}, "api": {}})
    assert told.startswith(reason)
    assert bool(told) == bool(reason)


class _Log:
    """A log that keeps nothing."""

    done: frozenset[str] = frozenset()

    def write(self, event: Event, **about: str) -> None:
        assert event is Event.FAILED


def test_a_row_that_bitbucket_refuses_is_said_to_have_failed_and_the_next_one_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def again(*_: object) -> None:
        raise ApiError(Cause.MISSING, "the repository is not there")

    monkeypatch.setattr(applying.variables, "again", again)
    unused: Any = None
    log: Any = _Log()
    asking = Asking(unused, "acme", Path(), unused, Settings(), now=NOW)
    plan = replace(PLAN, rows=(ROW, replace(ROW, uuid="{2}")))
    outcomes = list(applying.carry_out(asking, plan, log, lambda row: "", None))
    assert [(one.event, one.text) for one in outcomes] == [(Event.FAILED, "the repository is not there")] * 2

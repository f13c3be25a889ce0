"""Why a row of a plan is left alone, as far as no repository has to be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Level
from migrator.findings.settings import Settings
from migrator.secrets import applying
from migrator.secrets.asking import Asking
from migrator.secrets.journal import Event
from migrator.secrets.plan import PlanRow, Waived
from migrator.secrets.records import RemovalVerdict
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

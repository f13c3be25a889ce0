"""What is done of a plan, row by row: what is looked at, kept, written down, and removed, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Level, Variable
from migrator.findings.settings import Settings
from migrator.secrets import applying
from migrator.secrets.applying import BackupRow, RemovalOutcome
from migrator.secrets.asking import Asking
from migrator.secrets.journal import Event, JournalError
from migrator.secrets.keeping import NotKept
from migrator.secrets.plan import PlanRow
from tests.secrets.test_plan import PLAN, ROW

PLAIN = replace(ROW, uuid="{2}", key="MODE", secured=False)
SHARED = replace(ROW, uuid="{3}", repository="", level=Level.WORKSPACE)
UNUSED: Any = None


class Log:
    def __init__(self, *done: str) -> None:
        self.done = frozenset(done)
        self.lines: list[str] = []
        self.full = False

    def write(self, event: Event, *, uuid: str, key: str, place: str, text: str = "") -> None:
        if self.full:
            raise JournalError("the disk is full")
        self.lines.append(f"{event} {uuid} {key} {place}{': ' if text else ''}{text}")


class Desk:
    """Bitbucket has the variables of `there`, by uuid, or raises what is in place of one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there: dict[str, Any] = {row.uuid: row.variable for row in (ROW, PLAIN, SHARED)}
        self.there["{2}"] = Variable(Level.REPOSITORY, "MODE", "{2}", False, value="release")
        self.gone_meanwhile: set[str] = set()
        self.log = Log()
        self.kept: list[BackupRow] = []
        self.asked: list[str] = []
        monkeypatch.setattr(applying.variables, "again", self.again)
        monkeypatch.setattr(applying.variables, "delete", self.delete)

    def again(self, client: object, workspace: str, repository: str | None, variable: Variable) -> Variable | None:
        self.asked.append(f"{workspace}/{repository} {variable.uuid}")
        found: Variable | Exception | None = self.there.get(variable.uuid)
        if isinstance(found, Exception):
            raise found
        return found

    def delete(self, client: object, workspace: str, repository: str | None, variable: Variable) -> bool:
        self.asked.append(f"delete {workspace}/{repository} {variable.uuid}")
        return variable.uuid not in self.gone_meanwhile

    def carry_out(self, *rows: PlanRow, keep: bool = True, refused: str = "") -> Iterator[RemovalOutcome]:
        asking = Asking(UNUSED, "acme", Path(), UNUSED, Settings())
        log: Any = self.log
        return applying.carry_out(
            asking,
            replace(PLAN, rows=rows),
            log,
            lambda row: "it is in use" if row.uuid == refused else "",
            self.kept.append if keep else None,
        )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_each_row_is_looked_at_and_written_down_before_it_goes_and_after(desk: Desk) -> None:
    found = list(desk.carry_out(ROW, PLAIN, SHARED))
    assert [(one.row.uuid, one.event, one.kept) for one in found] == [
        ("{1}", Event.DELETED, True),
        ("{2}", Event.DELETED, True),
        ("{3}", Event.DELETED, True),
    ]
    assert desk.asked == [
        *("acme/web {1}", "delete acme/web {1}", "acme/web {2}", "delete acme/web {2}"),
        *("acme/None {3}", "delete acme/None {3}"),
    ]
    assert desk.kept == [BackupRow(PLAIN, "release")]
    secured, backed = "the value from where the token is kept", "the value in the backup file"
    assert desk.log.lines == [
        "deleting {1} PAT web",
        f"deleted {{1}} PAT web: to restore it, create the variable PAT in web again, with {secured}",
        "deleting {2} MODE web",
        f"deleted {{2}} MODE web: to restore it, create the variable MODE in web again, with {backed}",
        "deleting {3} PAT the workspace",
        f"deleted {{3}} PAT the workspace: {applying.restore(SHARED)}",
    ]


@pytest.mark.parametrize(
    ("now", "event", "text"),
    [
        (None, Event.GONE, "it was already absent"),
        (Variable(Level.REPOSITORY, "OTHER", "{1}", True), Event.REFUSED, "it has another name now"),
        (Variable(Level.REPOSITORY, "PAT", "{1}", False), Event.REFUSED, "it has another name now, or is secured"),
    ],
)
def test_what_is_another_one_now_stays(now: Variable | None, event: Event, text: str, desk: Desk) -> None:
    desk.there["{1}"] = now
    found = list(desk.carry_out(ROW, SHARED))
    assert [one.event for one in found] == [event, Event.DELETED]
    assert found[0].text.startswith(text)
    assert desk.kept == []
    assert desk.log.lines[0] == f"{event} {{1}} PAT web: {found[0].text}"


def test_what_went_meanwhile_is_gone(desk: Desk) -> None:
    desk.gone_meanwhile = {"{1}"}
    assert [one.event for one in desk.carry_out(ROW)] == [Event.GONE]


def test_what_is_done_or_does_not_hold_is_passed_over(desk: Desk) -> None:
    desk.log.done = frozenset({"{1}"})
    found = list(desk.carry_out(ROW, PLAIN, SHARED, refused="{2}"))
    assert [(one.row.uuid, one.event, one.text[:12]) for one in found] == [
        ("{2}", Event.REFUSED, "it is in use"),
        ("{3}", Event.DELETED, "to restore i"),
    ]
    assert desk.asked == ["acme/None {3}", "delete acme/None {3}"]


def test_a_value_that_would_be_lost_stays_and_one_that_is_empty_is_kept(desk: Desk) -> None:
    (found,) = desk.carry_out(PLAIN, keep=False)
    assert (found.event, found.text) == (
        Event.REFUSED,
        "its value is not secured and would be lost; pass `--backup FILE`",
    )
    assert desk.asked == ["acme/web {2}"]
    desk.there["{2}"] = Variable(Level.REPOSITORY, "MODE", "{2}", False)
    assert [one.event for one in desk.carry_out(PLAIN)] == [Event.DELETED]
    assert desk.kept == [BackupRow(PLAIN, "")]


def test_nothing_follows_a_value_that_could_not_be_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(row: BackupRow) -> None:
        raise NotKept("the disk is full")

    monkeypatch.setattr(desk, "kept", SimpleNamespace(append=refused))
    (found,) = desk.carry_out(PLAIN, SHARED)
    assert (found.event, found.text, found.kept) == (
        Event.FAILED,
        "patless could not save its value, so it stays: the disk is full",
        False,
    )
    assert desk.asked == ["acme/web {2}"]


def test_what_cannot_be_written_down_is_not_done(desk: Desk) -> None:
    desk.log.full = True
    with pytest.raises(JournalError, match="the disk is full"):
        list(desk.carry_out(ROW, SHARED))
    assert desk.asked == ["acme/web {1}"]


STOPPING = (Cause.UNAUTHORISED, Cause.RATE_LIMITED, Cause.UNREACHABLE, Cause.SERVER, Cause.TOO_SLOW)


@pytest.mark.parametrize(
    ("cause", "stops"), [*((cause, True) for cause in STOPPING), (Cause.FORBIDDEN, False), (Cause.MISSING, False)]
)
def test_what_the_next_row_would_meet_too_ends_it(cause: Cause, stops: bool, desk: Desk) -> None:
    desk.there["{1}"] = ApiError(cause, "no")
    found = list(desk.carry_out(ROW, SHARED))
    assert [(one.event, one.text[:2], one.kept) for one in found] == [
        (Event.FAILED, "no", True),
        *([] if stops else [(Event.DELETED, "to", True)]),
    ]


# Before the first


@pytest.mark.parametrize(
    ("scopes", "room", "refused"),
    [
        (None, None, ""),
        ("repository pipeline pipeline:variable repository:admin pullrequest account", None, ""),
        ("repository", None, "the credential lacks the scope"),
        (None, 6, ""),
        (None, 5, "5 of 1,000 requests are left for this hour, and this takes 6; nothing deleted"),
        (None, 0, "0 of 1,000 requests"),
    ],
)
def test_whether_all_can_be_deleted_is_told_before_anything_is(
    scopes: str | None, room: int | None, refused: str
) -> None:
    client: Any = SimpleNamespace(
        said={"X-OAuth-Scopes": scopes} if scopes else {},
        credentials=SimpleNamespace(hide=lambda text: text, kind=CredentialKind.ACCESS_TOKEN),
        room=lambda: room,
        budget=SimpleNamespace(per_hour=1000),
    )
    if not refused:
        applying.able(client, 3)
        return
    with pytest.raises(ApiError) as found:
        applying.able(client, 3)
    assert str(found.value).startswith(refused)
    assert found.value.kind is (Cause.FORBIDDEN if scopes else Cause.RATE_LIMITED)


def test_half_of_an_hour_s_requests_are_enough_for_any_plan() -> None:
    client: Any = SimpleNamespace(
        said={},
        credentials=SimpleNamespace(hide=lambda text: text, kind=CredentialKind.ACCESS_TOKEN),
        room=lambda: 500,
        budget=SimpleNamespace(per_hour=1001),
    )
    applying.able(client, 9999)
    client.room = lambda: 499
    with pytest.raises(ApiError):
        applying.able(client, 9999)


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"", True),
        (b'{"key": 1, "uuid": 2, "value": 3}\n', True),
        (b'{"key": 1, "uuid": 2, "value": 3, "more": 4}\n' * 2, True),
        (b'{"key": 1, "uuid": 2, "value": 3}', False),
        (b'{"key": 1, "uuid": 2, "value": 3}\n{"key": 1}\n', False),
        (b'{"key": 1, "uuid": 2, "value": 3}\nx', False),
        (b'["key", "uuid", "value"]\n', False),
        (b'{"uuid": 2, "value": 3}\n', False),
        (b'{"key": 1, "value": 3}\n', False),
        (b'{"key": 1, "uuid": 2}\n', False),
        (b"\n", False),
        (b"x\n", False),
    ],
)
def test_a_backup_is_whole_lines_that_have_a_value(data: bytes, whole: bool) -> None:
    assert applying._is_backup(data) == whole

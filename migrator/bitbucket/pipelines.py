"""Runs of pipelines. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.paging import begun, latest
from migrator.bitbucket.records import Run
from migrator.bitbucket.rows import Row, commit, moment, number, optional, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


ENDED = "COMPLETED"
_UNENDED = ("PARSING", "PAUSED", "HALTED", "PENDING", "BUILDING")
"""https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/, the filter `status`."""


class Window(NamedTuple):
    """Runs, the newest first, those that are at their end before the rest; `ever` is how many there were at all."""

    runs: tuple[Run, ...]
    ever: int


def runs(client: Client, workspace: str, repository: str, since: datetime, status: str = "") -> tuple[Run, ...]:
    """Those that were created at `since`, which has a time zone, or later, the newest first. Raises ApiError.

    `status` is one of Bitbucket's filter, such as `PAUSED` or `BUILDING`. Runs that start meanwhile are not in it.
    """
    path = addresses.path("repositories", workspace, repository, "pipelines")
    params = {"status": status} if status else {}
    found = latest(client, path, lambda row: _created(row) < since, params, key="created_on")
    return tuple(_run(row) for row in found)


def window(client: Client, workspace: str, repository: str, since: datetime) -> Window:
    """The runs since then, and those before that are not at their end. Raises ApiError.

    It is one request where there were no more runs than a page has rows, and some more where there were.
    """
    path = addresses.path("repositories", workspace, repository, "pipelines")
    beginning = begun(client, path, key="created_on")
    if beginning.whole:
        every = map(_run, latest(client, path, lambda row: False, key="created_on", beginning=beginning))
        return Window(tuple(run for run in every if run.created_on >= since or run.state != ENDED), beginning.size)
    rows = latest(client, path, lambda row: _created(row) < since, key="created_on", beginning=beginning)
    for status in _UNENDED:
        rows += latest(client, path, lambda row: False, {"status": status}, key="created_on")
    return Window(tuple({text(row, "uuid"): _run(row) for row in rows}.values()), beginning.size)


def of_branch(client: Client, workspace: str, repository: str, branch: str, since: datetime) -> tuple[Run, ...]:
    """Those of a branch that were created at `since` or later, the oldest first. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "pipelines")
    found = latest(client, path, lambda row: _created(row) < since, {"target.branch": branch}, key="created_on")
    return tuple(_run(row) for row in reversed(found))


def _run(row: Row) -> Run:
    return Run(
        uuid=text(row, "uuid"),
        build_number=number(row, "build_number"),
        created_on=_created(row),
        state=optional(row, "state", "name"),
        result=optional(row, "state", "result", "name"),
        stage=optional(row, "state", "stage", "name"),
        ref_type=optional(row, "target", "ref_type"),
        ref_name=optional(row, "target", "ref_name"),
        sha=commit(row, "target", "commit", "hash"),
        selector=optional(row, "target", "selector", "type"),
        pattern=optional(row, "target", "selector", "pattern"),
    )


def _created(row: Row) -> datetime:
    found = moment(row, "created_on")
    if found is None:
        raise ApiError(Cause.GARBLED, "Bitbucket's answer has a run without created_on")
    return found

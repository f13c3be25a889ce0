"""Carries out a plan: each row only if what it rests on still holds, each written down before and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator.bitbucket import account, variables
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.records import Level
from migrator.bitbucket.scopes import fits
from migrator.bitbucket.session import Client
from migrator.secrets import keeping
from migrator.secrets import plan as plans
from migrator.secrets.asking import Asking
from migrator.secrets.journal import Event, Journal, JournalError
from migrator.secrets.keeping import NotKept
from migrator.secrets.listing import again
from migrator.secrets.plan import Plan, PlanRow

_COMMAND = "secrets apply"
_EACH = 2
"""Requests that it takes to look at a variable once more, and to delete it."""
_STOP = (Cause.UNAUTHORISED, Cause.RATE_LIMITED, Cause.UNREACHABLE, Cause.SERVER, Cause.TOO_SLOW)
"""After these, the next row would meet the same."""


class RemovalOutcome(Struct, frozen=True):
    """What became of a row; `text` says why where it was not removed, or how to restore it. `kept` is False where its
    value was to be kept and is not."""

    row: PlanRow
    event: Event
    text: str
    kept: bool = True


class BackupRow(Struct, frozen=True):
    """A value that was not secured, for the backup file."""

    row: PlanRow
    value: str


def still(asking: Asking, plan: Plan) -> Callable[[PlanRow], str]:
    """Why a row's evidence holds no more, '' where it does. Only repositories that changed are read again.

    Raises ApiError, GitError, GitMissing.
    """
    fresh, changed, there = again(asking, plan)
    missing = sorted(plan.heads.keys() - there)
    rows = {row.variable.uuid: row for row in fresh}

    def why(row: PlanRow) -> str:
        ended = next((one for one in row.waivers if date.fromisoformat(one.until) < asking.today), None)
        if ended:
            return f"the waiver of {ended.doubt} expired on {ended.until}; renew it, or settle the possible use"
        if row.level is Level.WORKSPACE and plan.repository:
            return "the plan covers one repository, but others can see this variable"
        unseen = missing[:1] if row.level is Level.WORKSPACE else sorted({row.repository} - there)
        if unseen:
            return f"{unseen[0]} is no longer visible, so patless can't tell what uses it; write a new plan"
        if row.level is not Level.WORKSPACE and row.repository not in changed:
            return ""
        if row.level is Level.WORKSPACE and not changed:
            return ""
        found = rows.get(row.uuid)
        if found is None:
            return "it moved, or patless no longer sees a login to Packages that uses or used it"
        if not found.verdict.may_go:
            return f"it is {found.verdict} now"
        before = {one for one in plans.meant(row.evidence) if _within(one[1], row, changed)}
        if found.verdict is not row.verdict and row.level is not Level.WORKSPACE:
            return f"it was {row.verdict} when the plan was made, and is {found.verdict} now"
        return "" if plans.meant(found.evidence) == before else "its evidence has changed"

    return why


def _within(ref: str, row: PlanRow, changed: frozenset[str]) -> bool:
    return row.level is not Level.WORKSPACE or ref.partition(":")[0] in changed


def able(client: Client, count: int) -> None:
    """Whether so many variables can be deleted, as far as that is known before the first: what Bitbucket has said of
    the credential, and what is left of this hour's requests. Raises ApiError."""
    has = account.standing(client.said, client.credentials.hide).scopes
    lacks = next((fit.missing for fit in fits(has or (), client.credentials.kind) if fit.command == _COMMAND), ())
    if has and lacks:
        raise ApiError(Cause.FORBIDDEN, f"the credential lacks the scope {', '.join(lacks)}; nothing deleted")
    room, most = client.room(), client.budget.per_hour
    if room is not None and room < min(_EACH * count, most // 2):
        raise ApiError(
            Cause.RATE_LIMITED,
            f"{room:,} of {most:,} requests are left for this hour, and this takes {_EACH * count:,}; nothing deleted, "
            "run the same command later",
        )


def carry_out(
    asking: Asking,
    plan: Plan,
    journal: Journal,
    why_not: Callable[[PlanRow], str],
    keep: Callable[[BackupRow], None] | None,
) -> Iterator[RemovalOutcome]:
    """Remove the rows of the plan one by one. `keep` takes the values of variables that are not secured; without it
    those are left alone. What an earlier run has done is not done again. Where a value is not kept, or the next row
    would meet the same, no row follows. Raises JournalError."""
    for row in plan.rows:
        if row.uuid in journal.done:
            continue
        reason = why_not(row)
        if reason:
            yield _end(journal, row, Event.REFUSED, reason)
            continue
        try:
            outcome = _one(asking, row, journal, keep)
        except JournalError:
            raise
        except NotKept as error:
            yield replace(
                _end(journal, row, Event.FAILED, f"patless could not save its value, so it stays: {error}"), kept=False
            )
            return
        except ApiError as error:
            yield _end(journal, row, Event.FAILED, str(error))
            if error.kind in _STOP:
                return
        else:
            yield outcome


def _one(asking: Asking, row: PlanRow, journal: Journal, keep: Callable[[BackupRow], None] | None) -> RemovalOutcome:
    repository = row.repository or None
    now = variables.again(asking.client, asking.workspace, repository, row.variable)
    if now is None:
        return _end(journal, row, Event.GONE, "it was already absent")
    if (now.key, now.secured) != (row.key, row.secured):
        return _end(journal, row, Event.REFUSED, "it has another name now, or is secured where it was not")
    if not now.secured:
        if keep is None:
            return _end(journal, row, Event.REFUSED, "its value is not secured and would be lost; pass `--backup FILE`")
        keep(BackupRow(row, now.value or ""))
    journal.write(Event.DELETING, uuid=row.uuid, key=row.key, place=row.place)
    there = variables.delete(asking.client, asking.workspace, repository, row.variable)
    return _end(journal, row, Event.DELETED if there else Event.GONE, restore(row))


def _end(journal: Journal, row: PlanRow, event: Event, text: str) -> RemovalOutcome:
    journal.write(event, uuid=row.uuid, key=row.key, place=row.place, text=text)
    return RemovalOutcome(row, event, text)


def restore(row: PlanRow) -> str:
    """How to have the variable back. Bitbucket never gives the value of a secured one out again."""
    value = "the value from where the token is kept" if row.secured else "the value in the backup file"
    return f"to restore it, create the variable {row.key} in {row.place} again, with {value}"


@contextmanager
def backup(path: Path, apart: Mapping[tuple[int, int], str]) -> Iterator[Callable[[BackupRow], None]]:
    """Appends values to a file that only its owner can read; `apart` are files that it must not be.

    Raises NotKept, also from what it gives, and where the file holds anything but whole lines of a backup.
    """
    with keeping.opened(path, apart, private=True) as file:
        if not _is_backup(file.content()):
            raise NotKept(
                f"{path} holds something other than complete lines of a backup; name another file with --backup"
            )

        def keep(kept: BackupRow) -> None:
            row = kept.row
            where = {"level": row.level, "repository": row.repository, "environment": row.environment}
            line = json.dumps({**where, "key": row.key, "uuid": row.uuid, "value": kept.value}, sort_keys=True)
            file.append(line.encode())

        yield keep


def _is_backup(data: bytes) -> bool:
    """Whether all of `data` was written by earlier runs, and so the next line stands alone."""
    *lines, rest = data.split(b"\n")
    try:
        found = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return False
    return not rest and all(isinstance(one, dict) and {"key", "uuid", "value"} <= one.keys() for one in found)

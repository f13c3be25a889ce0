"""What was done of a plan: a file of lines, each with the hash of the one before, written through before going on.

The hashes show damage. They show no forgery, as whoever may write to the file can make others that fit: for that, who
applies the plan signs the log (`signing.sign_log`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from migrator.secrets import keeping
from migrator.secrets.keeping import LineFile, NotKept

BEGIN = "0" * 64


class Event(StrEnum):
    STARTED = "started"
    DELETING = "deleting"
    DELETED = "deleted"
    GONE = "gone"
    """It was not there any more."""
    REFUSED = "refused"
    """It was left alone, and `text` says why."""
    FAILED = "failed"
    ENDED = "ended"


class JournalError(NotKept):
    """The log is not as it was written, or cannot be written. The message is a sentence."""


class LogEntry(Struct, frozen=True):
    """`previous` is the hash of the line before, `plan` the digest of the plan; `uuid` is '' for what is of no row."""

    at: str
    event: Event
    plan: str
    previous: str
    uuid: str = ""
    key: str = ""
    place: str = ""
    text: str = ""
    by: str = ""


def read(path: Path) -> tuple[LogEntry, ...]:
    """The entries of a journal, the chain checked. A last line that was cut by a kill does not count.

    Raises NotKept, JournalError.
    """
    return entries(path, keeping.read(path))


def entries(path: Path, data: bytes) -> tuple[LogEntry, ...]:
    """As `read`, of the log at `path` with this content."""
    found: list[LogEntry] = []
    previous = BEGIN
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            entry = msgspec.json.decode(line, type=LogEntry)
        except msgspec.DecodeError:
            raise JournalError(f"{path}:{number}: not a line of a log of `secrets apply`") from None
        if entry.previous != previous or _line(entry) != line:
            raise JournalError(f"{path}:{number}: the log was changed after it was written: its hashes do not follow")
        found.append(entry)
        previous = hashlib.sha256(line).hexdigest()
    return tuple(found)


class Journal:
    """An open log. `entries` are those of earlier runs."""

    def __init__(self, file: LineFile, plan: str, by: str) -> None:
        whole = file.content()
        self.entries = entries(file.path, whole)
        if any(entry.plan != plan for entry in self.entries):
            raise JournalError(f"{file.path}: the log belongs to another plan; name another file with --log")
        self._file = file
        self._plan = plan
        self._by = by
        kept = whole.rfind(b"\n") + 1
        if kept != len(whole):
            file.cut(kept)
        self._previous = hashlib.sha256(_line(self.entries[-1])).hexdigest() if self.entries else BEGIN

    @property
    def identity(self) -> tuple[int, int]:
        return self._file.identity

    @property
    def content(self) -> bytes:
        """The log as it is now. Raises NotKept."""
        return self._file.content()

    @property
    def done(self) -> frozenset[str]:
        """The uuids of rows that are at their end."""
        return frozenset(entry.uuid for entry in self.entries if entry.event in (Event.DELETED, Event.GONE))

    def write(self, event: Event, *, uuid: str = "", key: str = "", place: str = "", text: str = "") -> None:
        """Raises JournalError: what cannot be logged is not done."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = _line(LogEntry(at, event, self._plan, self._previous, uuid, key, place, text, self._by))
        try:
            self._file.append(line)
        except NotKept as error:
            raise JournalError(f"{error}; it is the log, so patless deletes nothing more") from None
        self._previous = hashlib.sha256(line).hexdigest()


def beside(plan: Path) -> Path:
    """The log of a plan, where no other one is named."""
    return plan.with_name(f"{plan.name}.log")


@contextmanager
def opened(path: Path, plan: str, by: str, apart: Mapping[tuple[int, int], str]) -> Iterator[Journal]:
    """The log at `path` for the plan with this digest; `apart` are files that it must not be. Raises NotKept where it
    is one of them, no plain file, or open in another run, and JournalError where it holds anything else."""
    with keeping.opened(path, apart, private=False) as file:
        yield Journal(file, plan, by)


def _line(entry: LogEntry) -> bytes:
    return json.dumps(msgspec.to_builtins(entry), sort_keys=True, ensure_ascii=True).encode()

"""What was done of a plan: a file of lines, each with the hash of the one before, written through before going on."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

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


class JournalError(Exception):
    """The file is not as it was written, or cannot be written. The message is a sentence."""


class Entry(Struct, frozen=True):
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


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a journal, the chain checked. A last line that was cut by a kill does not count.

    Raises JournalError.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: the log cannot be read ({error.strerror})") from None
    found: list[Entry] = []
    previous = BEGIN
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError:
            raise JournalError(f"{path}:{number}: this is no line of a log of `secrets apply`") from None
        if entry.previous != previous or _line(entry) != line:
            raise JournalError(f"{path}:{number}: the log was changed after it was written: its hashes do not follow")
        found.append(entry)
        previous = hashlib.sha256(line).hexdigest()
    return tuple(found)


class Journal:
    """An open log. `entries` are those of earlier runs."""

    def __init__(self, path: Path, descriptor: int, plan: str, by: str) -> None:
        self.entries = read(path)
        self._descriptor = descriptor
        self._plan = plan
        self._by = by
        whole = path.read_bytes()
        kept = whole.rfind(b"\n") + 1
        if kept != len(whole):
            os.ftruncate(descriptor, kept)
        self._previous = hashlib.sha256(_line(self.entries[-1])).hexdigest() if self.entries else BEGIN
        if any(entry.plan != plan for entry in self.entries):
            raise JournalError(f"{path}: the log is of another plan; name another file with --log")

    @property
    def done(self) -> frozenset[str]:
        """The uuids of rows that are at their end."""
        return frozenset(entry.uuid for entry in self.entries if entry.event in (Event.DELETED, Event.GONE))

    def write(self, event: Event, *, uuid: str = "", key: str = "", place: str = "", text: str = "") -> None:
        """Raises JournalError: what cannot be logged is not done."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = _line(Entry(at, event, self._plan, self._previous, uuid, key, place, text, self._by))
        try:
            if os.write(self._descriptor, line + b"\n") <= len(line):  # what the disk took is no line
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._descriptor)
        except OSError as error:
            raise JournalError(f"the log cannot be written ({error.strerror}), so nothing more is removed") from None
        self._previous = hashlib.sha256(line).hexdigest()


@contextmanager
def opened(path: Path, plan: str, by: str) -> Iterator[Journal]:
    """The log at `path` for the plan with this digest. Raises JournalError, also where another run has it open."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalError(f"{path}: the log cannot be opened ({error.strerror})") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield Journal(path, descriptor, plan, by)
    except BlockingIOError:
        raise JournalError(f"{path}: another run applies this plan; wait for it") from None
    finally:
        os.close(descriptor)


def _line(entry: Entry) -> bytes:
    return json.dumps(msgspec.to_builtins(entry), sort_keys=True, ensure_ascii=True).encode()

"""The ledger: one SQLite file that knows what was seen of every repository, and goes on after any end of a run.

Every function is one short transaction (https://sqlite.org/wal.html), so that a run can be killed between any two of
its instructions, and two runs can share the file.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from migrator.fleet.records import Branch, Change, Entry, Repository, Scanned, Seen, State, Stored

VERSION = 1
_WAIT = 60.0
_MARK = 0x7061746C
"""`PRAGMA application_id`: the file is one of this program's."""
_TABLES = """
CREATE TABLE repositories (
    number INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL,
    document BLOB NOT NULL,
    state TEXT NOT NULL,
    listed TEXT NOT NULL,
    scanned TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX repositories_slug ON repositories (slug);
CREATE TABLE heads (
    uuid TEXT NOT NULL,
    branch TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (uuid, branch)
) STRICT, WITHOUT ROWID;
CREATE TABLE seen (
    uuid TEXT NOT NULL,
    hash TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (uuid, hash)
) STRICT;
CREATE TABLE changes (
    uuid TEXT NOT NULL,
    destination TEXT NOT NULL,
    at TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (uuid, destination)
) STRICT;
CREATE TABLE stored (
    uuid TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    document BLOB NOT NULL
) STRICT;
CREATE TABLE rounds (
    selection TEXT PRIMARY KEY,
    begun TEXT NOT NULL
) STRICT;
"""
_PUT = """
INSERT INTO repositories (uuid, slug, document, state, listed) VALUES (?, ?, ?, 'listed', ?)
ON CONFLICT (uuid) DO UPDATE SET slug = excluded.slug, document = excluded.document, listed = excluded.listed
"""
_ENTRY = "SELECT document, state, listed, scanned, error FROM repositories"


class LedgerError(Exception):
    """The ledger cannot be used. The message is a sentence."""


class Ledger:
    """A context manager. One thread of one process uses it; others open the file themselves.

    All methods raise LedgerError. `uuid` is a repository's, always.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._claims: IO[bytes] | None = None
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise LedgerError(f"{path}: the ledger cannot be opened: {error.strerror}") from None
        self._base = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
        try:
            with self._sentences():
                self._prepare()
        except BaseException:
            self._base.close()
            raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """What was claimed is free."""
        self._base.close()
        if self._claims:
            self._claims.close()
            self._claims = None

    # Repositories

    def put(self, repositories: Sequence[Repository], at: str) -> None:
        """Repositories as Bitbucket lists them `at` this moment; what is known of them otherwise stays."""
        rows = [(one.uuid, one.slug, msgspec.json.encode(one), at) for one in repositories]
        unnamed = [(Repository.unnamed(one.workspace, one.slug).uuid, one.uuid) for one in repositories]
        with self._transaction():
            self._base.executemany("DELETE FROM repositories WHERE uuid = ? AND uuid <> ?", unnamed)
            self._base.executemany(_PUT, rows)

    def entries(self) -> list[Entry]:
        """All repositories, by slug."""
        with self._sentences():
            return [_entry(row) for row in self._base.execute(f"{_ENTRY} ORDER BY slug, uuid")]

    def entry(self, name: str) -> Entry | None:
        """By uuid or slug; of several with one slug the one that was listed last."""
        with self._sentences():
            found = self._base.execute(
                f"{_ENTRY} WHERE uuid = ?1 OR slug = ?1 ORDER BY uuid = ?1 DESC, listed DESC LIMIT 1", (name,)
            ).fetchone()
        return _entry(found) if found else None

    # What was seen

    def record(self, scanned: Scanned) -> None:
        """The outcome of a look, whole or not at all. After a failure, what was seen before stays."""
        with self._transaction():
            self._base.execute(
                "UPDATE repositories SET state = ?, scanned = ?, error = ? WHERE uuid = ?",
                (str(scanned.state), scanned.at, scanned.error, scanned.uuid),
            )
            if scanned.state.failed:
                return
            self._base.execute("DELETE FROM heads WHERE uuid = ?", (scanned.uuid,))
            heads = [(scanned.uuid, branch, commit) for branch, commit in scanned.heads]
            self._base.executemany("INSERT INTO heads VALUES (?, ?, ?)", heads)
            rows = [(scanned.uuid, one.commit, one.by, msgspec.json.encode(one)) for one in scanned.seen]
            self._base.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", rows)
            self._base.execute(
                "DELETE FROM seen WHERE uuid = ?1 AND hash NOT IN (SELECT hash FROM heads WHERE uuid = ?1)",
                (scanned.uuid,),
            )

    def heads(self, uuid: str) -> dict[str, str]:
        """The commits by branch, as they were last seen."""
        with self._sentences():
            return dict(self._base.execute("SELECT branch, hash FROM heads WHERE uuid = ?", (uuid,)))

    def judged(self, uuid: str) -> dict[str, str]:
        """The digest of the rules and settings by commit that was analysed."""
        with self._sentences():
            return dict(self._base.execute("SELECT hash, judged_by FROM seen WHERE uuid = ?", (uuid,)))

    def seen(self, uuid: str, commit: str) -> Seen | None:
        with self._sentences():
            found = self._base.execute(
                "SELECT document FROM seen WHERE uuid = ? AND hash = ?", (uuid, commit)
            ).fetchone()
        return msgspec.json.decode(found[0], type=Seen) if found else None

    def branches(self, uuid: str = "") -> Iterator[Branch]:
        """Every branch that was read, by slug and name; of one repository, or of all."""
        entry = self.entry(uuid) if uuid else None
        for one in [entry] if entry else [] if uuid else self.entries():
            yield from self._branches(one)

    # Rounds

    def begin(self, selection: str, now: str, oldest: str) -> str:
        """When the round over a selection began: now, or before where one was begun since `oldest` and not ended."""
        with self._transaction():
            found = self._base.execute("SELECT begun FROM rounds WHERE selection = ?", (selection,)).fetchone()
            if found and found[0] >= oldest:
                return str(found[0])
            self._base.execute("INSERT OR REPLACE INTO rounds VALUES (?, ?)", (selection, now))
        return now

    def end(self, selection: str) -> None:
        with self._transaction():
            self._base.execute("DELETE FROM rounds WHERE selection = ?", (selection,))

    # Changes

    def keep(self, change: Change) -> None:
        """Put the row of this repository and destination in place of the one that is there."""
        row = (change.uuid, change.destination, change.at, msgspec.json.encode(change))
        with self._transaction():
            self._base.execute("INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?)", row)

    def changes(self, uuid: str = "") -> list[Change]:
        """Of one repository, or of all, by destination."""
        with self._sentences():
            rows = self._base.execute(
                "SELECT document FROM changes WHERE ?1 IN ('', uuid) ORDER BY uuid, destination", (uuid,)
            ).fetchall()
        return [msgspec.json.decode(document, type=Change) for (document,) in rows]

    # Stored variables

    def store(self, stored: Stored) -> None:
        """Put what a look for secrets saw in place of what is there."""
        with self._transaction():
            self._base.execute(
                "INSERT OR REPLACE INTO stored VALUES (?, ?, ?)", (stored.uuid, stored.at, msgspec.json.encode(stored))
            )

    def stored(self, uuid: str = "") -> dict[str, Stored]:
        """By uuid; of one repository or workspace, or of all."""
        with self._sentences():
            rows = self._base.execute("SELECT document FROM stored WHERE ?1 IN ('', uuid) ORDER BY uuid", (uuid,))
            found = [msgspec.json.decode(document, type=Stored) for (document,) in rows]
        return {one.uuid: one for one in found}

    # Two runs at once

    def claim(self, uuid: str, *, wait: bool = False) -> bool:
        """Whether this process alone may work on the repository from now on; with `wait`, once it may.

        The claim ends with `free`, `close`, or the process, however it ends: it is a lock of the operating system on
        one byte of the file beside the ledger (https://man7.org/linux/man-pages/man2/fcntl_locking.2.html).
        """
        number = self._number(uuid)
        if number is None:
            raise LedgerError(f"{self.path}: there is no repository {uuid[:80]!r} in the ledger; scan it first")
        if self._claims is None:
            self._claims = Path(f"{self.path}.claims").open("ab")  # noqa: SIM115 - open as long as the ledger
        try:
            fcntl.lockf(self._claims, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), 1, number)
        except OSError:
            return False
        return True

    def free(self, uuid: str) -> None:
        number = self._number(uuid)
        if self._claims is not None and number is not None:
            fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, number)

    @contextmanager
    def claimed(self, uuid: str) -> Iterator[bool]:
        """The claim as a block; whether it was given."""
        mine = self.claim(uuid)
        try:
            yield mine
        finally:
            if mine:
                self.free(uuid)

    # Several ledgers

    def join(self, other: Ledger) -> None:
        """Take in what another ledger knows and this one does not: of each repository what was looked at last, of each
        change the last state."""
        mine = {one.repository.uuid: one for one in self.entries()}
        for entry in other.entries():
            uuid = entry.repository.uuid
            before = mine.get(uuid)
            if before is None or entry.listed > before.listed:
                self.put([entry.repository], entry.listed)
            if entry.state is not State.LISTED and (before is None or entry.scanned > before.scanned):
                self.record(other.outcome(entry))
        kept: Mapping[tuple[str, str], Change] = {(one.uuid, one.destination): one for one in self.changes()}
        for change in other.changes():
            there = kept.get((change.uuid, change.destination))
            if there is None or change.at > there.at:
                self.keep(change)
        known = self.stored()
        for uuid, stored in other.stored().items():
            if uuid not in known or stored.at > known[uuid].at:
                self.store(stored)

    def outcome(self, entry: Entry) -> Scanned:
        """What was last recorded of a repository, its analyses included."""
        uuid = entry.repository.uuid
        branches = list(self._branches(entry))
        heads = tuple((one.name, one.commit) for one in branches)
        seen = tuple({one.commit: one.seen for one in branches if one.seen}.values())
        return Scanned(uuid, entry.state, entry.scanned, heads, seen, entry.error)

    def _branches(self, entry: Entry) -> Iterator[Branch]:
        with self._sentences():
            rows = self._base.execute(
                "SELECT branch, heads.hash, document FROM heads LEFT JOIN seen USING (uuid, hash) "
                "WHERE uuid = ? ORDER BY branch",
                (entry.repository.uuid,),
            ).fetchall()
        for branch, commit, document in rows:
            yield Branch(entry, branch, commit, msgspec.json.decode(document, type=Seen) if document else None)

    def _number(self, uuid: str) -> int | None:
        with self._sentences():
            found = self._base.execute("SELECT number FROM repositories WHERE uuid = ?", (uuid,)).fetchone()
        return int(found[0]) if found else None

    def _prepare(self) -> None:
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("BEGIN IMMEDIATE")
        try:
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            mark = self._base.execute("PRAGMA application_id").fetchone()[0]
            others = self._base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            if (mark, version) == (0, 0) and not others:
                for statement in _TABLES.split(";"):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA application_id = {_MARK}")
                self._base.execute(f"PRAGMA user_version = {VERSION}")
            elif mark != _MARK:
                raise LedgerError(f"{self.path}: this is a database of another program; name another ledger")
            elif version != VERSION:
                raise LedgerError(
                    f"{self.path}: the ledger has version {version}, and this patless knows version {VERSION}; "
                    "use the patless that wrote it, or name another ledger"
                )
            self._base.execute("COMMIT")
        except BaseException:
            self._base.execute("ROLLBACK")
            raise

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._sentences():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, msgspec.DecodeError) as error:
            what = "is no ledger, or damaged" if isinstance(error, sqlite3.DatabaseError) else "cannot be read"
            if isinstance(error, sqlite3.OperationalError):
                what = f"cannot be used: {error}"
            raise LedgerError(f"{self.path}: the ledger {what}; mend it or name another one") from None


def _entry(row: tuple[bytes, str, str, str, str]) -> Entry:
    document, state, listed, scanned, error = row
    return Entry(msgspec.json.decode(document, type=Repository), State(state), listed, scanned, error)

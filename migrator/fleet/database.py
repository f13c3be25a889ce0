"""The file of a ledger: one SQLite database of a known kind and version, and short transactions on it.

A process can be killed between any two of its instructions, and several can share the file: https://sqlite.org/wal.html
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from migrator.repositories import databases, disk

VERSION = 1
"""Of the tables. Their documents are records as JSON, which gain fields with defaults only, so that a ledger of before
is read as it is."""
_WAIT = 60.0
LARGEST = 4 * 1024**3
_ROW = 64 * 1024**2
"""The most bytes of a file, and of one row of it."""
_ANEW = "move it away and run `patless fleet scan`, which writes a new one and finds open pull requests again"
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
CREATE TABLE learnt (
    uuid TEXT NOT NULL,
    kind TEXT NOT NULL,
    judged_by TEXT NOT NULL,
    at TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (uuid, kind)
) STRICT;
CREATE TABLE hosts (
    uuid TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    document BLOB NOT NULL
) STRICT;
CREATE TABLE rounds (
    selection TEXT PRIMARY KEY,
    begun TEXT NOT NULL
) STRICT;
"""

ABOUT = ("heads", "seen", "changes", "stored", "learnt", "hosts", "repositories")
"""The tables that know something of one repository, by its uuid."""
TABLES = (*ABOUT, "rounds")
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"


def _expected() -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as base:
        base.executescript(_TABLES)
        return base.execute(_SCHEMA).fetchall()


class LedgerError(Exception):
    """The ledger cannot be used. The message is a sentence."""


class Database:
    """One thread of one process uses it. All methods raise LedgerError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise LedgerError(f"cannot open the ledger: {disk.refused(error, path)}") from None
        if os.stat(path).st_size > LARGEST:
            raise LedgerError(f"{path}: the ledger is larger than {LARGEST // 1024**3} GiB; name another one")
        self._base = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
        self._base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _ROW)
        try:
            with self._sentences():
                self._prepare()
        except BaseException:
            self._base.close()
            raise

    def close(self) -> None:
        self._base.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For questions."""
        with self._sentences():
            yield self._base

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of the block or nothing of it, and nobody else writes meanwhile."""
        with self._sentences():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        """SQLite has done it already where the disk is what failed, and may fail at it for the same reason."""
        if self._base.in_transaction:
            with suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")

    def _prepare(self) -> None:
        self._base.execute("PRAGMA trusted_schema = OFF")
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
                    f"{self.path}: the ledger has version {version}, but this patless knows version {VERSION}; use "
                    "the patless that wrote it, or name another ledger"
                )
            else:
                self._grow()
            self._base.execute("COMMIT")
        except BaseException:
            self._undo()
            raise

    def _grow(self) -> None:
        """Make the tables that a ledger of before has not. Raises LedgerError where it has others than patless makes,
        as a view can have rows for ever."""
        expected, there = _expected(), set(self._base.execute(_SCHEMA).fetchall())
        if not there <= set(expected):
            raise LedgerError(f"{self.path}: the ledger has other tables than patless makes; name another one")
        for kind, _, _, statement in expected:
            if kind == "table" and not any(statement == one[3] for one in there):
                self._base.execute(statement)
        if self._base.execute(_SCHEMA).fetchall() != expected:
            raise LedgerError(f"{self.path}: the ledger has other tables than patless makes; name another one")

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerError(databases.refused(error, self.path, _ANEW)) from None
        except (ValueError, OverflowError):  # msgspec's are ValueErrors
            raise LedgerError(f"{self.path}: cannot read the ledger; bring back an earlier copy, or {_ANEW}") from None

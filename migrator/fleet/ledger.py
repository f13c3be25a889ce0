"""The ledger: one SQLite file that knows what was seen of every repository, and goes on after any end of a run.

Every function is one short transaction, so that a run can be killed between any two of its instructions, and two runs
can share the file.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec.structs import astuple, replace

from migrator.fleet.claims import Claims
from migrator.fleet.database import ABOUT, TABLES, Database
from migrator.fleet.database import LedgerError as LedgerError
from migrator.fleet.records import (
    FleetRepository,
    Hosts,
    Learnt,
    LedgerBranch,
    LedgerEntry,
    Migration,
    RepositoryState,
    Scanned,
    SeenCommit,
    StoredSnapshot,
)

_PUT = """
INSERT INTO repositories (uuid, slug, document, state, listed) VALUES (?, ?, ?, 'listed', ?)
ON CONFLICT (uuid) DO UPDATE SET slug = excluded.slug, document = excluded.document, listed = excluded.listed
"""
_BACK = """
UPDATE repositories SET state = 'listed', error = ''
WHERE uuid = ?1 AND state IN ('gone', 'transferred') AND scanned < ?2
"""
"""For one that is listed after it was found to be gone."""
_FORMER = 5
"""How many earlier names of a repository are kept."""
_BEHIND = 2**40
"""No repository has such a number."""
_ENTRY = "SELECT document, state, listed, scanned, error FROM repositories"


class Ledger:
    """A context manager. One thread of one process uses it; others open the file themselves.

    All methods raise LedgerError. `uuid` is a repository's, always.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = Database(path)
        self._claims = Claims(path)
        self._mine: dict[str, int] = {}

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """What was claimed is free."""
        self._base.close()
        self._claims.close()

    # Repositories

    def put(self, repositories: Sequence[FleetRepository], at: str) -> None:
        """Repositories as Bitbucket lists them `at` this moment; what is known of them otherwise stays.

        One that has another name by now is to be judged anew, as its pipelines can use their name.
        """
        unnamed = [(FleetRepository.unnamed(one.workspace, one.slug).uuid, one.uuid) for one in repositories]
        with self._base.writing() as base:
            before = _known(base, [one.uuid for one in repositories])
            now = [_with_former(one, before.get(one.uuid)) for one in repositories]
            renamed = [(one.uuid,) for one in now if (old := before.get(one.uuid)) and _place(old) != _place(one)]
            base.executemany("DELETE FROM repositories WHERE uuid = ? AND uuid <> ?", unnamed)
            base.executemany(_PUT, [(one.uuid, one.slug, msgspec.json.encode(one), at) for one in now])
            base.executemany(_BACK, [(one.uuid, at) for one in now])
            base.executemany("UPDATE seen SET judged_by = '' WHERE uuid = ?", renamed)
            base.executemany("DELETE FROM learnt WHERE uuid = ?", renamed)

    def entries(self) -> list[LedgerEntry]:
        """All repositories, by slug."""
        with self._base.reading() as base:
            return [_entry(row) for row in base.execute(f"{_ENTRY} ORDER BY slug, uuid")]

    def entry(self, name: str) -> LedgerEntry | None:
        """By uuid or slug; of several with one slug the one that was listed last."""
        with self._base.reading() as base:
            found = base.execute(
                f"{_ENTRY} WHERE uuid = ?1 OR slug = ?1 ORDER BY uuid = ?1 DESC, listed DESC LIMIT 1", (name,)
            ).fetchone()
        return _entry(found) if found else None

    def named(self, name: str) -> list[LedgerEntry]:
        """Those of a uuid or slug: one that is gone can have had the slug of another."""
        with self._base.reading() as base:
            rows = base.execute(f"{_ENTRY} WHERE uuid = ?1 OR slug = ?1 ORDER BY listed, uuid", (name,))
            return [_entry(row) for row in rows]

    def remove(self, uuids: Sequence[str]) -> None:
        """All that is known of these repositories, as if nobody had ever listed them."""
        with self._base.writing() as base:
            for table in ABOUT:
                base.executemany(f"DELETE FROM {table} WHERE uuid = ?", [(uuid,) for uuid in uuids])

    def rows(self) -> int:
        """How many rows the longest table has."""
        with self._base.reading() as base:
            return max(int(base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in TABLES)

    # What was seen

    def record(self, scanned: Scanned) -> None:
        """The outcome of a look, whole or not at all. After a failure, what was seen before stays."""
        with self._base.writing() as base:
            base.execute(
                "UPDATE repositories SET state = ?, scanned = ?, error = ? WHERE uuid = ?",
                (str(scanned.state), scanned.at, scanned.error, scanned.uuid),
            )
            if scanned.state.failed or scanned.state.left:
                return
            base.execute("DELETE FROM heads WHERE uuid = ?", (scanned.uuid,))
            heads = [(scanned.uuid, branch, commit) for branch, commit in scanned.heads]
            base.executemany("INSERT INTO heads VALUES (?, ?, ?)", heads)
            rows = [(scanned.uuid, one.commit, one.by, msgspec.json.encode(one)) for one in scanned.seen]
            base.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", rows)
            base.execute(
                "DELETE FROM seen WHERE uuid = ?1 AND hash NOT IN (SELECT hash FROM heads WHERE uuid = ?1)",
                (scanned.uuid,),
            )

    def heads(self, uuid: str) -> dict[str, str]:
        """The commits by branch, as they were last seen."""
        with self._base.reading() as base:
            return dict(base.execute("SELECT branch, hash FROM heads WHERE uuid = ?", (uuid,)))

    def judged(self, uuid: str) -> dict[str, str]:
        """The digest of the rules and settings by commit that was analysed."""
        with self._base.reading() as base:
            return dict(base.execute("SELECT hash, judged_by FROM seen WHERE uuid = ?", (uuid,)))

    def seen(self, uuid: str, commit: str) -> SeenCommit | None:
        with self._base.reading() as base:
            found = base.execute("SELECT document FROM seen WHERE uuid = ? AND hash = ?", (uuid, commit)).fetchone()
            return msgspec.json.decode(found[0], type=SeenCommit) if found else None

    def branches(self, uuid: str = "") -> Iterator[LedgerBranch]:
        """Every branch that was read, by slug and name; of one repository, or of all."""
        entry = self.entry(uuid) if uuid else None
        for one in [entry] if entry else [] if uuid else self.entries():
            yield from self._of(one)

    # Rounds

    def begin(self, selection: str, now: str, oldest: str) -> str:
        """When the round over a selection began: now, or before where one was begun since `oldest` and not ended."""
        with self._base.writing() as base:
            found = base.execute("SELECT begun FROM rounds WHERE selection = ?", (selection,)).fetchone()
            if found and found[0] >= oldest:
                return str(found[0])
            base.execute("INSERT OR REPLACE INTO rounds VALUES (?, ?)", (selection, now))
        return now

    def end(self, selection: str) -> None:
        with self._base.writing() as base:
            base.execute("DELETE FROM rounds WHERE selection = ?", (selection,))

    # Changes

    def keep(self, change: Migration) -> None:
        """Put the row of this repository and destination in place of the one that is there."""
        with self._base.writing() as base:
            _keep(base, change)

    def amend(self, uuid: str, destination: str, how: Callable[[Migration], Migration]) -> None:
        """Change the row as it is now, if there is one."""
        with self._base.writing() as base:
            asked = "SELECT document FROM changes WHERE uuid = ? AND destination = ?"
            found = base.execute(asked, (uuid, destination)).fetchone()
            if found:
                _keep(base, how(_change(found[0])))

    def drop(self, uuid: str, destination: str) -> None:
        with self._base.writing() as base:
            base.execute("DELETE FROM changes WHERE uuid = ? AND destination = ?", (uuid, destination))

    def change(self, uuid: str, destination: str) -> Migration | None:
        return next((one for one in self.changes(uuid) if one.destination == destination), None)

    def changes(self, uuid: str = "") -> list[Migration]:
        """Of one repository, or of all, by destination."""
        with self._base.reading() as base:
            rows = base.execute(
                "SELECT document FROM changes WHERE ?1 IN ('', uuid) ORDER BY uuid, destination", (uuid,)
            )
            return [_change(document) for (document,) in rows]

    # Stored variables

    def store(self, stored: StoredSnapshot) -> None:
        """Put what a look for secrets saw in place of what is there."""
        with self._base.writing() as base:
            base.execute(
                "INSERT OR REPLACE INTO stored VALUES (?, ?, ?)", (stored.uuid, stored.at, msgspec.json.encode(stored))
            )

    def stored(self, uuid: str = "") -> dict[str, StoredSnapshot]:
        """By uuid; of one repository or workspace, or of all."""
        with self._base.reading() as base:
            rows = base.execute("SELECT document FROM stored WHERE ?1 IN ('', uuid) ORDER BY uuid", (uuid,))
            found = [msgspec.json.decode(document, type=StoredSnapshot) for (document,) in rows]
        return {one.uuid: one for one in found}

    # Hosts that variables name

    def tell(self, hosts: Hosts) -> None:
        """Put what variables name in place of what is there."""
        with self._base.writing() as base:
            base.execute(
                "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?)", (hosts.uuid, hosts.at, msgspec.json.encode(hosts))
            )

    def told(self, uuid: str = "") -> dict[str, Hosts]:
        """By uuid; of one repository, or of all that were asked."""
        with self._base.reading() as base:
            rows = base.execute("SELECT document FROM hosts WHERE ?1 IN ('', uuid) ORDER BY uuid", (uuid,))
            found = [msgspec.json.decode(document, type=Hosts) for (document,) in rows]
        return {one.uuid: one for one in found}

    def hosts(self, uuid: str) -> Mapping[str, str]:
        """What variables of a repository are known to name."""
        found = self.told(uuid).get(uuid)
        return found.known if found else {}

    def learn(self, one: Learnt) -> None:
        """Put what was asked or read of a repository in place of what is there of the kind."""
        with self._base.writing() as base:
            base.execute("INSERT OR REPLACE INTO learnt VALUES (?, ?, ?, ?, ?)", astuple(one))

    def learnt(self, uuid: str, kind: str) -> Learnt | None:
        with self._base.reading() as base:
            found = base.execute("SELECT * FROM learnt WHERE uuid = ? AND kind = ?", (uuid, kind)).fetchone()
            return Learnt(*found) if found else None

    def all_learnt(self) -> Iterator[Learnt]:
        with self._base.reading() as base:
            found = [Learnt(*row) for row in base.execute("SELECT * FROM learnt ORDER BY uuid, kind")]
        yield from found

    def forget(self, uuids: Sequence[str]) -> None:
        """What was asked and read of these repositories is to be asked and read anew."""
        with self._base.writing() as base:
            base.executemany("DELETE FROM learnt WHERE uuid = ?", [(uuid,) for uuid in uuids])

    # Two runs at once

    def claim(self, uuid: str, *, wait: bool = False) -> bool:
        """Whether this process alone may work on the repository from now on; with `wait`, once it may."""
        number = self._number(uuid)
        mine = self._claims.claim(number, wait=wait)
        if mine:
            self._mine[uuid] = number
        return mine

    def free(self, uuid: str) -> None:
        if (number := self._mine.pop(uuid, None)) is not None:
            self._claims.free(number)

    @contextmanager
    def claimed(self, uuid: str) -> Iterator[bool]:
        """The claim as a block; whether it was given."""
        mine = self.claim(uuid)
        try:
            yield mine
        finally:
            if mine:
                self.free(uuid)

    @contextmanager
    def alone(self, what: str, waits: Callable[[], None]) -> Iterator[None]:
        """No other process is at `what` meanwhile; `waits` is called again and again until that is so."""
        number = _BEHIND + int.from_bytes(hashlib.sha256(what.encode()).digest()[:4], "big")
        while not self._claims.claim(number):
            waits()
        try:
            yield
        finally:
            self._claims.free(number)

    def _of(self, entry: LedgerEntry) -> Iterator[LedgerBranch]:
        with self._base.reading() as base:
            rows = base.execute(
                "SELECT branch, heads.hash, document FROM heads LEFT JOIN seen USING (uuid, hash) "
                "WHERE uuid = ? ORDER BY branch",
                (entry.repository.uuid,),
            )
            found = [
                LedgerBranch(
                    entry, branch, commit, msgspec.json.decode(document, type=SeenCommit) if document else None
                )
                for branch, commit, document in rows
            ]
        yield from found

    def _number(self, uuid: str) -> int:
        with self._base.reading() as base:
            found = base.execute("SELECT number FROM repositories WHERE uuid = ?", (uuid,)).fetchone()
        if not found:
            raise LedgerError(f"{self.path}: no repository {uuid[:80]!r} in the ledger; scan it first")
        return int(found[0])


def _known(base: sqlite3.Connection, uuids: Sequence[str]) -> dict[str, FleetRepository]:
    asked = "SELECT document FROM repositories WHERE uuid = ?"
    found = ((uuid, base.execute(asked, (uuid,)).fetchone()) for uuid in uuids)
    return {uuid: msgspec.json.decode(row[0], type=FleetRepository) for uuid, row in found if row}


def _place(one: FleetRepository) -> tuple[str, str]:
    return one.workspace, one.slug


def _with_former(one: FleetRepository, before: FleetRepository | None) -> FleetRepository:
    """With the names that it is known to have had."""
    if before is None:
        return one
    last = () if before.slug == one.slug else (before.slug,)
    was = tuple(slug for slug in dict.fromkeys((*before.was, *one.was, *last)) if slug != one.slug)
    return replace(one, was=was[-_FORMER:])


def _entry(row: tuple[bytes, str, str, str, str]) -> LedgerEntry:
    document, state, listed, scanned, error = row
    return LedgerEntry(
        msgspec.json.decode(document, type=FleetRepository), RepositoryState(state), listed, scanned, error
    )


def _change(document: bytes) -> Migration:
    """Raises ValueError where a moment is none, or has no zone."""
    found = msgspec.json.decode(document, type=Migration)
    if any(text and datetime.fromisoformat(text).tzinfo is None for text in (found.at, found.opened, found.merged)):
        raise ValueError("a moment without its zone")
    return found


def _keep(base: sqlite3.Connection, change: Migration) -> None:
    row = (change.uuid, change.destination, change.at, msgspec.json.encode(change))
    base.execute("INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?)", row)

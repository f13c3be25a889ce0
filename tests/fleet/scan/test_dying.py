"""A repository whose analysis ends its process is a row of its own, and the end of nothing else."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrator.findings.settings import Settings
from migrator.fleet import rounds
from migrator.fleet.ledger import Ledger, LedgerError
from migrator.fleet.records import Entry, Repository, Seen, State
from migrator.fleet.scanning import Judge
from migrator.rulebook import reading
from migrator.text.view import Unreadable


def dies(root: Path, commits: Sequence[str], repository: Repository) -> tuple[Seen, ...]:
    """Stands in a worker for an analysis that crashes there; `signal` is what a fault of a C parser is."""
    if repository.slug == "bad":
        os.kill(os.getpid(), signal.SIGSEGV)
    return ()


def repository(slug: str) -> Repository:
    return Repository.unnamed("acme", slug)


def test_a_worker_that_dies_is_the_row_of_its_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_there", dies)
    judge = Judge(reading.load(), Settings(), "digest")
    with rounds.analysts(judge, 2, 4) as look:
        assert look(Path(), (), repository("one")) == ()
        with pytest.raises(Unreadable, match="ended the process"):
            look(Path(), (), repository("bad"))
        assert look(Path(), (), repository("two")) == ()


def test_what_was_looked_at_in_the_future_is_looked_at_again() -> None:
    now = datetime.now(UTC)
    begun = (now - timedelta(hours=1)).isoformat(timespec="milliseconds")
    moments = [now - timedelta(hours=2), now - timedelta(minutes=1), now + timedelta(days=1)]
    scanned = [one.isoformat(timespec="milliseconds") for one in moments]
    entries = [Entry(Repository(f"{{{n}}}", "acme", f"r{n}"), State.SCANNED, "", at) for n, at in enumerate(scanned)]
    junk = Entry(Repository("{9}", "acme", "r9"), State.SCANNED, "", "soon")
    left = {one.repository.slug for one in rounds.pending([*entries, junk], begun)}
    assert left == {"r0", "r2", "r9"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE repositories SET state = 'odd'",
        "UPDATE repositories SET document = x'7b7d'",
        "UPDATE repositories SET document = x'ff'",
        "INSERT INTO changes VALUES ('u', 'main', 'x', CAST('"
        '{"uuid":"u","destination":"main","branch":"b","state":"merged","at":"soon"}'
        "' AS BLOB))",
    ],
)
def test_a_damaged_ledger_is_a_sentence(tmp_path: Path, change: str) -> None:
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        ledger.put([repository("one")], "2026-11-01T00:00:00+00:00")
    with sqlite3.connect(path) as base:
        base.execute(change)
    base.close()
    with Ledger(path) as ledger, pytest.raises(LedgerError):
        assert not [ledger.entries(), ledger.changes()]

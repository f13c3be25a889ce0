"""A repository whose analysis ends its process, or never ends, is a row of its own, and the end of nothing else."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrator.findings.settings import Settings
from migrator.fleet import rounds
from migrator.fleet.ledger import Ledger, LedgerError
from migrator.fleet.records import FleetRepository, LedgerEntry, RepositoryState, SeenCommit
from migrator.fleet.scanning import Judge
from migrator.rulebook import reading
from migrator.text.view import Unreadable
from tests.fleet.scan.conftest import Desk


def ends(
    root: Path, commits: Sequence[str], repository: FleetRepository, hosts: Mapping[str, str]
) -> tuple[SeenCommit, ...]:
    """Stands in a worker for an analysis; SIGSEGV is what a fault of a C parser is."""
    match repository.slug:
        case "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hangs":
            time.sleep(1000)
        case "grows":
            assert bytearray(8 * 1024**3)
    return ()


def repository(slug: str) -> FleetRepository:
    return FleetRepository.unnamed("acme", slug)


@pytest.mark.parametrize(
    ("slug", "why"),
    [("crashes", "ended the process"), ("hangs", "longer than 3 seconds"), ("grows", "2 GiB of memory")],
)
def test_a_worker_that_does_not_come_to_its_end_is_the_row_of_its_repository(
    slug: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_there", ends)
    with closing(rounds.Analysts(Judge(reading.load(), Settings(), "digest"), 3)) as analysts:
        assert analysts.look(Path(), (), repository("one"), {}) == ()
        with pytest.raises(Unreadable, match=f"analyzing it .*{why}"):
            analysts.look(Path(), (), repository(slug), {})
        assert analysts.look(Path(), (), repository("two"), {}) == ()


def steps(count: int) -> str:
    """Pipelines with logins whose analysis takes some milliseconds for each."""
    one = "          - docker login crg.apkg.io -u $A{0} -p $B{0}\n          - docker push crg.apkg.io/acme/w{0}\n"
    return "pipelines:\n  default:\n" + "".join(
        f"    - step:\n        script:\n{one.format(number)}" for number in range(count)
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_repository_whose_analysis_does_not_end_is_stopped_by_time(desk: Desk, jobs: str) -> None:
    desk.box.add_repository("endless", {"main": {f"{n}-pipelines.yml": steps(400) for n in range(300)}})
    desk.box.add_repository("web", {"main": {"bitbucket-pipelines.yml": steps(1)}})
    begun = time.monotonic()
    run = desk.start("scan", "--workspace", "acme", "--jobs", jobs, "--timeout", "8")
    out, err = run.communicate(timeout=120)
    assert time.monotonic() - begun < 60
    assert (run.returncode, "1 scanned" in out) == (3, True), out + err
    assert "endless: error: analyzing it takes longer than 8 seconds" in err


def test_what_was_looked_at_in_the_future_is_looked_at_again() -> None:
    now = datetime.now(UTC)
    begun = (now - timedelta(hours=1)).isoformat(timespec="milliseconds")
    moments = [now - timedelta(hours=2), now - timedelta(minutes=1), now + timedelta(days=1)]
    scanned = [one.isoformat(timespec="milliseconds") for one in moments]
    entries = [
        LedgerEntry(FleetRepository(f"{{{n}}}", "acme", f"r{n}"), RepositoryState.SCANNED, "", at)
        for n, at in enumerate(scanned)
    ]
    junk = LedgerEntry(FleetRepository("{9}", "acme", "r9"), RepositoryState.SCANNED, "", "soon")
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

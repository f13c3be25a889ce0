"""Runs that are killed, two at once, and parts of a fleet on several machines."""

from __future__ import annotations

import contextlib
import math
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.fleet import joining
from migrator.fleet.joining import join
from migrator.fleet.ledger import Ledger, LedgerError
from migrator.fleet.records import FleetRepository, Learnt, Migration, RepositoryState, Scanned, SeenCommit
from migrator.fleet.sharding import Shard
from migrator.options import UsageError
from tests.fleet.boxes import fill
from tests.fleet.scan.conftest import Desk

Picture = dict[str, tuple[RepositoryState, str, dict[str, str], list[SeenCommit]]]


def picture(desk: Desk, ledger: str = "patless-fleet.db") -> Picture:
    """What the ledger says but for moments."""
    found: Picture = {}
    with Ledger(desk.home / ledger) as opened:
        for entry in opened.entries():
            branches = list(opened.branches(entry.repository.uuid))
            seen = [one.seen for one in branches if one.seen]
            found[entry.repository.slug] = (entry.state, entry.error, opened.heads(entry.repository.uuid), seen)
    return found


def fetches(desk: Desk) -> Counter[str]:
    """How often the files of each repository were asked for: a list of branches is one POST, a fetch is two."""
    return Counter(one.path.split("/")[3] for one in desk.box.requests if one.method == "POST")


# Kills


def test_a_run_that_is_killed_ten_times_ends_as_one_that_is_not(desk: Desk) -> None:
    fill(desk.box, 12)
    assert desk.scan("--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")).code == 1
    desk.box.forget_requests()
    chance = random.Random(7)
    for _ in range(10):
        run = desk.start("scan", "--workspace", "acme", "--jobs", "2")
        desk.box.faults.add("*", after=chance.randrange(6), meanwhile=run.kill)
        run.communicate(timeout=60)
        assert run.returncode == -signal.SIGKILL
    done = desk.scan()
    assert done.code == 1, done.err
    assert picture(desk) == picture(desk, "whole.db")


def test_no_process_outlives_a_run_that_is_killed(desk: Desk) -> None:
    """Those that analyse hold what the run prints to; its end comes only once they are gone."""
    fill(desk.box, 21)
    many = threading.Event()
    desk.box.faults.add("/git/*", after=30, times=math.inf, delay=0.2, meanwhile=many.set)
    run = desk.start("scan", "--workspace", "acme", "--jobs", "4")
    assert many.wait(60)
    ours = subprocess.run(["pgrep", "-P", str(run.pid), "-f", "spawn_main"], capture_output=True, check=False)
    assert ours.stdout.split(), "they had begun"
    run.kill()
    run.communicate(timeout=20)


def test_what_was_recorded_before_the_kill_is_not_asked_for_again(desk: Desk) -> None:
    fill(desk.box, 12)
    desk.scan("--limit", "9")
    desk.box.forget_requests()
    assert desk.scan().code == 1
    assert sum(one > 1 for one in fetches(desk).values()) == 3
    assert len(fetches(desk)) == 3


# Two runs


def test_two_runs_on_one_ledger_share_the_work_and_end_alike(desk: Desk) -> None:
    fill(desk.box, 12)
    assert desk.scan("--ledger", "whole.db", PATLESS_CACHE_DIR=str(desk.home / "other")).code == 1
    desk.box.forget_requests()
    both = threading.Barrier(2)  # one that comes when the other is through is a run of its own, which asks again
    desk.box.faults.add("/2.0/repositories/acme", times=2, meanwhile=lambda: both.wait(60))
    runs = [desk.start("scan", "--workspace", "acme", "--jobs", "2") for _ in range(2)]
    ended = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [1, 1], ended
    assert picture(desk) == picture(desk, "whole.db")
    assert set(fetches(desk).values()) == {2}, "nothing was fetched twice"
    assert ended[0][0] == ended[1][0]


def test_a_claim_is_of_one_process_and_ends_with_it(desk: Desk, tmp_path: Path) -> None:
    repository = FleetRepository("{1}", "acme", "web")
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        ledger.put([repository], "2026-01-01T00:00:00+00:00")
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom migrator.fleet.ledger import Ledger\n"
        f"ledger = Ledger(Path({str(path)!r}))\nprint(ledger.claim('{{1}}'), flush=True)\ntime.sleep(60)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=desk.environment)
    assert other.stdout
    assert other.stdout.readline() == "True\n"
    with Ledger(path) as ledger:
        assert not ledger.claim("{1}")
        other.kill()
        other.communicate()
        assert ledger.claim("{1}")


# The ledger


def test_a_file_of_another_kind_or_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("SQLite is something else, and this is long enough to be looked at" * 20)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="file is not a database: it is damaged, or something else"):
        Ledger(path)
    assert path.read_bytes() == before
    newer = tmp_path / "newer.db"
    Ledger(newer).close()
    base = sqlite3.connect(newer)
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(LedgerError, match="version 99"):
        Ledger(newer)
    other = tmp_path / "other.db"
    base = sqlite3.connect(other)
    base.execute("CREATE TABLE notes (text)")
    base.close()
    with pytest.raises(LedgerError, match="another program"):
        Ledger(other)


def test_the_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.db").close()
    assert (tmp_path / "ledger.db").stat().st_mode & 0o077 == 0


# Shards


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1), st.integers(1, 40))
def test_a_repository_belongs_to_exactly_one_shard(uuid: str, count: int) -> None:
    assert sum(Shard(number, count).holds(uuid) for number in range(count)) == 1


@pytest.mark.parametrize("text", ["0/4", "5/4", "4", "1/0", "-1/4", "1/4/2", "a/b", " 1/4"])
def test_what_is_no_part_of_a_whole_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Shard.of(text, {})


def test_bitbuckets_own_variables_say_which_part_a_step_is() -> None:
    assert Shard.of("", {}) == Shard(0, 1)
    assert Shard.of("", {"BITBUCKET_PARALLEL_STEP": "2", "BITBUCKET_PARALLEL_STEP_COUNT": "16"}) == Shard(2, 16)
    assert Shard.of("3/16", {}) == Shard(2, 16)


def test_shards_that_are_joined_are_the_whole_in_any_order(desk: Desk) -> None:
    fill(desk.box, 9)
    assert desk.scan("--ledger", "whole.db").code == 1
    for number in range(3):
        desk.scan("--ledger", f"{number}.db", "--shard", f"{number + 1}/3")
    parts = [picture(desk, f"{number}.db") for number in range(3)]
    assert sorted(name for part in parts for name in part) == sorted(picture(desk, "whole.db"))
    assert all(parts)
    assert desk.run("merge", "0.db", "1.db", "2.db", "--ledger", "a.db").code == 0
    assert desk.run("merge", "2.db", "0.db", "1.db", "0.db", "--ledger", "b.db").code == 0
    assert picture(desk, "a.db") == picture(desk, "b.db") == picture(desk, "whole.db")


def test_of_two_ledgers_the_later_look_counts(tmp_path: Path) -> None:
    repository, commit = FleetRepository("{1}", "acme", "web"), "a" * 40
    with Ledger(tmp_path / "old.db") as old, Ledger(tmp_path / "new.db") as new, Ledger(tmp_path / "all.db") as all_of:
        old.put([repository], "2026-01-01")
        new.put([repository], "2026-01-02")
        old.record(
            Scanned("{1}", RepositoryState.SCANNED, "2026-01-01", (("main", commit),), (SeenCommit(commit, "x"),))
        )
        new.record(Scanned("{1}", RepositoryState.EMPTY, "2026-01-02"))
        old.keep(Migration("{1}", "main", "patless/main", "open", "2026-01-03T00:00:00+00:00", pull_request=1))
        new.keep(Migration("{1}", "main", "patless/main", "merged", "2026-01-02T00:00:00+00:00", pull_request=1))
        for one in (new, old):
            join(all_of, one)
        (entry,) = all_of.entries()
        (change,) = all_of.changes()
        assert (entry.state, all_of.heads("{1}"), change.state) == (RepositoryState.EMPTY, {}, "open")


def test_a_ledger_that_is_not_there_is_a_sentence(desk: Desk) -> None:
    done = desk.run("merge", "nothing.db")
    assert done.code == 2
    assert not list(desk.home.glob("*.db"))


def test_a_ledger_with_other_tables_is_refused(tmp_path: Path) -> None:
    """A view can have rows for ever, and a trigger can do what nobody asked for."""
    path = tmp_path / "ledger.db"
    for change in (
        "DROP TABLE stored; CREATE VIEW stored AS WITH RECURSIVE n(uuid, at, document) AS "
        "(SELECT 'a', 'b', x'7b7d' UNION ALL SELECT uuid, at, document FROM n) SELECT * FROM n",
        "CREATE TRIGGER t AFTER INSERT ON rounds BEGIN DELETE FROM changes; END",
        "DROP INDEX repositories_slug",
        "CREATE TABLE more (text)",
    ):
        path.unlink(missing_ok=True)
        Ledger(path).close()
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.executescript(change)
        with pytest.raises(LedgerError, match="other tables"):
            Ledger(path)


def test_a_ledger_that_is_too_large_to_be_taken_in_is_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk.box, 3)
    desk.scan("--ledger", "other.db")
    monkeypatch.setattr(joining, "MOST", 2)
    done = desk.run("merge", "other.db", "--ledger", "all.db")
    assert (done.code, "more than 2 rows of a kind" in done.err) == (2, True)
    assert desk.entries("all.db") == {}
    with (desk.home / "huge.db").open("wb") as file:
        file.truncate(5 * 1024**3)  # holes, which take no room
    done = desk.run("merge", "huge.db", "--ledger", "all.db")
    assert (done.code, "larger than 4 GiB" in done.err) == (2, True)
    (desk.home / "huge.db").unlink()


def test_a_row_without_end_is_a_sentence(desk: Desk) -> None:
    Ledger(desk.home / "other.db").close()
    with contextlib.closing(sqlite3.connect(desk.home / "other.db")) as base:
        base.execute("INSERT INTO stored VALUES ('a', 'b', zeroblob(70000000))")
        base.commit()
    done = desk.run("merge", "other.db", "--ledger", "all.db")
    assert (done.code, "other.db: " in done.err) == (2, True)
    assert done.err.startswith("patless: ")
    (desk.home / "other.db").unlink()


def test_a_ledger_of_before_gets_the_tables_that_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "patless-fleet.db"
    with Ledger(path):
        pass
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("DROP TABLE learnt")
        base.commit()
    one = Learnt("{uuid}", "answers", "digest", "2026-11-29T08:00:00+00:00", b"{}")
    with Ledger(path) as ledger:
        ledger.learn(one)
    with Ledger(path) as ledger:
        assert ledger.learnt("{uuid}", "answers") == one
        assert ledger.learnt("{uuid}", "facts") is None
        with Ledger(tmp_path / "all.db") as all_of:
            join(all_of, ledger)
            assert list(all_of.all_learnt()) == [one]
        ledger.forget(["{uuid}"])
        assert ledger.learnt("{uuid}", "answers") is None

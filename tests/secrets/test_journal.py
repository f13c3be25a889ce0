"""The log of what was done of a plan."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.secrets import journal
from migrator.secrets.journal import Event, JournalError
from migrator.secrets.keeping import NotKept
from tests.full_disk import full_disk


def written(path: Path) -> None:
    with journal.opened(path, "digest", "dana", {}) as log:
        log.write(Event.DELETING, uuid="{1}", key="PAT", place="web")
        log.write(Event.DELETED, uuid="{1}", key="PAT", place="web")
        log.write(Event.REFUSED, uuid="{2}", key="PAT", place="api", text="it is in-use now")


def test_only_what_came_to_its_end_is_done(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path)
    with journal.opened(path, "digest", "lee", {}) as log:
        assert log.done == {"{1}"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_kill_cut_does_not_count_and_the_next_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with journal.opened(path, "digest", "dana", {}) as log:
        log.write(Event.ENDED)
    assert [entry.event for entry in journal.read(path)] == [Event.DELETING, Event.DELETED, Event.ENDED]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"deleted"', b'"refused"'), (b"{1}", b"{9}"), (b'"dana"', b'"lee"'), (b"{", b"\xff"), (b", ", b",")],
)
def test_a_changed_line_is_found_out(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = tmp_path / "log"
    written(path)
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    with pytest.raises(JournalError):
        journal.read(path)


def test_a_line_that_is_missing_in_the_middle_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(JournalError, match="hashes do not follow"):
        journal.read(path)


def test_the_log_of_another_plan_is_not_gone_on_with(tmp_path: Path) -> None:
    written(tmp_path / "log")
    with pytest.raises(JournalError, match="another plan"), journal.opened(tmp_path / "log", "other", "dana", {}):
        pass


def test_two_runs_at_once_do_not_share_a_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with (
        journal.opened(path, "digest", "dana", {}),
        pytest.raises(NotKept, match="another run"),
        journal.opened(path, "digest", "lee", {}),
    ):
        pass


def test_a_link_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotKept, match="link"), journal.opened(tmp_path / "log", "digest", "dana", {}):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_what_a_full_disk_did_not_take_is_not_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with journal.opened(path, "digest", "dana", {}) as log:
        log.write(Event.STARTED)
        before = path.read_bytes()
        with full_disk(len(before) + 20), pytest.raises(JournalError, match="patless deletes nothing more"):
            log.write(Event.DELETING, uuid="{1}")
    assert path.read_bytes() == before


def test_a_pipe_is_no_log_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    with pytest.raises(NotKept, match="not a plain file"):
        journal.read(tmp_path / "log")


def test_a_line_that_says_the_same_in_another_way_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path)
    *lines, last = path.read_bytes().splitlines(keepends=True)
    assert b'", "' in last
    path.write_bytes(b"".join(lines) + last.replace(b'", "', b'","', 1))
    with pytest.raises(JournalError, match=":3: the log was changed"):
        journal.read(path)

"""Nothing is removed whose value is not whole in the backup: full disks, links, pipes and devices are refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from migrator.secrets import keeping
from migrator.secrets.applying import BackupRow, backup
from migrator.secrets.keeping import NotKept
from tests.full_disk import full_disk
from tests.secrets.test_plan import ROW


def test_values_of_several_runs_stand_one_a_line_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    values = ["x" * 10_000, "two\nlines", "\ud800", ""]
    for value in values:
        with backup(path, {}) as keep:
            keep(BackupRow(ROW, value))
    assert [json.loads(line)["value"] for line in path.read_bytes().splitlines()] == values
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", [0, 1, 4096, 9_999])
def test_a_full_disk_keeps_nothing_and_what_was_kept_stays_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "backup"
    with backup(path, {}) as keep:
        keep(BackupRow(ROW, "first"))
        before = path.read_bytes()
        with full_disk(len(before) + size), pytest.raises(NotKept, match="File too large"):
            keep(BackupRow(ROW, "x" * 10_000))
        assert path.read_bytes() == before
        keep(BackupRow(ROW, "x" * 10_000))
    assert len(path.read_bytes().splitlines()) == 2


@pytest.mark.parametrize("held", [b"notes", b"notes\n", b'{"key": "A"}\n', b"[" * 100_000 + b"\n", b"{}", b"\xff\n"])
def test_a_file_that_is_no_backup_is_not_written_to(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "backup"
    path.write_bytes(held)
    path.chmod(0o600)
    with pytest.raises(NotKept, match="complete lines of a backup"), backup(path, {}):
        pass
    assert path.read_bytes() == held


def test_the_mode_of_a_file_that_was_there_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.touch(0o644)
    path.chmod(0o644)
    with pytest.raises(NotKept, match="others may read it"), backup(path, {}):
        pass
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder", "device", "second name", "missing folder"])
def test_what_is_no_plain_file_of_one_name_is_refused(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "backup", tmp_path / "other"
    other.touch(0o600)
    match kind:
        case "link":
            path.symlink_to(other)
        case "dangling":
            path.symlink_to(tmp_path / "nothing")
        case "pipe":
            os.mkfifo(path, 0o600)
        case "folder":
            path.mkdir(0o700)
        case "device":
            path = Path("/dev/null")
        case "second name":
            os.link(other, path)
        case _:
            path = tmp_path / "no" / "backup"
    with pytest.raises(NotKept), backup(path, {}):
        pass
    assert other.read_bytes() == b""
    assert not (tmp_path / "nothing").exists()


def test_a_file_of_another_role_is_refused_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch(0o600)
    apart = {keeping.identity(path): "the log"}
    with pytest.raises(NotKept, match="is also the log"), backup(tmp_path / "." / ".." / tmp_path.name / "log", apart):
        pass


def test_a_file_that_is_replaced_while_it_is_open_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    with backup(path, {}) as keep:
        path.unlink()
        path.touch(0o600)
        with pytest.raises(NotKept, match="replaced"):
            keep(BackupRow(ROW, "value"))
        path.unlink()
        with pytest.raises(NotKept, match="No such file"):
            keep(BackupRow(ROW, "value"))


def test_two_runs_do_not_share_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    with backup(path, {}), pytest.raises(NotKept, match="another run"), backup(path, {}):
        pass


def test_what_reads_back_as_something_else_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with backup(tmp_path / "backup", {}) as keep:
        monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, b"?" * len(data)))
        with pytest.raises(NotKept, match="does not hold what was written to it"):
            keep(BackupRow(ROW, "first"))


@pytest.mark.parametrize(("size", "whole"), [(9, True), (10, True), (11, False)])
def test_a_file_that_is_too_large_is_not_read(
    size: int, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LIMIT", 10)
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    if whole:
        assert keeping.read(path) == b"x" * size
    else:
        with pytest.raises(NotKept, match="is larger than"):
            keeping.read(path)

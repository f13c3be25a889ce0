"""A changed file is written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from migrator.repositories import writing
from migrator.repositories.disk import mount
from migrator.repositories.writing import NotWritten, replace
from tests.unprivileged import unprivileged

BEFORE, AFTER = b"old\r\n", b"new\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "root" / "a.yml"
    path.parent.mkdir()
    path.write_bytes(BEFORE)
    return path


def refused(path: Path, name: str = "a.yml", before: bytes = BEFORE) -> str:
    with pytest.raises(NotWritten) as refusal:
        replace(path.parent, name, before, AFTER)
    assert [entry for entry in os.listdir(path.parent) if entry.endswith(".tmp")] == []
    return str(refusal.value)


def test_the_file_holds_the_new_bytes_and_nothing_is_left_beside_it(file: Path) -> None:
    replace(file.parent, "a.yml", BEFORE, AFTER)
    assert file.read_bytes() == AFTER
    assert os.listdir(file.parent) == ["a.yml"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o2775, 0o666], ids=oct)
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(file.parent, "a.yml", BEFORE, AFTER)
    assert file.stat().st_mode & 0o7777 == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_the_owner_is_kept(file: Path) -> None:
    os.chown(file, 1234, 2345)
    file.chmod(0o640)
    replace(file.parent, "a.yml", BEFORE, AFTER)
    status = file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (1234, 2345, 0o640)


def test_a_file_that_was_changed_since_is_left_alone(file: Path) -> None:
    file.write_bytes(b"someone else")
    assert refused(file) == "something else changed the file since patless read it; run patless again"
    assert file.read_bytes() == b"someone else"


def test_a_file_that_is_changed_while_it_is_written_is_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing.os, "fsync", lambda _: file.write_bytes(b"someone else"))
    assert refused(file) == "something else changed the file since patless read it; run patless again"
    assert file.read_bytes() == b"someone else"


def test_a_file_that_is_gone_is_not_made_again(file: Path) -> None:
    file.unlink()
    assert refused(file) == "something else changed the file since patless read it; run patless again"
    assert not file.exists()


def test_a_link_inside_stays_and_its_target_is_written(file: Path) -> None:
    (file.parent / "sub").mkdir()
    link = file.parent / "sub" / "link.yml"
    link.symlink_to("../a.yml")
    replace(file.parent, "sub/link.yml", BEFORE, AFTER)
    assert link.is_symlink()
    assert file.read_bytes() == AFTER


def test_a_link_that_leads_out_is_not_followed(file: Path) -> None:
    outside = file.parent.parent / "outside.yml"
    outside.write_bytes(BEFORE)
    (file.parent / "link.yml").symlink_to(outside)
    assert refused(file, "link.yml") == "a symbolic link leads out of the repository, so patless does not follow it"
    assert outside.read_bytes() == BEFORE


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "no space left on {mount}, so the file was left as it was; free it and run again"),
        (errno.EROFS, "its folder does not allow new files, so the file was left as it was; change that and run again"),
        (errno.EIO, "the system cannot write it: Input/output error"),
    ],
    ids=["disk full", "read-only file system", "broken disk"],
)
def test_a_failing_disk_leaves_the_file_as_it_was(
    file: Path, code: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(writing.os, "fsync", fail)
    assert refused(file) == sentence.format(mount=mount(file))
    assert file.read_bytes() == BEFORE


def test_an_interruption_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace(file.parent, "a.yml", BEFORE, AFTER)
    assert os.listdir(file.parent) == ["a.yml"]
    assert file.read_bytes() == BEFORE


def test_a_read_only_folder_is_said_to_be_one() -> None:
    with unprivileged() as folder:
        (folder / "a.yml").write_bytes(BEFORE)
        folder.chmod(0o555)
        try:
            assert refused(folder / "a.yml").startswith("its folder does not allow new files")
        finally:
            folder.chmod(0o755)


def test_a_read_only_file_is_left_alone() -> None:
    with unprivileged() as folder:
        (folder / "a.yml").write_bytes(BEFORE)
        (folder / "a.yml").chmod(0o444)
        assert refused(folder / "a.yml") == "the file is read-only; make it writable and run patless again"


def test_a_new_file_takes_no_ones_place(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"there")
    with pytest.raises(NotWritten, match="the file exists now; run patless again"):
        writing.create(tmp_path, "new", AFTER)
    assert (os.listdir(tmp_path), (tmp_path / "new").read_bytes()) == (["new"], b"there")


def test_a_new_file_is_written_whole_with_an_ordinary_mode(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        writing.create(tmp_path, "new", AFTER)
    finally:
        os.umask(old)
    status = (tmp_path / "new").stat()
    assert (os.listdir(tmp_path), (tmp_path / "new").read_bytes()) == (["new"], AFTER)
    assert (status.st_mode & 0o777, status.st_nlink) == (0o640, 1)


def test_a_new_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotWritten):
        writing.create(tmp_path / "none", "new", AFTER)

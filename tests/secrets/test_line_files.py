"""How files are opened, written and closed that outlive what is removed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.secrets import keeping
from migrator.secrets.keeping import NotKept


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_file_grows_by_whole_lines_and_can_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "log"
    before = descriptors()
    with keeping.opened(path, {}, private=True) as file:
        file.append(b"one")
        file.append(b"two")
        assert file.content() == b"one\ntwo\n"
        assert file.identity == keeping.identity(path) == (path.stat().st_dev, path.stat().st_ino)
        file.cut(4)
        file.append(b"three")
    assert keeping.read(path) == b"one\nthree\n"
    with keeping.opened(path, {}, private=True) as file:
        file.append(b"four")
    assert path.read_bytes() == b"one\nthree\nfour\n"
    assert descriptors() == before


def test_what_is_written_is_on_the_disk_with_the_name_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def sync(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", sync)
    with keeping.opened(tmp_path / "log", {}, private=True) as file:
        assert synced == [tmp_path.name]
        file.append(b"one")
    assert synced == [tmp_path.name, "log"]


def test_a_write_of_a_part_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data)[:3]))
    with keeping.opened(tmp_path / "log", {}, private=True) as file:
        file.append(b"a longer line")
    assert (tmp_path / "log").read_bytes() == b"a longer line\n"


def test_what_another_one_adds_behind_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data) + b"?") - 1)
    with (
        keeping.opened(tmp_path / "log", {}, private=True) as file,
        pytest.raises(NotKept, match="does not hold what was written to it"),
    ):
        file.append(b"one")


FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def test_no_link_is_followed_nothing_is_waited_for_and_no_program_inherits_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int, int]] = []
    opens = os.open

    def opened(path: Path, flags: int, mode: int = 0o777) -> int:
        asked.append((Path(path).name, flags, mode))
        return opens(path, flags, mode)

    monkeypatch.setattr(os, "open", opened)
    with keeping.opened(tmp_path / "log", {}, private=True):
        pass
    keeping.read(tmp_path / "log")
    assert asked == [
        ("log", os.O_RDWR | os.O_CREAT | os.O_APPEND | FLAGS, 0o600),
        (tmp_path.name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, 0o777),
        ("log", os.O_RDONLY | FLAGS, 0o600),
    ]


def link(path: Path) -> None:
    path.symlink_to(path.with_name("there"))
    path.with_name("there").touch(0o600)


def second_name(path: Path) -> None:
    path.with_name("there").touch(0o600)
    os.link(path.with_name("there"), path)


TRAPS: list[tuple[Callable[[Path], None], str]] = [
    (link, "is a link, which patless does not follow; name the file itself"),
    (os.mkfifo, "is not a plain file, so patless writes nothing to it; name another"),
    (Path.mkdir, "is not a plain file, so patless writes nothing to it; name another"),
    (second_name, "is a file with more than one name; name one that has no other"),
]


@pytest.mark.parametrize(("made", "why"), TRAPS, ids=["link", "pipe", "folder", "second name"])
def test_a_trap_is_not_even_opened_and_neither_where_it_comes_at_the_last_moment(
    made: Callable[[Path], None], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    made(path)
    before = descriptors()
    for begin in (lambda: keeping.read(path), lambda: keeping.opened(path, {}, private=False).__enter__()):
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
            with pytest.raises(NotKept) as found:
                begin()
        assert str(found.value) == f"{path} {why}"
        with monkeypatch.context() as patched:
            patched.setattr(os, "lstat", lambda path: (_ for _ in ()).throw(FileNotFoundError()))
            with pytest.raises(NotKept):
                begin()
    assert descriptors() == before


def test_a_link_that_comes_at_the_last_moment_is_called_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link(tmp_path / "log")
    monkeypatch.setattr(os, "lstat", lambda path: (_ for _ in ()).throw(FileNotFoundError()))
    with pytest.raises(NotKept, match="is a link, which patless does not follow"):
        keeping.read(tmp_path / "log")


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match=r"cannot open .*log: No such file or directory"):
        keeping.read(tmp_path / "log")


@pytest.mark.parametrize(("mode", "private", "refused"), [
    (0o600, True, False), (0o700, True, False), (0o640, True, True), (0o604, True, True), (0o666, False, False),
])  # fmt: skip
def test_a_private_file_is_its_owner_s_alone(mode: int, private: bool, refused: bool, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    path.chmod(mode)
    before = descriptors()
    if refused:
        with pytest.raises(NotKept, match="others may read it"), keeping.opened(path, {}, private=private):
            pass
    else:
        with keeping.opened(path, {}, private=private):
            pass
    assert path.stat().st_mode & 0o777 == mode
    assert descriptors() == before


def test_a_private_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log").touch(0o600)
    someone = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: someone)
    with pytest.raises(NotKept, match="others may read it"), keeping.opened(tmp_path / "log", {}, private=True):
        pass
    with keeping.opened(tmp_path / "log", {}, private=False):
        pass


def test_a_file_is_one_run_s_alone_without_any_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fcntl, "flock", lambda descriptor, how: asked.append(how))
    with keeping.opened(tmp_path / "log", {}, private=True):
        pass
    assert asked == [fcntl.LOCK_EX | fcntl.LOCK_NB]


def test_another_role_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").touch(0o600)
    apart = {keeping.identity(tmp_path / "log"): "the plan"}
    (tmp_path / "other").touch(0o600)
    with keeping.opened(tmp_path / "other", apart, private=True):
        pass
    with pytest.raises(NotKept, match="is also the plan; name another file"):
        keeping.opened(tmp_path / "log", apart, private=True).__enter__()


def test_a_file_of_several_pieces_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_PIECE", 3)
    monkeypatch.setattr(keeping, "LIMIT", 2 * 1024 * 1024)
    (tmp_path / "log").write_bytes(b"abcdefgh")
    assert keeping.read(tmp_path / "log") == b"abcdefgh"
    monkeypatch.setattr(keeping, "_PIECE", 1024 * 1024)
    (tmp_path / "log").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    with pytest.raises(NotKept, match="is larger than 2 MiB"):
        keeping.read(tmp_path / "log")

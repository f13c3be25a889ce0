"""Runs of `fix` at once, killed runs, full disks and read-only folders: a file is the old one or the new one."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures_support import contents
from tests.memory import PATH, step

LOGIN = 'docker login crg.apkg.io -u "$EMAIL" -p "$PAT"'
NATIVE = 'docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"'
FILLER = "# a line that makes the file larger than one write of the system\n" * 1_000
OLD = (step(LOGIN, "docker push crg.apkg.io/acme/web") + FILLER).encode()
NEW = OLD.replace(LOGIN.encode(), NATIVE.encode())
NAMES = [PATH, *(f"ci/{number}-pipelines.yml" for number in range(4))]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    fill(folder)
    return folder


def fill(folder: Path) -> None:
    for name in NAMES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(OLD)


def start(folder: Path, prepare: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "migrator", "fix"],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=prepare,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if not name.startswith(".git/")}


# Several runs at once


@pytest.mark.parametrize("runs", [2, 4])
def test_of_runs_at_once_each_file_is_changed_once_and_nothing_is_left_beside_it(root: Path, runs: int) -> None:
    for _ in range(3):
        fill(root)
        started = [start(root) for _ in range(runs)]
        told = [run.communicate(timeout=120) for run in started]
        assert files(root) == dict.fromkeys(NAMES, NEW)
        for run, (_, errors) in zip(started, told, strict=True):
            lines = errors.decode().splitlines()
            assert run.returncode == (3 if lines else 0), errors
            assert all("something else changed the file" in line for line in lines), errors


def test_a_reader_during_a_run_sees_the_old_or_the_new_file(root: Path) -> None:
    seen = set[bytes]()
    run = start(root)
    while run.poll() is None:
        seen |= {(root / name).read_bytes() for name in NAMES}
    run.communicate()
    assert run.returncode == 0
    assert seen <= {OLD, NEW}
    assert files(root) == dict.fromkeys(NAMES, NEW)


# Killed


def test_a_killed_run_leaves_every_file_old_or_new(root: Path) -> None:
    """Killed at many moments, most of them while files are written."""
    usual = _seconds(root)
    written = 0
    for moment in range(8):
        fill(root)
        run = start(root)
        _wait_for_the_first_write(root, run, usual * 3)
        time.sleep(moment / 2000)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        left = files(root)
        assert {left[name] for name in NAMES} <= {OLD, NEW}
        beside = left.keys() - set(NAMES)
        assert all(Path(name).name.startswith(".patless-") and name.endswith(".tmp") for name in beside)
        assert len(beside) <= 1
        for name in beside:
            (root / name).unlink()
        written += any(left[name] == NEW for name in NAMES)
    assert written, "no run was killed after its first write"


def test_what_a_killed_run_left_undone_is_done_by_the_next_one(root: Path) -> None:
    (root / NAMES[-1]).write_bytes(NEW)
    (root / ".patless-abc.tmp").write_bytes(NEW[:1000])
    run = start(root)
    run.communicate()
    assert run.returncode == 0
    assert files(root) == {**dict.fromkeys(NAMES, NEW), ".patless-abc.tmp": NEW[:1000]}


def _seconds(folder: Path) -> float:
    begun = time.monotonic()
    start(folder).communicate()
    return time.monotonic() - begun


def _wait_for_the_first_write(folder: Path, run: subprocess.Popen[bytes], most: float) -> None:
    end = time.monotonic() + most + 30
    before = (folder / NAMES[0]).stat().st_ino
    while (folder / NAMES[0]).stat().st_ino == before and run.poll() is None and time.monotonic() < end:
        time.sleep(0.0002)


# Disks and folders


def _refused(folder: Path, run: subprocess.Popen[bytes], sentence: str) -> None:
    """Nothing is written, and each file has its line."""
    out, errors = run.communicate(timeout=60)
    assert run.returncode == 3, errors
    lines = errors.decode().splitlines()
    assert [line.partition(":")[0] for line in lines] == NAMES
    assert all(sentence in line for line in lines)
    assert b"Fixed 0" in out
    assert files(folder) == dict.fromkeys(NAMES, OLD)


def test_a_limit_on_the_size_of_files_leaves_them_as_they_were(root: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    _refused(root, start(root, limit), "not written: the system cannot write it: File too large")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk that the files just fit on. It takes a user who may mount one; others have the test above."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = len(OLD) * len(NAMES) + 40_000
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        fill(disk)
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_leaves_the_files_as_they_were(small: Path) -> None:
    _refused(small, start(small), f"no space left on {small}, so the file was left as it was; free it and run again")


def test_a_report_for_a_full_disk_is_one_line(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "migrator", "check", "--output-file", "/dev/full", str(root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert (
        done.stderr
        == "/dev/full: not written: no space left on /dev, so the file was left as it was; free it and run again\n"
    )


def stopped_by_permissions() -> None:
    """Takes from root what lets it read and write everything. https://man7.org/linux/man-pages/man7/capabilities.7.html"""
    if os.geteuid() == 0:
        import ctypes

        drop, override, read = 24, 1, 2
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(drop, override, 0, 0, 0) == libc.prctl(drop, read, 0, 0, 0) == 0


def test_read_only_folders_leave_the_files_as_they_were(root: Path) -> None:
    for folder in (root, root / "ci"):
        folder.chmod(0o555)
    run = start(root, stopped_by_permissions)
    _refused(root, run, "not written: its folder does not allow new files, so the file was left as it was")


def test_read_only_files_are_left_alone(root: Path) -> None:
    for name in NAMES:
        (root / name).chmod(0o444)
    _refused(
        root,
        start(root, stopped_by_permissions),
        "not written: the file is read-only; make it writable and run patless again",
    )


def test_a_file_that_may_not_be_read_is_one_line_and_the_others_are_done(root: Path) -> None:
    (root / PATH).chmod(0)
    run = start(root, stopped_by_permissions)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 3
    assert (
        errors.decode()
        == f"{PATH}: not read: patless has no permission to read it; change its mode, or run as another user\n"
    )
    assert files(root) == {**dict.fromkeys(NAMES, NEW), PATH: OLD}

"""Records: what is written is read, and damage and the files of others are none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.replay import records
from migrator.replay.records import Printed

TEXT = st.text(st.characters(codec=None), max_size=20)
NAMES = st.lists(TEXT, max_size=3).map(tuple)
PARTS = st.lists(st.tuples(TEXT, TEXT, st.integers(-1, 10**9), st.integers(0, 10**9)), max_size=4).map(tuple)
ONE = Printed(1, (("out", "found\n", -1, 0),), ("/r",), ("x",), ())


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATLESS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "answers"


def shown(printed: Printed) -> tuple[object, ...]:
    return printed.code, printed.parts, printed.roots, printed.named, printed.further


def record(cache: Path) -> Path:
    (path,) = cache.iterdir()
    return path


@given(TEXT.filter(bool), TEXT, st.integers(0, 255), PARTS, NAMES, NAMES, NAMES)
def test_what_is_written_is_read(
    key: str,
    inputs: str,
    code: int,
    parts: tuple[records.Part, ...],
    roots: tuple[str, ...],
    named: tuple[str, ...],
    further: tuple[str, ...],
) -> None:
    printed = Printed(code, parts, roots, named, further)
    records.write(key, inputs, printed)
    found = records.read(key)
    assert found is not None
    assert found[0] == inputs
    assert shown(found[1]) == shown(printed)
    records.clear()


def test_there_is_none_where_nothing_was_written(cache: Path) -> None:
    assert records.read("x") is None
    assert records.kept() == []
    records.clear()
    assert not cache.exists()


def test_another_key_with_the_same_name_of_the_file_is_another_run(cache: Path) -> None:
    records.write("x", "", ONE)
    record(cache).rename(records._path("y"))
    assert records.read("y") is None


def test_damage_is_no_record(cache: Path) -> None:
    records.write("x", "inputs", ONE)
    whole = record(cache).read_bytes()
    for end in range(len(whole)):
        record(cache).write_bytes(whole[:end])
        assert records.read("x") is None, end
    for data in (b"\0" * 100, b"1:", b"9" * 40, b"-3:abc", whole + b"1:x", whole.replace(b"out", b"\xff\xff\xff")):
        record(cache).write_bytes(data)
        assert records.read("x") is None, data


@pytest.mark.parametrize("kind", ["writable", "link", "pipe", "folder"])
def test_what_others_may_have_written_is_none(cache: Path, kind: str) -> None:
    records.write("x", "", ONE)
    path = record(cache)
    data = path.read_bytes()
    if kind == "writable":
        path.chmod(0o666)
    else:
        path.unlink()
        if kind == "link":
            (cache.parent / "other").write_bytes(data)
            path.symlink_to(cache.parent / "other")
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.mkdir()
    assert records.read("x") is None


def test_only_its_owner_may_read_it(cache: Path) -> None:
    records.write("x", "", ONE)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(record(cache).stat().st_mode) == 0o600


def test_there_are_not_more_than_so_many(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST", 20)
    for number in range(60):
        records.write(str(number), "", ONE)
        assert len(list(cache.iterdir())) <= 20
    assert records.read("59") is not None
    assert records.read("0") is None


def test_what_is_too_large_is_not_kept(cache: Path) -> None:
    records.write("x", "y" * records.LIMIT, ONE)
    assert records.read("x") is None


def test_where_nothing_may_be_written_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PATLESS_CACHE_DIR", str(tmp_path / "file"))
    records.write("x", "", ONE)
    assert records.read("x") is None


def test_only_records_are_taken_away(cache: Path) -> None:
    records.write("x", "", ONE)
    (cache / "notes.txt").write_text("mine")
    records.clear()
    assert [one.name for one in cache.iterdir()] == ["notes.txt"]

"""Packs as git makes them, and packs as nobody should."""

from __future__ import annotations

import random
import subprocess
import zlib
from hashlib import sha1
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.repositories import keeping, packs
from migrator.repositories.packs import index, read
from migrator.repositories.pktlines import Garbled


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, input=given, capture_output=True, check=True).stdout


def history(root: Path, commits: int) -> list[str]:
    """A repository whose files change a little with each commit, so that git writes deltas of deltas."""
    chance = random.Random(3)
    git(root, "init", "-q", "-b", "main")
    lines = [f"line {chance.random()}\n" for _ in range(400)]
    for number in range(commits):
        lines[chance.randrange(len(lines))] = f"changed {number}\n"
        (root / "text").write_text("".join(lines))
        git(root, "add", ".")
        git(root, "-c", "user.name=Lee", "-c", "user.email=lee@acme.example", "commit", "-qm", str(number))
    return git(root, "rev-list", "--objects", "--all", "--no-object-names").decode().split()


def packed(count: int, *entries: bytes) -> bytes:
    data = b"PACK" + (2).to_bytes(4, "big") + count.to_bytes(4, "big") + b"".join(entries)
    return data + sha1(data).digest()


def entry(kind: int, size: int, data: bytes, base: bytes = b"") -> bytes:
    head = bytearray([kind << 4 | size & 15 | (128 if size > 15 else 0)])
    size >>= 4
    while size:
        head.append(size & 127 | (128 if size > 127 else 0))
        size >>= 7
    return bytes(head) + base + zlib.compress(data)


@pytest.mark.parametrize("option", ["--delta-base-offset", "--no-reuse-delta"])
def test_what_git_packs_is_read_and_its_index_is_gits(option: str, tmp_path: Path) -> None:
    names = history(tmp_path, 30)
    data = git(tmp_path, "pack-objects", "-q", "--stdout", "--depth=50", option, given="\n".join(names).encode())
    found = read(data)
    assert set(found.objects) == set(names)
    for name in names:
        assert found.objects[name].data == git(tmp_path, "cat-file", found.objects[name].kind, name)
    (tmp_path / "a.pack").write_bytes(data)
    git(tmp_path, "index-pack", "a.pack")
    assert index(found) == (tmp_path / "a.idx").read_bytes()


def test_a_copy_that_is_kept_is_one_that_git_finds_whole(tmp_path: Path) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy.git"
    source.mkdir()
    history(source, 3)
    head = git(source, "rev-parse", "HEAD").decode().strip()
    names = git(source, "rev-list", "--objects", "--no-object-names", "--max-count=1", "HEAD")
    data = git(source, "pack-objects", "-q", "--stdout", given=names)
    keeping.keep(copy, read(data), data, {"refs/heads/main": head, "refs/heads/main/x": head}, False, 10)
    git(copy, "fsck", "--full", "--strict")
    assert git(copy, "show", "main:text") == (source / "text").read_bytes()


BOMB = zlib.compress(bytes(packs.INFLATED + 1000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PACK" + bytes(40),
        packed(0)[:-1] + b"\0",
        packed(2, entry(3, 1, b"x")),
        packed(1, entry(3, 1, b"x"), b"more"),
        packed(packs.OBJECTS + 1, entry(3, 1, b"x")),
        packed(1, entry(3, 2, b"x")),
        packed(1, entry(3, 1, b"xy")),
        packed(1, entry(3, packs.INFLATED + 1, b"")),
        packed(1, entry(3, 10, b"")[:-8] + BOMB),
        packed(1, entry(5, 1, b"x")),
        packed(1, entry(0, 1, b"x")),
        packed(1, bytes([128 | 3 << 4]) + bytes([255] * 30)),
        packed(1, bytes([0x30]) + b"not zlib at all"),
        packed(1, entry(6, 3, b"\1\1\0", b"\x20")),
        packed(1, entry(6, 3, b"\1\1\0", b"\0")),
        packed(1, entry(7, 3, b"\1\1\0", bytes(20))),
        packed(1, entry(6, 3, b"\1\1\0", bytes([255] * 40))),
        *(
            packed(2, entry(3, 1, b"x"), entry(7, len(delta), delta, sha1(b"blob 1\0x").digest()))
            for delta in (
                b"",
                b"\1",
                b"\2\1",
                b"\1\1",
                b"\1\1\0",
                b"\1\2\1x",
                b"\1\1\2xx",
                b"\1\1\3x",
                b"\1\1\x91\5\1",
                b"\1\1\x90",
                b"\1\1\x80",
                b"\1" + bytes([255] * 30),
            )
        ),
    ],
)
def test_what_is_no_pack_is_refused(data: bytes) -> None:
    with pytest.raises(Garbled):
        read(data)


def test_deltas_that_blow_up_are_refused_before_they_are_made() -> None:
    """Each copies what the one before it made a hundred times."""
    base = bytes(60000)
    name = sha1(b"blob 60000\0" + base).digest()
    size = 60000 * 2000
    number = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21])
    delta = b"\xe0\xd4\3" + number + b"\xb0\x60\xea" * 2000
    with pytest.raises(Garbled, match="too large"):
        read(packed(2, entry(3, 60000, base), entry(7, len(delta), delta, name)))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 255))
def test_bytes_that_are_others_never_do_anything_else(more: bytes, place: int, byte: int) -> None:
    data = bytearray(packed(2, entry(3, 1, b"x"), entry(7, 3, b"\1\1\1"[:3], sha1(b"blob 1\0x").digest()), more))
    data[place % len(data)] = byte
    whole = bytes(data[:-20]) + sha1(bytes(data[:-20])).digest()
    try:
        found = read(whole)
    except Garbled:
        return
    for name, one in found.objects.items():
        assert sha1(f"{one.kind} {len(one.data)}\0".encode() + one.data).hexdigest() == name

"""What is taken out of files that are packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from migrator.text.packed import LIMIT, is_sealed, unpacked

TEXT = b"docker login crg.apkg.io\n"


def zipped(*texts: bytes, before: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate(texts):
            archive.writestr(f"{number}.sh", text)
    return before + file.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"a", TEXT, b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"PK\x05\x06", b"\x7fELF\0\0", b"\x89PNG\r\n\x1a\n\0"]
)
def test_what_is_not_packed_holds_nothing(data: bytes) -> None:
    assert unpacked(data) is None


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zipped])
def test_what_is_packed_is_taken_out(pack: Callable[[bytes], bytes]) -> None:
    assert (unpacked(pack(TEXT)) or b"").strip() == TEXT.strip()
    assert TEXT.strip() in (unpacked(gzip.compress(pack(TEXT))) or b"")


def test_every_stream_and_every_member_is_taken_out() -> None:
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b")) == b"ab"
    assert unpacked(zipped(b"a", b"b", before=b"#!/usr/bin/env python3\n")) == b"a\nb\n"


def test_of_what_is_cut_off_the_whole_part_is_taken_out() -> None:
    assert unpacked(gzip.compress(TEXT * 1000)[:-8]) == TEXT * 1000
    assert unpacked(lzma.compress(TEXT)[:-20]) in (None, TEXT)


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zipped, lambda data: zipped(*[data] * 50)]
)
def test_a_bomb_takes_bounded_memory_and_time(pack: Callable[[bytes], bytes]) -> None:
    data = pack(b"a" * 12_000_000)
    tracemalloc.start()
    begin = time.process_time()
    found = unpacked(data) or b""
    assert time.process_time() - begin < 10
    assert tracemalloc.get_traced_memory()[1] < 8 * LIMIT
    tracemalloc.stop()
    assert len(found) <= LIMIT + 2000


@pytest.mark.parametrize(
    ("data", "sealed"),
    [
        (b"", False),
        (TEXT, False),
        (gzip.compress(TEXT, mtime=0), False),
        (b"a\n-----BEGIN PGP MESSAGE-----", False),
        (b"-----BEGIN PGP MESSAGE-----\n", True),
        (b"Salted__\1", True),
        (b"U2FsdGVkX1+a", True),
        (b"\1\0", True),
    ],
)
def test_a_file_is_sealed_that_only_a_key_opens(data: bytes, sealed: bool) -> None:
    assert is_sealed(data) is sealed

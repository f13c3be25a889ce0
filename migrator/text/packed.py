"""What is in a file that is packed, to be searched for words: bounded, and as far as the standard library opens it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Protocol

LIMIT = 8 * 1024 * 1024
"""The most bytes that are taken out of one file."""
_MEMORY = 64 * 1024 * 1024
_MOST_MEMBERS = 2000
_DEEP = 2
"""How often what was packed may be so itself."""
_END_OF_ZIP = b"PK\x05\x06"
_SEALED = (b"-----BEGIN PGP MESSAGE-----", b"Salted__", b"U2FsdGVkX1", b"$ANSIBLE_VAULT;")
"""How files begin that only a key opens: those of gpg, openssl, also in base64, and ansible-vault."""


class _Decompressor(Protocol):
    """Takes out no more than it is asked for."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def unpacked(data: bytes) -> bytes | None:
    """What is packed with gzip, xz, bzip2 or zip, all members one after the other, as far as it is whole and within
    LIMIT; None for a file that is none of these."""
    found: bytes | None = None
    for _ in range(_DEEP):
        inner = b"".join(_taken_out(data if found is None else found))
        if not inner:
            break
        found = inner
    return found


def is_sealed(data: bytes) -> bool:
    """Whether only a key opens a file, or nobody knows what does: it is no text."""
    return data.startswith(_SEALED) or (b"\0" in data and unpacked(data) is None)


def _taken_out(data: bytes) -> Iterator[bytes]:
    import bz2
    import lzma
    import zlib

    if data.startswith(b"\x1f\x8b"):
        yield from _streams(data, lambda: zlib.decompressobj(31))
    elif data.startswith(b"\xfd7zXZ\0"):
        yield from _streams(data, lambda: lzma.LZMADecompressor(memlimit=_MEMORY))
    elif data.startswith(b"BZh"):
        yield from _streams(data, bz2.BZ2Decompressor)
    elif _END_OF_ZIP in data[-65_557:]:
        yield from _members(data)


def _streams(data: bytes, begin: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """A file of several streams holds what they hold, one after the other."""
    import lzma
    import zlib

    left = LIMIT
    for _ in range(_MOST_MEMBERS):
        stream = begin()
        try:
            taken = stream.decompress(data, left)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            return
        yield taken
        left -= len(taken)
        data = stream.unused_data
        if not data or not stream.eof or left <= 0:
            return


def _members(data: bytes) -> Iterator[bytes]:
    import zipfile

    left = LIMIT
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist()[:_MOST_MEMBERS]:
                if member.flag_bits & 1 or left <= 0:
                    continue
                with archive.open(member) as file:
                    taken = file.read(left)
                yield taken + b"\n"
                left -= len(taken)
    except Exception:
        return

"""What is in a file that is packed, to be searched for words: bounded, and as far as the standard library opens it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

LIMIT = 8 * 1024 * 1024
"""The most bytes that are taken out of one file."""
_MEMORY = 64 * 1024 * 1024
_MOST_MEMBERS = 2000
_DEEP = 2
"""How often what was packed may be so itself."""
_END_OF_ZIP = b"PK\x05\x06"
_BEGINS = (b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh91AY&SY")
_PACKED = re.compile(b"|".join(map(re.escape, _BEGINS)))
_LINE = 512
_MOST_BEGINNINGS = 16
"""The most places of a script behind which something packed is looked for."""
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
    LIMIT, also behind a script in the same file; None for a file that is none of these."""
    found: bytes | None = None
    for _ in range(_DEEP):
        inner = b"".join(_taken_out(data if found is None else found)) or (_behind(data) if found is None else b"")
        if not inner:
            break
        found = inner
    return found


def is_sealed(data: bytes) -> bool:
    """Whether only a key opens a file, or nobody knows what does: it is no text."""
    return data.startswith(_SEALED) or (b"\0" in data and unpacked(data) is None)


def is_script(data: bytes) -> bool:
    """Whether a file says who runs it, whatever is behind that."""
    return data.startswith(b"#!")


def _behind(data: bytes) -> bytes:
    """What is packed behind the text with which a file begins."""
    if not data[:_LINE].partition(b"\n")[0].isascii() or b"\n" not in data[:_LINE]:
        return b""
    places = (match.start() for match in islice(_PACKED.finditer(data), _MOST_BEGINNINGS))
    return next((inner for at in places if (inner := b"".join(_taken_out(data[at:])))), b"")


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

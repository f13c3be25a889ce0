"""A pack of objects as it comes over the network, read within bounds, and its index.

Every object is known by the hash of its own bytes, so none can pass for another one. What these functions do not
read, such as a pack that leans on objects outside of it, is git's to read.

https://git-scm.com/docs/gitformat-pack
"""

from __future__ import annotations

import zlib
from binascii import crc32
from collections.abc import Iterator
from hashlib import sha1
from struct import pack, unpack_from
from typing import NamedTuple

from migrator.repositories.pktlines import Garbled

OBJECTS = 200_000
INFLATED = 64 * 1024 * 1024
"""The most objects of a pack, and bytes of all of them unpacked."""
CHAIN = 4096
"""The most deltas that lean on each other; git makes 50, or 250 where it is told to be thorough."""
_KINDS = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
_OFFSET, _NAMED = 6, 7
_HASH = 20


class Object(NamedTuple):
    kind: str
    data: bytes


class Pack(NamedTuple):
    """`rows` say where each object is: its name, where it begins and the checksum of its bytes there."""

    objects: dict[str, Object]
    rows: list[tuple[bytes, int, int]]
    trailer: bytes


class _Raw(NamedTuple):
    kind: int
    base: int | bytes
    """Of a delta: where its base begins, or the name of it."""
    data: bytes
    checksum: int


def read(data: bytes) -> Pack:
    """Raises Garbled where the pack is damaged, too large, or not whole in itself."""
    if len(data) < 12 + _HASH or data[:4] != b"PACK" or unpack_from(">I", data, 4)[0] != 2:
        raise Garbled("no pack")
    trailer = data[-_HASH:]
    if sha1(memoryview(data)[:-_HASH], usedforsecurity=False).digest() != trailer:
        raise Garbled("a damaged pack")
    count = unpack_from(">I", data, 8)[0]
    if count > OBJECTS:
        raise Garbled("too many objects")
    raw: dict[int, _Raw] = {}
    place, left = 12, INFLATED
    for _ in range(count):
        begin = place
        place, raw[begin] = _entry(data, begin, left)
        left -= len(raw[begin].data)
    if place != len(data) - _HASH:
        raise Garbled("more than a pack")
    return _resolved(raw, left, trailer)


def _entry(data: bytes, begin: int, left: int) -> tuple[int, _Raw]:
    """The object that begins there, and where the next one does."""
    place = begin
    byte = _byte(data, place)
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 128:
        place += 1
        byte = _byte(data, place)
        size |= (byte & 127) << shift
        shift += 7
        if shift > 60:
            raise Garbled("too large")
    place += 1
    base: int | bytes = b""
    if kind == _NAMED:
        base, place = data[place : place + _HASH], place + _HASH
    elif kind == _OFFSET:
        back, place = _back(data, place)
        base = begin - back
    elif kind not in _KINDS:
        raise Garbled("an object of no kind")
    if size > left:
        raise Garbled("too large")
    content, place = _inflated(data, place, size)
    return place, _Raw(kind, base, content, crc32(memoryview(data)[begin:place]))


def _back(data: bytes, place: int) -> tuple[int, int]:
    byte = _byte(data, place)
    back = byte & 127
    while byte & 128:
        place += 1
        byte = _byte(data, place)
        back = (back + 1) << 7 | byte & 127
        if back > len(data):
            raise Garbled("a base outside of the pack")
    return back, place + 1


def _byte(data: bytes, place: int) -> int:
    if place >= len(data) - _HASH:
        raise Garbled("cut")
    return data[place]


def _inflated(data: bytes, place: int, size: int) -> tuple[bytes, int]:
    """`size` bytes that are packed from there, and where that ends. It is given in pieces, as what follows the end is
    copied each time."""
    unpacker = zlib.decompressobj()
    found = bytearray()
    end = len(data) - _HASH
    try:
        while not unpacker.eof:
            if place >= end:
                raise Garbled("cut")
            piece = data[place : min(end, place + size + 64)]
            found += unpacker.decompress(piece, size + 1 - len(found))
            place += len(piece) - len(unpacker.unused_data) - len(unpacker.unconsumed_tail)
            if len(found) > size:
                raise Garbled("larger than it says")
    except zlib.error:
        raise Garbled("damaged") from None
    if len(found) != size:
        raise Garbled("smaller than it says")
    return bytes(found), place


def _resolved(raw: dict[int, _Raw], left: int, trailer: bytes) -> Pack:
    """With deltas made whole, each once what it leans on is."""
    done: dict[int, Object] = {}
    names: dict[bytes, int] = {}
    leaning: dict[int | bytes, list[int]] = {}
    ready = []
    for place, one in raw.items():
        if one.kind in _KINDS:
            ready.append((place, Object(_KINDS[one.kind].decode(), one.data), 0))
        else:
            leaning.setdefault(one.base, []).append(place)
    while ready:
        place, made, depth = ready.pop()
        name = sha1(b"%b %d\0" % (made.kind.encode(), len(made.data)), usedforsecurity=False)
        name.update(made.data)
        done[place] = made
        names[name.digest()] = place
        for other in (*leaning.pop(place, ()), *leaning.pop(name.digest(), ())):
            whole, left = _whole(made.data, raw[other].data, left)
            if depth > CHAIN:
                raise Garbled("a chain without end")
            ready.append((other, Object(made.kind, whole), depth + 1))
    if leaning:
        raise Garbled("a base outside of the pack")
    rows = [(name, place, raw[place].checksum) for name, place in names.items()]
    return Pack({name.hex(): done[place] for name, place in names.items()}, rows, trailer)


def _whole(base: bytes, delta: bytes, left: int) -> tuple[bytes, int]:
    """What a delta makes of its base, and how many bytes may still be made."""
    steps = iter(delta)
    try:
        if _number(steps) != len(base):
            raise Garbled("a delta of another base")
        size = _number(steps)
        if size > left:
            raise Garbled("too large")
        found = bytearray()
        for step in steps:
            if step & 128:
                start = sum(next(steps) << 8 * part for part in range(4) if step >> part & 1)
                length = sum(next(steps) << 8 * part for part in range(3) if step >> part + 4 & 1) or 65536
                if start + length > len(base):
                    raise Garbled("a delta beyond its base")
                found += base[start : start + length]
            elif step:
                found += bytes(next(steps) for _ in range(step))
            else:
                raise Garbled("a step of no kind")
            if len(found) > size:
                raise Garbled("a delta that is longer than it says")
    except (StopIteration, RuntimeError):
        raise Garbled("a delta that is cut") from None
    if len(found) != size:
        raise Garbled("a delta that is shorter than it says")
    return bytes(found), left - size


def _number(steps: Iterator[int]) -> int:
    found = shift = 0
    while True:
        byte = next(steps)
        found |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return found
        if shift > 60:
            raise Garbled("too large")


def index(found: Pack) -> bytes:
    """The index of a pack of less than 2 GiB, version 2."""
    rows = sorted(found.rows)
    counts = [0] * 256
    for name, _, _ in rows:
        counts[name[0]] += 1
    fan, total = [], 0
    for count in counts:
        total += count
        fan.append(total)
    data = b"".join(
        (
            b"\xfftOc" + pack(">I", 2),
            pack(">256I", *fan),
            *(name for name, _, _ in rows),
            pack(f">{len(rows)}I", *(checksum for _, _, checksum in rows)),
            pack(f">{len(rows)}I", *(place for _, place, _ in rows)),
            found.trailer,
        )
    )
    return data + sha1(data, usedforsecurity=False).digest()

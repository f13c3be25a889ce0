"""What is kept of a run: by what it is known again, and what it printed.

A record is one file, whose name is a checksum; so a key that has the same one takes the place of the other. It holds no
line of a scanned file: where one was printed, it says which bytes of the file these are.
"""

from __future__ import annotations

import os
from zlib import crc32

from migrator.replay.place import ANSWERS, cache_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 500
"""Records, of which the oldest tenth goes when there are more."""
LIMIT = 4 * 1024 * 1024
"""Bytes of one record."""
_FORMAT, _END = "1", "end"
_OTHERS = 0o022
"""Who else than its owner may write a file could say what a run finds."""
_NAME, _LENGTH = set("0123456789abcdef"), 16

Part = tuple[str, str, int, int]
"""The stream, `out` or `err`; a text, or the path of a file; and the first byte there and how many, or -1 and 0 for a
text."""


class Printed:
    """What a run printed: its exit code and the output in parts; of which repositories, by their folders, for which
    paths of the command line, and which files it read besides.

    `quiet` are the configurations that it read that do no more than to leave files out, each with the texts of
    `migrator/replay/configurations.py`; they are not a part of its record.
    """

    __slots__ = ("code", "further", "named", "parts", "quiet", "roots")

    def __init__(
        self,
        code: int,
        parts: tuple[Part, ...],
        roots: tuple[str, ...],
        named: tuple[str, ...],
        further: tuple[str, ...],
        quiet: tuple[tuple[str, tuple[str, ...]], ...] = (),
    ) -> None:
        self.code, self.parts = code, parts
        self.roots, self.named, self.further = roots, named, further
        self.quiet = quiet


def folder() -> str:
    """Where the records are, '' for nowhere."""
    place = cache_folder(os.environ)
    return place and os.path.join(place, ANSWERS)


def read(key: str) -> tuple[str, Printed] | None:
    """What the run of `key` had read (`migrator/replay/inputs.py`), and what it printed; None where no record of it can
    be read."""
    try:
        path = _path(key)
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & _OTHERS:
                return None
            words = _words(file.read(LIMIT + 1))
        is_whole = words[:2] == [_FORMAT, key] and words[-1] == _END
        return (words[2], _printed(words[3:-1])) if is_whole else None
    except (OSError, ValueError, IndexError):
        return None


def write(key: str, inputs: str, printed: Printed) -> None:
    """Keep it, where it is not too large and may be written."""
    words = [_FORMAT, key, inputs, str(printed.code)]
    for names in (printed.roots, printed.named, printed.further):
        words += [str(len(names)), *names]
    words += [*(str(one) for part in printed.parts for one in part), _END]
    data = b"".join(b"%d:%b" % (len(one), one) for one in (word.encode("utf-8", "surrogatepass") for word in words))
    if len(data) > LIMIT or not key:
        return
    try:
        path = _path(key)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        beside = f"{path}.{os.getpid()}"
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(data)
        os.replace(beside, path)
        every = kept()
        if len(every) > MOST:
            _remove(path for path, _ in every[: MOST // 10])
    except OSError:  # not to keep it is no fault
        return


def kept() -> list[tuple[str, int]]:
    """The path and the size in bytes of each record, the oldest first."""
    place = folder()
    found: list[tuple[int, str, int]] = []
    try:
        for name in os.listdir(place) if place else ():
            if set(name.partition(".")[0]) <= _NAME and len(name.partition(".")[0]) == _LENGTH:
                status = os.lstat(os.path.join(place, name))
                found.append((status.st_mtime_ns, os.path.join(place, name), status.st_size))
    except OSError:  # there is none, or another run takes one away
        pass
    return [(path, size) for _, path, size in sorted(found)]


def clear() -> None:
    """Take all away."""
    _remove(path for path, _ in kept())


def _remove(paths: Iterable[str]) -> None:
    for path in paths:
        try:
            os.unlink(path)
        except OSError:  # another run was first
            continue


def _path(key: str) -> str:
    place = folder()
    if not place:
        raise OSError
    data = key.encode("utf-8", "surrogatepass")
    return os.path.join(place, f"{crc32(data):08x}{crc32(data, 1):08x}")


def _words(data: bytes) -> list[str]:
    """Raises ValueError for what is damaged."""
    words: list[str] = []
    at = 0
    while at < len(data):
        colon = data.index(b":", at, at + 12)
        end = colon + 1 + int(data[at:colon])
        if not colon < end <= len(data):  # a length may be said to be less than nothing
            raise ValueError
        words.append(data[colon + 1 : end].decode("utf-8", "surrogatepass"))
        at = end
    return words


def _printed(words: list[str]) -> Printed:
    """Raises ValueError and IndexError for what is damaged."""
    code, *rest = words
    lists: list[tuple[str, ...]] = []
    for _ in range(3):
        count = int(rest[0])
        lists.append(tuple(rest[1 : 1 + count]))
        rest = rest[1 + count :]
    parts = tuple((rest[at], rest[at + 1], int(rest[at + 2]), int(rest[at + 3])) for at in range(0, len(rest), 4))
    roots, named, further = lists
    return Printed(int(code), parts, roots, named, further)

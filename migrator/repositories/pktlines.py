"""Lines of git's wire protocol, version 2: what is sent, and what came, read strictly and within bounds.

https://git-scm.com/docs/protocol-v2 and https://git-scm.com/docs/protocol-common
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Protocol

FLUSH, DELIMITER = b"0000", b"0001"
_LARGEST = 65520
_HEX = frozenset(b"0123456789abcdefABCDEF")


class Mark(Enum):
    """What stands between lines."""

    FLUSH = "flush"
    DELIMITER = "delimiter"


class Garbled(Exception):
    """What came is not of the protocol, or the other side says that it cannot. The message is for no one: whoever asks
    does without."""


class Stream(Protocol):
    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, fewer at the end only."""
        ...


def request(command: str, arguments: Iterable[str]) -> bytes:
    """One command with its arguments."""
    lines = b"".join(_line(f"{argument}\n") for argument in arguments)
    return _line(f"command={command}\n") + _line("agent=patless\n") + DELIMITER + lines + FLUSH


def lines(stream: Stream) -> Iterator[bytes | Mark]:
    """The lines, to the end of the stream. Raises Garbled, also for a line by which the other side refuses."""
    while head := stream.read(4):
        if len(head) != 4 or not _HEX.issuperset(head):
            raise Garbled("no length")
        length = int(head, 16)
        if length < 4:
            if length > 1:
                raise Garbled("a mark that was not asked for")
            yield Mark.DELIMITER if length else Mark.FLUSH
            continue
        data = stream.read(length - 4)
        if len(data) != length - 4 or length > _LARGEST:
            raise Garbled("a line that is cut, or too long")
        if data.startswith(b"ERR "):
            raise Garbled("refused")
        yield data


def _line(text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    return b"%04x%b" % (len(data) + 4, data)

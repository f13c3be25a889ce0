"""Answers with an end: whoever is asked over HTTP may send for ever, as fast or as slowly as it likes.

A time limit of a socket is one of each piece that comes, and neither `http.client` nor urllib3 has one for all of an
answer, or a bound for each line of it. So every read of an answer's bytes is counted here, below them both.
"""

from __future__ import annotations

import io
import time
from functools import partial
from http.client import HTTPException, HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

HEADERS = 1024 * 1024
"""Bytes of an answer besides its body."""


def bounded(adapter: HTTPAdapter, seconds: float, size: int) -> HTTPAdapter:
    """Let no answer that the adapter reads take longer than `seconds`, or have a body of much more than `size` bytes.
    One that does ends as one that times out, or breaks off."""
    kinds = pools(seconds, size)
    make = adapter.proxy_manager_for

    def through(proxy: str, **more: Any) -> Any:
        manager = make(proxy, **more)
        manager.pool_classes_by_scheme = kinds
        return manager

    adapter.poolmanager.pool_classes_by_scheme = kinds
    adapter.proxy_manager_for = through  # type: ignore[method-assign]
    return adapter


def pools(seconds: float, size: int, base: type[Any] = object) -> dict[str, Any]:
    """Pools of connections with such answers, by scheme; `base` is what a connection is besides."""
    answer = partial(_Answer, seconds=seconds, size=size + HEADERS)
    return {"http": _pool(HTTPConnectionPool, answer, base), "https": _pool(HTTPSConnectionPool, answer, base)}


def _pool(kind: type[Any], answer: object, base: type[Any]) -> type[Any]:
    """The kind of pool, with connections that read such answers."""
    bases = (kind.ConnectionCls,) if base is object else (base, kind.ConnectionCls)
    connection = type("Connection", bases, {"response_class": staticmethod(answer)})  # type: ignore[arg-type]
    return type("Pool", (kind,), {"ConnectionCls": connection})


class _Answer(HTTPResponse):
    def __init__(self, *arguments: Any, seconds: float, size: int, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fp = io.BufferedReader(_Counted(self.fp, time.monotonic() + seconds, size))


class _Counted(io.RawIOBase):
    """The bytes of a connection, until they are too many or too late."""

    def __init__(self, file: Any, end: float, left: int) -> None:
        self._file, self._end, self._left = file, end, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if time.monotonic() > self._end:
            raise TimeoutError("the answer does not end in time")
        if self._left <= 0:
            raise HTTPException("the answer is longer than patless reads")
        data = self._file.read1(min(len(buffer), self._left))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()

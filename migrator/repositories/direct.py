"""A repository elsewhere, asked without git: which commits its branches have, and objects by their names.

It is version 2 of git's protocol over connections that stay open, a request for each question. Whatever is not
understood here is git's to ask: nothing is ever taken to be absent because of it.

https://git-scm.com/docs/protocol-v2 and https://git-scm.com/docs/http-protocol
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError

from migrator.registry.bounded import pools
from migrator.repositories.again import STOPPED, again
from migrator.repositories.git import GitError
from migrator.repositories.packs import Pack, read
from migrator.repositories.pktlines import Garbled, Mark, lines, request
from migrator.repositories.remote import Late
from migrator.text.patterns import regex

SIZE = 8 * 1024 * 1024
"""The most bytes of a pack that is read here."""
LISTED = 16 * 1024 * 1024
"""The most bytes of a list of refs: some 200,000 of them."""
_ASKED = "application/x-git-upload-pack-request"
_RESULT = "application/x-git-upload-pack-result"
_COMMIT = regex(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = regex(r"(?!.*(?://|\.\.|@\{|/\.|\.lock(?:/|\Z)))refs/[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])", re.DOTALL)
"""https://git-scm.com/docs/git-check-ref-format"""
_PASSING = (429, *range(500, 600))
_HEX = regex(r"[0-9a-f]{40}")


_Found = TypeVar("_Found")


class NotDirect(Exception):
    """git is to be asked."""


class Speaks(NamedTuple):
    """What a server does of what is asked for here."""

    lists: bool
    fetches: bool
    filters: bool


class _Kept:
    """A connection that can be ended from another thread."""

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        _OPEN.add(self)


_OPEN: weakref.WeakSet[Any] = weakref.WeakSet()


def interrupt() -> None:
    """End every conversation that goes on in other threads."""
    STOPPED.now()
    for one in list(_OPEN):
        with suppress(OSError, AttributeError):
            one.sock.shutdown(socket.SHUT_RDWR)


class Direct:
    """For all threads of a run. All methods raise NotDirect where git is to be asked, Late where the other side does
    not come to an end in time, and GitError where it answers again and again that it cannot.

    `authorization` is the value of the header that signs, which is sent to the host of `url` only.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._hosts: dict[str, Speaks | None] = {}
        self._pools = urllib3.PoolManager(4, maxsize=32, retries=False)
        self._pools.pool_classes_by_scheme = pools(seconds, LISTED, _Kept)

    def filters(self, url: str, authorization: str) -> bool:
        """Whether files can be left out."""
        return self._speaks(url, authorization).filters

    def heads(
        self, url: str, authorization: str, prefixes: Iterable[str], wanted: Callable[[str], bool]
    ) -> dict[str, str]:
        """The commits by the full names of refs that begin with one of `prefixes`, of those that are `wanted`."""
        if not self._speaks(url, authorization).lists:
            raise NotDirect
        asked = request("ls-refs", ["peel", *(f"ref-prefix {prefix}" for prefix in prefixes)])

        def found(answer: urllib3.BaseHTTPResponse) -> dict[str, str]:
            heads: dict[str, str] = {}
            left = LISTED
            came = lines(_Pieces(answer))
            for line in came:
                if line is Mark.FLUSH:
                    _end(came)
                    return heads
                if isinstance(line, Mark):
                    raise Garbled("a mark between refs")
                left -= len(line)
                if left < 0:
                    raise Garbled("a list without end")
                ref, commit = _ref(line)
                if wanted(ref):
                    heads[ref] = commit
            raise Garbled("cut")

        return self._post(url, authorization, asked, found)

    def tops(self, url: str, authorization: str, commits: Sequence[str]) -> tuple[Pack, bytes]:
        """Commits with their folders and, where the server leaves out no files, those, and nothing of their history:
        what is in the pack, and its bytes."""
        speaks = self._speaks(url, authorization)
        options = ["deepen 1", *(["filter blob:none"] if speaks.filters else [])]
        return self._fetched(url, authorization, commits, options)

    def objects(self, url: str, authorization: str, names: Sequence[str]) -> tuple[Pack, bytes]:
        """Objects by their names, and nothing else."""
        return self._fetched(url, authorization, names, [])

    def _fetched(self, url: str, authorization: str, names: Sequence[str], options: list[str]) -> tuple[Pack, bytes]:
        if not self._speaks(url, authorization).fetches or not all(map(_HEX.fullmatch, names)):
            raise NotDirect
        wants = [f"want {name}" for name in names]
        asked = request("fetch", ["no-progress", "ofs-delta", *options, *wants, "done"])

        def found(answer: urllib3.BaseHTTPResponse) -> tuple[Pack, bytes]:
            data = _pack(lines(_Pieces(answer)))
            pack = read(data)
            if any(name not in pack.objects for name in names):
                raise Garbled("not what was asked for")
            return pack, data

        return self._post(url, authorization, asked, found)

    def _speaks(self, url: str, authorization: str) -> Speaks:
        """What the host does, which is asked once in a run."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if host not in self._hosts:
                self._hosts[host] = self._asked(url, authorization)
            known = self._hosts[host]
        if known is None:
            raise NotDirect
        return known

    def _asked(self, url: str, authorization: str) -> Speaks | None:
        """Raises NotDirect where this repository is refused, which says nothing of others."""
        parts = urlsplit(url)
        if getproxies().get(parts.scheme) and not proxy_bypass(parts.hostname or ""):
            return None
        try:
            return self._again(url, authorization, "GET", "/info/refs?service=git-upload-pack", None, _spoken)
        except (GitError, Garbled, HTTPError, OSError):
            return None

    def _post(
        self, url: str, authorization: str, asked: bytes, found: Callable[[urllib3.BaseHTTPResponse], _Found]
    ) -> _Found:
        try:
            return self._again(url, authorization, "POST", "/git-upload-pack", asked, found)
        except (Garbled, HTTPError, OSError):
            raise NotDirect from None

    def _again(
        self,
        url: str,
        authorization: str,
        method: str,
        path: str,
        asked: bytes | None,
        found: Callable[[urllib3.BaseHTTPResponse], _Found],
    ) -> _Found:
        headers = {"Authorization": authorization, "Git-Protocol": "version=2", "User-Agent": "git/patless"}
        if asked is not None:
            headers |= {"Content-Type": _ASKED, "Accept": _RESULT}

        def once(left: float) -> _Found:
            end = time.monotonic() + left
            timeout = urllib3.Timeout(connect=min(left, 10), read=min(left, 60))
            try:
                answer = self._pools.request(
                    method,
                    url + path,
                    body=asked,
                    headers=headers,
                    redirect=False,
                    preload_content=False,
                    timeout=timeout,
                )
                try:
                    return self._read(answer, found, asked is not None)
                finally:
                    answer.close()  # one that was read to its end has left its connection to the next
            except (HTTPError, OSError):
                if time.monotonic() >= end:
                    raise Late(f"git needs more than {left:g} seconds to answer; try again later") from None
                raise

        return again(once, _is_passing, self._seconds)

    def _read(
        self, answer: urllib3.BaseHTTPResponse, found: Callable[[urllib3.BaseHTTPResponse], _Found], result: bool
    ) -> _Found:
        if answer.status in _PASSING:
            raise _Busy(f"git is refused: the server answers {answer.status} again and again; try again later")
        if answer.status != 200 or (result and answer.headers.get("Content-Type") != _RESULT):
            raise NotDirect
        return found(answer)


class _Busy(GitError):
    pass


def _is_passing(error: Exception) -> bool:
    return isinstance(error, (_Busy, HTTPError, OSError))


def _spoken(answer: urllib3.BaseHTTPResponse) -> Speaks:
    said: dict[str, frozenset[str]] = {}
    version = False
    for line in lines(_Pieces(answer)):
        if not isinstance(line, Mark):
            name, _, values = line.decode("utf-8", "replace").strip().partition("=")
            version = version or name == "version 2"
            said[name] = frozenset(values.split())
    if not version:
        raise Garbled("another version")
    fetch = said.get("fetch", frozenset())
    named = said.get("object-format", frozenset({"sha1"})) == {"sha1"}
    return Speaks("ls-refs" in said, named and "shallow" in fetch, "filter" in fetch)


def _ref(line: bytes) -> tuple[str, str]:
    """Its name, and the commit that it leads to."""
    commit, _, rest = line.removesuffix(b"\n").partition(b" ")
    name, _, more = rest.partition(b" ")
    commit = more.removeprefix(b"peeled:") if more else commit
    ref = os.fsdecode(name)
    if not _COMMIT.fullmatch(commit) or not _NAME.fullmatch(ref):
        raise Garbled("no ref")
    return ref, commit.decode("ascii")


def _pack(came: Iterator[bytes | Mark]) -> bytes:
    """The bytes of the pack that an answer of `fetch` brings."""
    for line in came:
        if line is Mark.FLUSH:
            raise Garbled("no pack")
        if line == b"packfile\n":
            break
    data = bytearray()
    for line in came:
        if line is Mark.FLUSH:
            _end(came)
            return bytes(data)
        if isinstance(line, Mark) or line[:1] not in (b"\1", b"\2"):
            raise Garbled("no pack")
        if line[:1] == b"\1":
            data += line[1:]
            if len(data) > SIZE:
                raise Garbled("too large")
    raise Garbled("cut")


def _end(came: Iterator[bytes | Mark]) -> None:
    for _ in came:
        raise Garbled("more than an answer")


class _Pieces:
    """An answer that is read in large pieces."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self._answer, self._piece, self._place = answer, b"", 0

    def read(self, size: int, /) -> bytes:
        found = self._piece[self._place : self._place + size]
        self._place += len(found)
        while len(found) < size and (piece := self._answer.read(65536)):
            self._piece, self._place = piece, min(size - len(found), len(piece))
            found += piece[: self._place]
        return found

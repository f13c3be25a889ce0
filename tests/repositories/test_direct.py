"""A server of git that is asked directly: one that is well, and those that say what they like, without end."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrator.demo.box import Box
from migrator.repositories import again, direct, remote
from migrator.repositories.direct import Direct, NotDirect
from migrator.repositories.git import GitError
from migrator.repositories.remote import Late

COMMIT = "a" * 40
VERSION = b"000eversion 2\n000cls-refs\n0019fetch=shallow filter\n0000"
GOOD = f"003d{COMMIT} refs/heads/main\n0000".encode()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "FIRST", 0.01)


def answer(body: bytes, kind: str = "result", head: bytes = b"200 OK", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    headers = b"Content-Type: application/x-git-upload-pack-%b\r\nContent-Length: %d" % (kind.encode(), size)
    return b"HTTP/1.1 " + head + b"\r\n" + headers + b"\r\n\r\n" + body


@contextlib.contextmanager
def server(*said: bytes | Callable[[socket.socket], None]) -> Iterator[str]:
    """Whatever is asked, these are the answers, one after the other, the last one for ever; its address."""
    count = 0
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(one: socket.socket) -> None:
            nonlocal count
            with one, contextlib.suppress(OSError):
                while True:
                    asked = b""
                    while b"\r\n\r\n" not in asked:
                        piece = one.recv(65536)
                        if not piece:
                            return
                        asked += piece
                    head, _, body = asked.partition(b"\r\n\r\n")
                    for line in head.lower().split(b"\r\n"):
                        if line.startswith(b"content-length:"):
                            while len(body) < int(line.split(b":")[1]):
                                body += one.recv(65536)
                    now = said[min(count, len(said) - 1)]
                    count += 1
                    if callable(now):
                        now(one)
                    else:
                        one.sendall(now)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    one, _ = listening.accept()
                    threading.Thread(target=serve, args=(one,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/git/acme/web.git"
        listening.shutdown(socket.SHUT_RDWR)


def heads(url: str, seconds: float = 5) -> dict[str, str]:
    return Direct(seconds).heads(url, "Basic x", ["refs/heads/main"], lambda ref: True)


SPOKEN = answer(VERSION, "advertisement")


def test_branches_are_told_as_git_tells_them(tmp_path: Path) -> None:
    with Box() as box:
        box.add_repository("web", {"main": {"x": "1"}, "release/1": {"x": "2"}}, tags={"v1": "main"})
        authorization = "Basic " + b64encode(f"x-token-auth:{box.token()}".encode()).decode()
        variables = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: {authorization}",
        }
        url = box.clone_url("web")
        found = Direct(5).heads(url, authorization, ["refs/heads/", "refs/tags/"], lambda ref: True)
        assert found == remote.heads(url, variables)
        with pytest.raises(NotDirect):
            heads(url)  # with no credential that anybody knows


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"0000" + b"0000",
        b"0001" + GOOD,
        GOOD[:-4],
        GOOD[:-6],
        GOOD + b"0000",
        GOOD + GOOD,
        b"ffff" + GOOD,
        b"000" + GOOD,
        b"zzzz" + GOOD,
        b"-001" + GOOD,
        b"0003" + GOOD,
        b"000dERR no\n!0000",
        b"003d" + b"A" * 40 + b" refs/heads/main\n0000",
        f"0041{COMMIT} refs/heads/../x\n000000000".encode(),
        f"003e{COMMIT} refs/heads/m\nin\n0000".encode(),
        f"003e{COMMIT} refs/heads/m\x1bin\n0000".encode(),
        f"0031{COMMIT} HEAD\n0000".encode(),
        f"0043{COMMIT} refs/heads/main peel\n0000".encode(),
        b"<html>sign in</html>",
    ],
)
def test_an_answer_that_is_not_understood_is_gits_to_ask(said: bytes) -> None:
    with server(SPOKEN, answer(said)) as url, pytest.raises(NotDirect):
        heads(url)


@pytest.mark.parametrize(
    "said",
    [
        answer(b"000eversion 1\n0000", "advertisement"),
        answer(b"001e# service=git-upload-pack\n0000", "advertisement"),
        answer(b"hello", "advertisement"),
        b"nonsense\r\n\r\n",
        answer(VERSION, "advertisement", b"500 Oops"),
    ],
)
def test_a_server_that_speaks_otherwise_is_asked_once(said: bytes) -> None:
    with server(said) as url:
        one = Direct(5)
        for _ in range(2):
            with pytest.raises(NotDirect):
                one.heads(url, "Basic x", ["refs/heads/main"], lambda ref: True)
        assert list(one._hosts.values()) == [None]


def test_a_page_in_place_of_an_answer_says_nothing() -> None:
    page = answer(b"0000").replace(b"application/x-git-upload-pack-result", b"text/html")
    with server(SPOKEN, page) as url, pytest.raises(NotDirect):
        heads(url)
    with server(SPOKEN, answer(b"0000")) as url:
        assert heads(url) == {}


def test_nothing_is_followed_to_another_place() -> None:
    with server(answer(VERSION, "advertisement")) as there:
        moved = b"HTTP/1.1 307 Moved\r\nLocation: " + there.encode() + b"\r\nContent-Length: 0\r\n\r\n"
        with server(SPOKEN, moved) as url, pytest.raises(NotDirect):
            heads(url)


def breaks(one: socket.socket) -> None:
    one.sendall(answer(GOOD, length=1000)[:150])
    one.close()


def test_what_breaks_off_is_asked_again() -> None:
    with server(SPOKEN, breaks, lambda one: one.close(), answer(b"", head=b"429 Slow"), answer(GOOD)) as url:
        assert heads(url) == {"refs/heads/main": COMMIT}


def test_a_server_that_is_busy_for_ever_is_an_error_that_says_so() -> None:
    with server(SPOKEN, answer(b"", head=b"503 Busy")) as url, pytest.raises(GitError, match="answers 503"):
        heads(url)


def drip(one: socket.socket) -> None:
    one.sendall(answer(b"", length=1_000_000))
    while True:
        one.sendall(b"0")
        time.sleep(0.1)


def pour(one: socket.socket) -> None:
    one.sendall(answer(b"", length=10**12))
    while True:
        one.sendall(f"003d{COMMIT} refs/heads/main\n".encode() * 1000)


def headers(one: socket.socket) -> None:
    one.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        one.sendall(b"A: b\r\n")
        time.sleep(0.05)


def nothing(one: socket.socket) -> None:
    time.sleep(60)


@pytest.mark.parametrize("how", [drip, headers, nothing])
def test_what_does_not_come_to_its_end_is_late(how: Callable[[socket.socket], None]) -> None:
    begun = time.monotonic()
    with server(SPOKEN, how) as url, pytest.raises((Late, NotDirect)):
        heads(url, 1)
    assert time.monotonic() - begun < 5


def test_refs_without_end_are_read_to_a_bound_and_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "LISTED", 1024 * 1024)
    with server(SPOKEN, pour) as url:
        tracemalloc.start()
        with pytest.raises(NotDirect):
            heads(url, 60)
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
        tracemalloc.stop()


@pytest.mark.parametrize(
    "said",
    [
        b"0000",
        b"000dpackfile\n0000",
        b"000dpackfile\n0006\3x0000",
        b"000dpackfile\n0006\1x0000",
        b"000dpackfile\n0001",
        b"000dpackfile\n",
        b"0011shallow-info\n0000",
        b"000dpackfile\n" + (b"fff0\1" + bytes(65515)) * 200 + b"0000",
    ],
)
def test_a_pack_that_is_none_is_gits_to_bring(said: bytes) -> None:
    with server(SPOKEN, answer(said)) as url, pytest.raises(NotDirect):
        Direct(5).tops(url, "Basic x", [COMMIT])


def test_those_that_wait_are_let_go_when_the_run_ends() -> None:
    found: list[BaseException] = []

    def ask(url: str) -> None:
        try:
            heads(url, 60)
        except BaseException as error:
            found.append(error)

    with server(SPOKEN, nothing) as url:
        thread = threading.Thread(target=ask, args=(url,))
        thread.start()
        time.sleep(0.5)
        direct.interrupt()
        thread.join(5)
        assert not thread.is_alive()
        assert isinstance(found[0], (NotDirect, GitError))


def test_a_proxy_is_gits_to_talk_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with server(SPOKEN, answer(GOOD)) as url, pytest.raises(NotDirect):
        heads(url)

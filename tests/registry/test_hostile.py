"""A registry that answers for ever, or with what is no address: a sentence, soon, and little of it read."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from migrator.registry import http as registry_http
from migrator.registry.http import Http
from migrator.registry.probe import Probe, probe
from migrator.registry.records import NativePair, RegistryError
from tests.registry import farend
from tests.registry.farend import Answer

ENDLESS = b"x" * 2**16


@contextlib.contextmanager
def serving(head: bytes, piece: bytes, pause: float = 0) -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that begins every answer with `head`, and then sends `piece` for as long as it can; and how many bytes
    it got rid of."""
    sent = 0

    def answer(connection: socket.socket) -> None:
        nonlocal sent
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(head)
            while not closed.is_set():
                sent += connection.send(piece)
                time.sleep(pause)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    closed = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", lambda: sent
        closed.set()
        server.shutdown(socket.SHUT_RDWR)


def asked(host: str) -> Probe:
    begun = time.monotonic()
    found = probe(host, [f"{host}/acme/web"], NativePair("user", "word"))
    assert time.monotonic() - begun < 10
    return found


@pytest.mark.parametrize("status", ["302 Found", "429 Many", "503 Down", "200 OK", "401 No", "404 Gone"])
def test_a_body_without_end_is_not_read_to_its_end(status: str) -> None:
    head = f"HTTP/1.1 {status}\r\nLocation: /v2/\r\n\r\n".encode()
    with serving(head, ENDLESS) as (host, sent):
        assert asked(host).error
        assert sent() < 200 * 2**20  # what the system takes in advance, of each connection


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["status", "header", "headers", "body", "chunks"],
)
def test_an_answer_that_comes_byte_by_byte_has_an_end(
    head: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_http, "WHOLE", 1)
    with serving(head, piece, pause=0.05) as (host, _):
        assert "needs more than 1 seconds for one answer" in asked(host).error


@pytest.mark.parametrize("piece", [ENDLESS, b"A: b\r\n" * 1000, b"A: " + b"x" * 2**15 + b"\r\n"])
def test_headers_without_end_are_refused(piece: bytes) -> None:
    with serving(b"HTTP/1.1 200 OK\r\n", piece) as (host, _):
        assert asked(host).error


@pytest.mark.parametrize(
    "location",
    ["http://[", "http://[::1", "//[x]/", "https://", "http://127.0.0.1:99999/", "https://a..b/", "?\xff"],
)
def test_a_redirect_to_what_is_no_address_is_a_sentence(location: str) -> None:
    with farend.running() as end:
        raw = location.encode("latin-1", "replace").decode("latin-1")
        end.answer = lambda asked: Answer(302, headers={"Location": raw})
        with Http() as http, pytest.raises(RegistryError):
            http.get(f"http://{end.host}/v2/")


@pytest.mark.parametrize("realm", ["http://[", "https://[", "https://a b/", "https://\xff/", "x", "https://:1", "//["])
def test_a_token_server_that_is_no_address_is_a_sentence(realm: str) -> None:
    with farend.running() as end:
        end.answer = lambda asked: Answer(401, headers={"WWW-Authenticate": f'Bearer realm="{realm}"'})
        assert asked(end.host).error

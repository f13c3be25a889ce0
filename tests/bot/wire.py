"""Somebody who listens between a client and a server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """`sent` are the bytes that clients have sent, in the order of arrival."""

    def __init__(self, origin: str) -> None:
        self.sent = b""
        there = urlsplit(origin)
        self._there = (there.hostname or "", there.port or 0)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.create_connection(self._there)
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(*ends, ends[0] is here), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, heard: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if heard:
                    self.sent += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def listening(origin: str) -> Iterator[Wire]:
    """`origin` is the server, such as `http://127.0.0.1:80`."""
    wire = Wire(origin)
    yield wire
    wire.close()

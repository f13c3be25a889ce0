"""A repository of Maven packages that has nothing, and writes down who asks."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def recording() -> Iterator[tuple[str, list[str]]]:
    """Where it is, and the credentials that came, in order."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scheme, _, text = (self.headers.get("Authorization") or "").partition(" ")
            self.send_response(404 if scheme else 401)
            if scheme:
                asked.append(f"{scheme} {base64.b64decode(text).decode()}")
            else:
                self.send_header("WWW-Authenticate", 'Basic realm="packages"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()

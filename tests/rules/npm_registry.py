"""A registry of npm that takes any package, and writes down who asks."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

HOST = "npm.apkg.io"
STORED = {"PKG_USER": "dev@acme.example", "PKG_PAT": "stored t*ken="}
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "native user", "BITBUCKET_PACKAGES_TOKEN": f"native $t*ken'\"=\\{'x' * 90}"}
PAIR = ":".join(STORED.values())
NATIVE_PAIR = ":".join(NATIVE.values())
MANIFEST = f'{{"name": "@acme/web", "version": "1.0.0", "publishConfig": {{"registry": "https://{HOST}/acme/"}}}}'


class Registry:
    """Takes any package. `asked` are the credentials that came, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(404)

            def do_PUT(self) -> None:
                self.answer(201)

            def answer(self, status: int) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                scheme, _, text = (self.headers.get("Authorization") or " ").partition(" ")
                given = base64.b64decode(text).decode(errors="replace") if scheme == "Basic" else text
                asked.append(f"{scheme} {given}")
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def here(self, text: str) -> str:
        """Text about Packages, about this registry instead."""
        here = f"127.0.0.1:{self.server.server_port}"
        return text.replace(f"https://{HOST}", f"http://{here}").replace(HOST, here)


@contextmanager
def serving() -> Iterator[Registry]:
    made = Registry()
    yield made
    made.server.shutdown()
    made.server.server_close()

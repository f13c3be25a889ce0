"""A server that answers what a test says, in whole or in pieces, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")


@dataclass(frozen=True, slots=True)
class Answer:
    """`pause` is the time in seconds before it, `drip` that after each of its bytes. `missing` bytes are promised and
    never come. `silent`: nothing comes at all."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    drip: float = 0
    missing: int = 0
    silent: bool = False


@dataclass
class FarEnd:
    """`answer` may be replaced at any time."""

    url: str
    answer: Callable[[Asked], Answer] = lambda asked: Answer()
    asked: list[Asked] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"{self.url}/2.0"


def said(document: object, status: int = 200, **headers: str) -> Answer:
    kind = {"Content-Type": "application/json"}
    return Answer(status, json.dumps(document).encode(), kind | {k.replace("_", "-"): v for k, v in headers.items()})


def limited(**headers: str) -> Answer:
    """As Bitbucket sends it: text, and no word about when to come back."""
    text = b"Rate limit for this resource has been exceeded"
    return Answer(429, text, {"Content-Type": "text/plain"} | headers)


def pages(rows: Sequence[object], **more: object) -> Callable[[Asked], Answer]:
    """A counted list. `more` replaces or (None) takes away what a page says besides its values."""

    def answer(asked: Asked) -> Answer:
        page, length = int(asked.query["page"]), int(asked.query["pagelen"])
        values = rows[(page - 1) * length : page * length]
        document = {"size": len(rows), "page": page, "pagelen": length, "values": values} | more
        return said({key: value for key, value in document.items() if value is not None})

    return answer


def variable(number: int, **more: object) -> dict[str, object]:
    return {"type": "pipeline_variable", "uuid": f"{{{number:08d}}}", "key": f"KEY_{number}", "secured": True} | more


@contextlib.contextmanager
def running() -> Iterator[FarEnd]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer takes 40 ms

        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            end.asked.append(asked)
            answer = end.answer(asked)
            time.sleep(answer.pause)
            if answer.silent:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):  # whoever asked may have heard enough
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(answer.body) + answer.missing))
                self.end_headers()
                if answer.status != 204:
                    self._write(answer)
            self.close_connection = bool(answer.missing)

        def _write(self, answer: Answer) -> None:
            for at in range(0, len(answer.body), 1 if answer.drip else max(1, len(answer.body))):
                self.wfile.write(answer.body[at : at + 1] if answer.drip else answer.body)
                time.sleep(answer.drip)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _any

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        end = FarEnd(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield end
        server.shutdown()

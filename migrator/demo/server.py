"""HTTP on 127.0.0.1: reads requests within bounds, lets faults happen, sends answers, keeps the log."""

from __future__ import annotations

import contextlib
import gzip
import socketserver
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock
from typing import IO
from urllib.parse import parse_qsl, unquote, urlsplit

from migrator.demo import githttp
from migrator.demo.api import Api
from migrator.demo.credentials import BoxCredentialKind, BoxCredentials, Credential
from migrator.demo.faults import Fault, Faults
from migrator.demo.messages import Refusal, Request, Response, text
from migrator.demo.selection import selected
from migrator.demo.state import Workspace

_API_HOST = "api.bitbucket.org"
_LARGEST = 512 * 1024 * 1024
_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log. `path` is decoded; `credential` is its kind; `status` 0 is no answer at all."""

    method: str
    path: str
    query: str
    credential: str
    status: int
    fault: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as an observer gets them.

    The request is without its credential, the answer whole: before `fields` took parts away from it. `fault`: the
    answer is not the box's own.
    """

    request: Request
    answer: Response
    fault: bool


Observer = Callable[[Exchange], object]


@dataclass
class Site:
    """All that a handler needs."""

    workspace: Workspace
    credentials: BoxCredentials
    faults: Faults
    api: Api
    observer: Observer | None
    lock: RLock = field(default_factory=RLock)
    log: list[LogLine] = field(default_factory=list)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, site: Site) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), Handler)

    def server_bind(self) -> None:
        """Without looking up the machine's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet where someone hangs up; the client tells the story."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def version_string(self) -> str:
        return "box"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _any(self) -> None:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            if not self._read(body):
                return
            body.seek(0)
            git = urlsplit(self.path).path.startswith(githttp.PREFIX)
            request = self._request(b"" if git else body.read())
            if request is None:
                self._send(text(400, "Only http://api.bitbucket.org is reached through here"))
                return
            site = self.server.site
            fault = site.faults.next(request.method, unquote(request.path))
            if fault and fault.meanwhile:
                fault.meanwhile()
            if fault and fault.delay:
                time.sleep(fault.delay)
            if git:
                self._git(request, fault, body)
            else:
                self._api(request, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    def _api(self, request: Request, fault: Fault | None) -> None:
        site = self.server.site
        credential = site.api.identify(request)
        changed = bool(fault and fault.changes)
        if fault and (fault.answer or fault.close) and not fault.applied:
            answer = fault.answer or Response(0)
        else:
            with site.lock:
                answer = site.api.answer(request, credential)
            answer = (fault and fault.answer) or answer
        self._note(request, credential, answer, fault)
        if site.observer:
            unsigned = {name: value for name, value in request.headers.items() if name != "authorization"}
            site.observer(Exchange(replace(request, headers=unsigned), answer, changed))
        if answer.document is not None and answer.status < 300 and request.one("fields") and not changed:
            answer = replace(answer, document=selected(answer.document, request.one("fields")))
        self._send(answer, fault)

    def _git(self, request: Request, fault: Fault | None, body: IO[bytes]) -> None:
        site = self.server.site
        credential = site.credentials.of_git(request.headers)
        if fault and (fault.answer or fault.close):
            self._note(request, credential, fault.answer or Response(0), fault)
            self._send(fault.answer or Response(0), fault)
            return
        try:
            asked = githttp.service(request, site.workspace, credential)
        except Refusal as refusal:
            self._note(request, credential, refusal.answer, fault)
            self._send(refusal.answer)
            return
        assert credential
        with githttp.reply(asked, request, credential, body) as reply:
            self._note(request, credential, reply.answer, fault)
            self._stream(reply, fault)
        if asked.writes and request.method == "POST":
            asked.repository.updated_on = site.workspace.clock()

    def _note(self, request: Request, credential: Credential | None, answer: Response, fault: Fault | None) -> None:
        known = self.server.site.credentials
        query = "&".join(f"{name}={value}" for name, value in request.query)
        kind = (credential.kind if credential else BoxCredentialKind.NOBODY).value
        closed = bool(fault and fault.close)
        self.server.site.log.append(
            LogLine(
                request.method,
                known.masked(unquote(request.path)),
                known.masked(query),
                kind,
                0 if closed else answer.status,
                bool(fault),
            )
        )

    def _request(self, body: bytes) -> Request | None:
        """None where the request line names a host that is not the API's."""
        parts = urlsplit(self.path)
        if parts.netloc and (parts.scheme, parts.hostname) != ("http", _API_HOST):
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("content-encoding") == "gzip" and body:
            body = gzip.decompress(body)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        origin = f"http://127.0.0.1:{self.server.server_port}"
        return Request(self.command, parts.path, query, headers, body, origin, bool(parts.netloc))

    def _read(self, into: IO[bytes]) -> bool:
        """The request's body; False where it is too large or not there, and the connection is of no more use."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks(into)
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _LARGEST:
            return self._hang_up()
        left = int(length)
        while left:
            data = self.rfile.read(min(left, _CHUNK))
            if not data:
                return self._hang_up()
            into.write(data)
            left -= len(data)
        return True

    def _chunks(self, into: IO[bytes]) -> bool:
        while True:
            size = self.rfile.readline(100).split(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                return self._hang_up()
            if into.tell() + length > _LARGEST:
                return self._hang_up()
            into.write(self.rfile.read(length))
            self.rfile.readline(10)
            if not length:
                return True

    def _hang_up(self) -> bool:
        self.close_connection = True
        return False

    def _send(self, answer: Response, fault: Fault | None = None) -> None:
        if fault and fault.close:
            self._hang_up()
            return
        payload = answer.payload()
        self.send_response(answer.status)
        headers = {"Content-Type": answer.kind(), **answer.headers}
        if answer.status != 204:
            headers["Content-Length"] = str(len(payload))
        for name, value in headers.items():
            self.send_header(name, value)
        if fault and fault.truncate is not None:
            payload = payload[: fault.truncate]
            self._hang_up()
        with contextlib.suppress(OSError):  # whoever asked may have heard enough
            self.end_headers()
            if self.command != "HEAD" and answer.status != 204:
                self.wfile.write(payload)

    def _stream(self, reply: githttp.GitReply, fault: Fault | None) -> None:
        self.send_response(reply.answer.status)
        for name, value in reply.answer.headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        left = fault.truncate if fault and fault.truncate is not None else None
        while data := reply.body.read1(_CHUNK):  # type: ignore[attr-defined]
            if left is not None and len(data) > left:
                self.wfile.write(b"%x\r\n%b" % (len(data), data[:left]))
                self._hang_up()
                return
            left = None if left is None else left - len(data)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

"""An editor as far as the protocol knows one: it starts the installed command, and talks to it through pipes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

SECONDS = 60


class Editor:
    """A session. `shown` has the diagnostics that came last, by address."""

    def __init__(self, folder: Path, *options: str, capabilities: dict[str, Any] | None = None) -> None:
        command = [Path(sys.executable).with_name("patless"), "lsp", *options]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.shown: dict[str, list[dict[str, Any]]] = {}
        self.versions: dict[str, int] = {}
        self._came: queue.Queue[dict[str, Any]] = queue.Queue()
        self._asked = 0
        threading.Thread(target=self._read, daemon=True).start()
        root = folder.as_uri()
        given = {"processId": os.getpid(), "rootUri": root, "capabilities": capabilities or {}}
        self.capabilities = self.request("initialize", given)["capabilities"]
        self.notify("initialized", {})

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(SECONDS)

    def end(self) -> tuple[int, bytes]:
        """As an editor ends; the exit code, and what the server said on standard error."""
        self.request("shutdown", None)
        self.notify("exit", None)
        code = self.process.wait(SECONDS)
        assert self.process.stderr
        return code, self.process.stderr.read()

    def open(self, path: Path, text: str | None = None) -> list[dict[str, Any]]:
        """The diagnostics of a file that is opened."""
        text = path.read_bytes().decode() if text is None else text
        self.versions[path.as_uri()] = 1
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return self.wait(path)

    def type(self, path: Path, text: str) -> None:
        uri = path.as_uri()
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def change(self, path: Path, text: str) -> list[dict[str, Any]]:
        self.type(path, text)
        return self.wait(path)

    def actions(self, path: Path, at: dict[str, Any], only: list[str] | None = None) -> list[dict[str, Any]]:
        context = {"diagnostics": [], **({"only": only} if only else {})}
        given = {"textDocument": {"uri": path.as_uri()}, "range": at, "context": context}
        found: list[dict[str, Any]] = self.request("textDocument/codeAction", given)
        return found

    def hover(self, path: Path, at: dict[str, int]) -> str:
        found = self.request("textDocument/hover", {"textDocument": {"uri": path.as_uri()}, "position": at})
        return str(found["contents"]["value"]) if found else ""

    def wait(self, path: Path) -> list[dict[str, Any]]:
        """The diagnostics of the version that the file has now."""
        uri = path.as_uri()
        while True:
            message = self._next()
            if message["params"]["uri"] == uri and message["params"].get("version") == self.versions[uri]:
                return self.shown[uri]

    def request(self, method: str, params: Any) -> Any:
        self._asked += 1
        mine = self._asked
        self._send({"id": mine, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == mine:
                assert "error" not in message, message
                return message["result"]

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        message = self._came.get(timeout=SECONDS)
        if message.get("method") == "textDocument/publishDiagnostics":
            self.shown[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def _read(self) -> None:
        assert self.process.stdout
        while line := self.process.stdout.readline():
            length = 0
            while line.strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                line = self.process.stdout.readline()
            self._came.put(json.loads(self.process.stdout.read(length)) | {"came": time.perf_counter()})


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """As an editor makes the edits of a text, whose places count units of UTF-16."""
    data = text.encode("utf-16-le", "surrogatepass")
    starts = [0]
    at = 0
    while at < len(data):
        unit = data[at : at + 2]
        at += 2
        if unit == b"\r\0" and data[at : at + 2] == b"\n\0":
            at += 2
        if unit in (b"\r\0", b"\n\0"):
            starts.append(at)

    def offset(place: dict[str, int]) -> int:
        return starts[place["line"]] + 2 * place["character"]

    for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        data = data[:start] + edit["newText"].encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le", "surrogatepass")

"""The cases under `fixtures/pipes` as records, a publisher of pipes on this machine, and a model of local images."""

from __future__ import annotations

import contextlib
import json
import shlex
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

PIPES = Path(__file__).resolve().parent.parent / "fixtures" / "pipes"
NAME = "atlassian/bbc-packages-push-container-image"
STORED = {"BB_EMAIL": "dev+ci@acme.example", "BB_PKG_TOKEN": "t*k  $HOME \\t \"q' #z"}
REGISTRY = "crg.apkg.io"


@dataclass(frozen=True, slots=True)
class PipeCase:
    """What a case expects; README.md beside the cases describes each key of `case.toml`."""

    folder: Path
    title: str
    verdict: str
    reasons: frozenset[str]
    also: frozenset[str] = frozenset()
    args: tuple[str, ...] = ("--offline", "--pipe-version", "1.2.3")
    published: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    remaining: tuple[str, ...] = ()
    differential: bool = True
    why: str = ""

    def __post_init__(self) -> None:
        if self.after.is_dir() != (self.verdict == "safe"):
            raise ValueError(f"{self.folder.name}: after/ belongs to safe cases, and only to them")
        if not self.differential and not self.why:
            raise ValueError(f"{self.folder.name}: differential = false needs a why")

    @property
    def before(self) -> Path:
        return self.folder / "before"

    @property
    def after(self) -> Path:
        return self.folder / "after"

    @property
    def verdicts(self) -> frozenset[str]:
        return (frozenset({self.verdict}) | self.also) - {"none"}


def load(folder: Path) -> PipeCase:
    data = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    data |= {key: frozenset(data.get(key, ())) for key in ("reasons", "also")}
    data |= {key: tuple(data[key]) for key in ("args", "remaining") if key in data}
    return PipeCase(folder=folder, **data)


def cases() -> list[PipeCase]:
    return [load(path.parent) for path in sorted(PIPES.glob("*/case.toml"))]


# A publisher

Answer = Callable[[BaseHTTPRequestHandler], None]


class Publisher:
    """An HTTP server on this machine: `answers` by path; `asked` are the paths with their queries, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                publisher.headers.append(dict(self.headers))
                answer = publisher.answers.get(self.path) or publisher.answers.get(self.path.partition("?")[0])
                with contextlib.suppress(OSError):
                    (answer or status(404))(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/2.0"
        self.tags = f"/2.0/repositories/{NAME}/refs/tags"

    def pipe_yml(self, version: str) -> str:
        return f"/2.0/repositories/{NAME}/src/{version}/pipe.yml"

    def publish(self, version: str, variables: tuple[str, ...]) -> None:
        self.answers[self.tags] = page([version])
        lines = [f"  - name: {name}\n" for name in variables]
        self.answers[self.pipe_yml(version)] = content("name: Push\nimage: acme/push\nvariables:\n" + "".join(lines))


@contextlib.contextmanager
def publishing() -> Iterator[Publisher]:
    publisher = Publisher()
    thread = threading.Thread(target=publisher.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.server.shutdown()
        publisher.server.server_close()
        thread.join()


def content(text: str | bytes) -> Answer:
    data = text.encode() if isinstance(text, str) else text

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    return answer


def page(tags: list[str], following: str | None = None) -> Answer:
    document: dict[str, object] = {"values": [{"name": tag} for tag in tags]}
    return content(json.dumps({**document, "next": following} if following else document))


def status(code: int, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


# What bash was seen to do

Pushed = tuple[str, str, str]
"""Package with host and workspace, tag, and which image it was."""


@dataclass(slots=True)
class Replay:
    """The recorded calls of one step, split: what was pushed where, and everything else."""

    pushed: set[Pushed] = field(default_factory=set)
    others: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    builds: int = 0

    @classmethod
    def of(cls, log: str, workspace: str) -> Replay:
        replay = cls()
        for call in entries(log):
            replay.call(call, shlex.split(call.partition("\n")[0]), workspace)
        return replay

    def call(self, text: str, words: list[str], workspace: str) -> None:
        match [word for word in words if word not in ("image", "--quiet", "-q")]:
            case ["docker", "login", *rest] if REGISTRY in rest:
                return
            case ["docker", "tag", source, target]:
                self.names[_tagged(target)] = self.image(source)
                return
            case ["docker", "push", reference] if reference.startswith(f"{REGISTRY}/"):
                package, _, tag = _tagged(reference).rpartition(":")
                self.pushed.add((package, tag, self.image(reference)))
                return
            case ["docker", "pipe", name, tags]:
                for tag in tags.split(" "):
                    self.pushed.add((f"{REGISTRY}/{workspace}/{name}", tag, self.image(name)))
                return
            case ["docker", *rest] if "build" in rest[:2]:
                self.builds += 1
                for option, value in pairwise(words):
                    if option in ("-t", "--tag"):
                        self.names[_tagged(value)] = f"build {self.builds}"
        self.others.append(text)

    def image(self, reference: str) -> str:
        return self.names.get(_tagged(reference), f"an image that was there as {_tagged(reference)}")


def entries(log: str) -> list[str]:
    """The calls of a log, each with its standard input and environment."""
    found: list[str] = []
    for line in log.splitlines():
        if line.startswith("    ") and found:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def _tagged(reference: str) -> str:
    return reference if ":" in reference.rpartition("/")[2] else f"{reference}:latest"

"""The real npm, before and after `fix`, and a registry that writes down who asks."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.memory import PATH, planned, report_on

STORED = {"PKG_USER": "dev@acme.example", "PKG_PAT": "stored t*ken="}
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "native user", "BITBUCKET_PACKAGES_TOKEN": f"native $t*ken'\"=\\{'x' * 90}"}
HOST = "npm.apkg.io"
MANIFEST = f'{{"name": "@acme/web", "version": "1.0.0", "publishConfig": {{"registry": "https://{HOST}/acme/"}}}}'
PAIR = "dev@acme.example:stored t*ken="
NATIVE_PAIR = ":".join(NATIVE.values())
TO_HOME = ">> ~/.npmrc\nnpm publish"


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


@pytest.fixture
def registry() -> Iterator[Registry]:
    made = Registry()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _sent(script: str, variables: dict[str, str], registry: Registry, folder: Path) -> list[str]:
    """The credentials that arrive while a script runs in a repository of its own, each once in a row."""
    (folder / "home").mkdir(parents=True)
    (folder / "package.json").write_text(registry.here(MANIFEST))
    registry.asked.clear()
    quiet = {"npm_config_update_notifier": "false", "npm_config_logs_max": "0", "npm_config_fetch_retries": "0"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), **quiet, **variables}
    done = subprocess.run(
        ["bash", "-ec", registry.here(script)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert registry.asked, done.stderr
    return list(dict.fromkeys(registry.asked))


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        (f'echo "//{HOST}/acme/:_auth=$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w0)" {TO_HOME}', "safe"),
        (
            f'npm config set //{HOST}/acme/:username "$PKG_USER"\n'
            f'npm set "//{HOST}/acme/:_password=$(echo -n "$PKG_PAT" | base64 | tr -d \'\\n\')"\nnpm publish',
            "safe",
        ),
        (
            f"cat > .npmrc <<EOF\n//{HOST}/acme/:username=$PKG_USER\n"
            f'//{HOST}/acme/:_password=$(printf %s "$PKG_PAT" | base64 -w 0)\nEOF\nnpm publish',
            "safe",
        ),
    ],
    ids=["auth", "commands", "heredoc"],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, verdict: str, registry: Registry, tmp_path: Path
) -> None:
    fixed = _fixed(script, verdict)
    assert _sent(script, STORED, registry, tmp_path / "before") == [f"Basic {PAIR}"]
    assert _sent(fixed, NATIVE, registry, tmp_path / "after") == [f"Basic {NATIVE_PAIR}"]


def test_a_token_that_base64_breaks_into_lines_does_not_arrive(registry: Registry, tmp_path: Path) -> None:
    """Which is why such a fix is not safe."""
    script = f'echo "//{HOST}/acme/:_auth=$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64)" {TO_HOME}'
    fixed = _fixed(script, "unsafe")
    assert _sent(script, STORED, registry, tmp_path / "before") == [f"Basic {PAIR}"]
    assert _sent(fixed, NATIVE, registry, tmp_path / "after") != [f"Basic {NATIVE_PAIR}"]


def test_a_token_beside_the_pair_is_what_arrives(registry: Registry, tmp_path: Path) -> None:
    """Which is why there is no fix then."""
    pair = f'echo "//{HOST}/acme/:_auth=$(printf %s:%s "$PKG_USER" "$PKG_PAT" | base64 -w0)"'
    script = f'{pair} >> ~/.npmrc\necho "//{HOST}/acme/:_authToken=$OLD" {TO_HOME}'
    assert _fixed(script, "report-only") == script
    assert _sent(script, {**STORED, "OLD": "old"}, registry, tmp_path) == ["Bearer old"]


def _fixed(script: str, verdict: str) -> str:
    """The script as `fix --unsafe-fixes` leaves it; the finding of it has the verdict."""
    if not shutil.which("npm"):
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)("npm is not installed")
    head = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n"
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    report = report_on({PATH: f"{head}{lines}".encode(), "package.json": MANIFEST.encode()})
    assert {one.verdict.value for one in report.findings} == {verdict}
    changes = planned(report, unsafe=True).changes
    text = changes[0].after.decode().removeprefix(head) if changes else lines
    return "\n".join(line.removeprefix(" " * 12) for line in text.splitlines())

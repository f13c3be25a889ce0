"""What answers as Bitbucket, and does so for ever: every answer has an end in time and in size."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.bitbucket import pipes
from migrator.bitbucket.credentials import CredentialKind, Credentials
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.retries import Patience
from migrator.bitbucket.session import Client
from tests.bitbucket.conftest import FREE
from tests.registry.test_hostile import ENDLESS, serving

CREDENTIALS = Credentials(CredentialKind.ACCESS_TOKEN, "word")
BEGUN = b"HTTP/1.1 200 OK\r\n"
CHUNKED = BEGUN + b"Transfer-Encoding: chunked\r\n\r\n"


def refused(host: str, patience: Patience) -> ApiError:
    begun = time.monotonic()
    with Client(f"http://{host}/2.0", CREDENTIALS, FREE, patience) as client, pytest.raises(ApiError) as found:
        client.get("/x")
    assert time.monotonic() - begun < 20
    return found.value


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (BEGUN, b"x"),
        (BEGUN, b"A: b\r\n"),
        (BEGUN + b"\r\n", b" "),
        (b"HTTP/1.1 404 Not\r\n\r\n", b" "),
        (b"HTTP/1.1 500 Fault\r\n\r\n", b" "),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", b" "),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"1"),
        (CHUNKED + b"0\r\n", b"A: b\r\n"),
    ],
    ids=[
        "status",
        "continue",
        "header",
        "headers",
        "body",
        "of 404",
        "of 500",
        "of 302",
        "chunks",
        "chunk",
        "trailers",
    ],
)
def test_an_answer_that_comes_byte_by_byte_has_an_end(head: bytes, piece: bytes) -> None:
    patience = Patience(first=0.01, longest=0.01, failed=1, silence=1, whole=1)
    with serving(head, piece, pause=0.05) as (host, _):
        assert refused(host, patience).kind in (Cause.TOO_SLOW, Cause.UNREACHABLE)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", ENDLESS),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (BEGUN, ENDLESS),
        (BEGUN, b"A: b\r\n" * 1000),
        (BEGUN + b"\r\n", ENDLESS),
        (b"HTTP/1.1 404 Not\r\n\r\n", ENDLESS),
        (b"HTTP/1.1 429 Many\r\n\r\n", ENDLESS),
        (b"HTTP/1.1 500 Fault\r\n\r\n", ENDLESS),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", ENDLESS),
        (CHUNKED, ENDLESS.replace(b"x", b"1")),
        (CHUNKED + b"0\r\n", b"A: b\r\n" * 1000),
    ],
    ids=[
        "status",
        "continue",
        "header",
        "headers",
        "body",
        "of 404",
        "of 429",
        "of 500",
        "of 302",
        "chunk",
        "trailers",
    ],
)
def test_an_answer_without_end_is_read_to_a_bound(head: bytes, piece: bytes) -> None:
    patience = Patience(first=0.01, longest=0.01, failed=1, limited=1, silence=10, whole=10)
    with serving(head, piece) as (host, sent):
        assert refused(host, patience)
        assert sent() < 200 * 2**20  # two tries, and what the system takes in advance of each


@pytest.mark.parametrize("head", [b"", BEGUN, BEGUN + b"\r\n", CHUNKED])
def test_what_describes_a_pipe_has_an_end(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "_SECONDS", 0.25)
    pipes.published.cache_clear()
    for piece, pause in ((ENDLESS, 0.0), (b"1", 0.05)):
        begun = time.monotonic()
        with serving(head, piece, pause) as (host, sent):
            monkeypatch.setenv("PATLESS_API_URL", f"http://{host}/2.0")
            with pytest.raises(pipes.Unreachable):
                pipes.published("acme/push")
            assert sent() < 100 * 2**20
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize("head", [BEGUN + b"\r\n", CHUNKED, b"HTTP/1.1 404 Not\r\n\r\n"], ids=["body", "chunk", "404"])
def test_the_command_ends_with_a_sentence_and_little_memory(tmp_path: Path, head: bytes) -> None:
    with serving(head, ENDLESS.replace(b"x", b"1")) as (host, _):
        done = subprocess.run(
            [Path(sys.executable).parent / "patless", "secrets", "list", "--workspace", "acme", "--repo", "web"],
            cwd=tmp_path,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(tmp_path),
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "PATLESS_API_URL": f"http://{host}/2.0",
                "BITBUCKET_ACCESS_TOKEN": "word",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (2**29, 2**29)),
        )
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr

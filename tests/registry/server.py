"""Debian's `docker-registry` as a process of the tests: on 127.0.0.1, with its storage in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import bcrypt

SECONDS = 20


@dataclass(frozen=True, slots=True)
class Registry:
    """`host` is `127.0.0.1:PORT`, as it stands in an image's name."""

    host: str
    log: Path


@contextlib.contextmanager
def running(program: str, folder: Path, auth: Mapping[str, object]) -> Iterator[Registry]:
    """A registry that keeps everything in `folder`. `auth` is that section of its configuration:
    https://distribution.github.io/distribution/about/configuration/#auth
    """
    folder.mkdir(parents=True, exist_ok=True)
    host = f"127.0.0.1:{_free_port()}"
    configuration = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": host, "secret": "of the tests"},
        "auth": auth,
    }
    (folder / "config.yml").write_text(json.dumps(configuration))  # JSON is YAML
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [program, "serve", str(folder / "config.yml")], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        try:
            _wait(process, host, log)
            yield Registry(host, log)
        finally:
            process.terminate()


def htpasswd(folder: Path, users: Mapping[str, str]) -> dict[str, object]:
    """The `auth` section for these users and passwords; the registry takes bcrypt only."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{user}:{bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode()}\n" for user, word in users.items()]
    (folder / "htpasswd").write_text("".join(lines))
    return {"htpasswd": {"realm": "packages", "path": str(folder / "htpasswd")}}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], host: str, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{host}/v2/", timeout=5).close()
            return
        except urllib.error.HTTPError as answer:  # 401: it is there
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the registry does not answer at {host}:\n{log.read_text(errors='replace')}")

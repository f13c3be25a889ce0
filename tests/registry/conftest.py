from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.differential import harness
from tests.registry import server
from tests.registry.machine import program

NATIVE = ("x-bitbucket-packages", "native+token/0=")
STORED = ("dev+ci@acme.example", "ATCTT3xFfGN0-stored_token=1A2B")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real login takes real time, which on a busy machine was more than a step among stand-ins is given."""
    monkeypatch.setattr(harness, "SECONDS", 120)


@pytest.fixture(scope="session")
def docker_registry() -> str:
    return program("docker-registry", "docker-registry")


@pytest.fixture(scope="session")
def docker() -> str:
    return program("docker", "docker-cli (docker.io before Debian 13)")


@pytest.fixture(scope="session")
def skopeo() -> str:
    return program("skopeo", "skopeo")


@pytest.fixture(scope="session")
def registry(docker_registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Registry]:
    """A registry that knows the native pair and the stored one, and nobody else."""
    folder: Path = tmp_path_factory.mktemp("registry")
    auth = server.htpasswd(folder, dict([NATIVE, STORED]))
    with server.running(docker_registry, folder, auth) as found:
        yield found

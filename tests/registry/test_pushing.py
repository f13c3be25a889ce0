"""After a rewritten login an image goes to the registry and comes back: `patless fix`, bash and skopeo are real."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.differential.harness import NATIVE as NAMES
from tests.differential.harness import steps
from tests.fixtures_support import run
from tests.registry import clients, images
from tests.registry.conftest import NATIVE
from tests.registry.server import Registry

PUSH = "skopeo copy --insecure-policy --dest-tls-verify=false oci:image:1 docker://crg.apkg.io/acme/web:1"
PIPELINES = """\
pipelines:
  default:
    - step:
        script:
          - {login}
          - {push}
"""
LOGINS = {
    "docker": 'echo "$BB_TOKEN" | docker login crg.apkg.io -u $BB_USER --password-stdin',
    "skopeo": "skopeo login --tls-verify=false -u $BB_USER -p $BB_TOKEN crg.apkg.io",
}


@pytest.fixture(params=LOGINS)
def repository(request: pytest.FixtureRequest, registry: Registry, skopeo: str, tmp_path: Path) -> Path:
    """A fixed repository with an image to push, the registry's host swapped in."""
    request.getfixturevalue(request.param)
    folder = tmp_path / "repository"
    folder.mkdir()
    text = PIPELINES.format(login=LOGINS[request.param], push=PUSH)
    (folder / "bitbucket-pipelines.yml").write_text(text)
    assert run(["fix"], folder).code == 0
    assert "BB_" not in (folder / "bitbucket-pipelines.yml").read_text()
    clients.swap(folder, registry.host)
    images.write(folder / "image", "1")
    return folder


def test_without_a_login_nothing_is_pushed(registry: Registry, skopeo: str, tmp_path: Path) -> None:
    images.write(tmp_path / "image", "1")
    done = _bash(PUSH.replace(clients.HOST, registry.host), tmp_path, "wrong")
    assert done.returncode != 0
    assert "authentication required" in done.stderr or "unauthorized" in done.stderr


def test_a_wrong_pair_pushes_nothing(repository: Path) -> None:
    (step,) = steps((repository / "bitbucket-pipelines.yml").read_bytes())
    done = _bash(step.script, repository, "wrong")
    assert done.returncode != 0
    assert "unauthorized" in done.stderr.lower() or "invalid username/password" in done.stderr


def test_the_native_pair_pushes_an_image_that_comes_back_the_same(repository: Path, registry: Registry) -> None:
    (step,) = steps((repository / "bitbucket-pipelines.yml").read_bytes())
    pull = f"skopeo copy --insecure-policy --src-tls-verify=false docker://{registry.host}/acme/web:1 oci:pulled:1"
    done = _bash(f"{step.script}\n{pull}", repository, NATIVE[1])
    assert done.returncode == 0, done.stderr
    assert images.digest(repository / "pulled") == images.digest(repository / "image")


def _bash(script: str, folder: Path, token: str) -> subprocess.CompletedProcess[str]:
    """Run `script` with a home and a runtime folder (where skopeo keeps its logins) of its own."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        **dict(zip(NAMES, (NATIVE[0], token), strict=True)),
    }
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

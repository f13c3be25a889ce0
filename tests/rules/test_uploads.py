"""The real clients of Python's packages, before and after `fix`, and a server that writes down who asks."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread

import pytest

from tests.memory import PATH, planned, report_on

STORED = {
    "PKG_USER": "dev@acme.example",
    "PKG_PAT": "stored t*ken=",
    "TWINE_USERNAME": "by name",
    "TWINE_PASSWORD": "x y",
}
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": "native user", "BITBUCKET_PACKAGES_TOKEN": "native $t*ken'\"="}
URL = "https://pypi.apkg.io/acme"
_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
ELSEWHERE = "https://upload.example.org/legacy/"


class Server:
    """Takes any upload. `asked` are the paths and the credentials that came, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                scheme, _, text = (self.headers.get("Authorization") or " ").partition(" ")
                asked.append((self.path.strip("/"), f"{scheme} {base64.b64decode(text).decode()}"))
                self.send_response(200)
                self.end_headers()

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, url: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{url.split('/', 3)[3]}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _run(script: str, variables: dict[str, str], server: Server, folder: Path) -> list[tuple[str, str]]:
    for url in (URL, ELSEWHERE):
        script = script.replace(url, server.address(url))
    server.asked.clear()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    alone = {"TWINE_NON_INTERACTIVE": "1", "UV_HTTP_RETRIES": "0", "UV_TRUSTED_PUBLISHING": "never", **_KEYRING}
    environment = {"PATH": path, "HOME": mkdtemp(dir=folder), **alone, **variables}
    done = subprocess.run(
        ["bash", "-ec", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return list(server.asked)


PAIR = "dev@acme.example:stored t*ken="
BY_NAME = "by name:x y"
LONE = "__token__:stored t*ken="
NATIVE_PAIR = "native user:native $t*ken'\"="


@pytest.mark.parametrize(
    ("script", "before", "after"),
    [
        (f'twine upload --repository-url {URL} -u "$PKG_USER" -p "$PKG_PAT" dist/*', [PAIR], [NATIVE_PAIR]),
        (
            f'twine upload --repository-url={URL} --username="$PKG_USER" --password="$PKG_PAT" dist/*',
            [PAIR],
            [NATIVE_PAIR],
        ),
        (
            f'export TWINE_USERNAME="$PKG_USER" TWINE_PASSWORD="$PKG_PAT"\ntwine upload --repository-url {URL} dist/*',
            [PAIR],
            [NATIVE_PAIR],
        ),
        (
            f'TWINE_REPOSITORY_URL={URL} TWINE_PASSWORD="$PKG_PAT" twine upload -u "$PKG_USER" dist/*',
            [PAIR],
            [NATIVE_PAIR],
        ),
        (f"python -m twine upload --repository-url {URL} dist/*", [BY_NAME], [NATIVE_PAIR]),
        (
            f'export TWINE_USERNAME="$PKG_USER" TWINE_PASSWORD="$PKG_PAT"\ntwine upload --repository-url {URL} dist/*\n'
            f"twine upload --repository-url {ELSEWHERE} dist/*",
            [PAIR, PAIR],
            [NATIVE_PAIR, PAIR],
        ),
        (f'uv publish --publish-url {URL} --username "$PKG_USER" --password "$PKG_PAT" dist/*', [PAIR], [NATIVE_PAIR]),
        (
            f'export UV_PUBLISH_USERNAME="$PKG_USER" UV_PUBLISH_PASSWORD="$PKG_PAT" UV_PUBLISH_URL={URL}\n'
            "uv publish dist/*",
            [PAIR],
            [NATIVE_PAIR],
        ),
        (
            f'export UV_PUBLISH_TOKEN="$PKG_PAT"\nuv publish --publish-url {URL} dist/*',
            [LONE],
            [NATIVE_PAIR],
        ),
        (f'uv publish --publish-url {URL} --token="$PKG_PAT" dist/*', [LONE], [NATIVE_PAIR]),
        (
            f'echo "$PKG_PAT" | uv auth login {URL} --username "$PKG_USER" --password -\n'
            f"uv publish --publish-url {URL} dist/*",
            [PAIR],
            [NATIVE_PAIR],
        ),
        (
            f"cat > ~/.pypirc <<EOF\n[distutils]\nindex-servers = bb\n[bb]\nrepository = {URL}\n"
            "username = $PKG_USER\npassword = $PKG_PAT\nEOF\ntwine upload -r bb dist/*",
            [PAIR],
            [NATIVE_PAIR],
        ),
        (
            'export UV_INDEX_MY_BB_USERNAME="$PKG_USER" UV_INDEX_MY_BB_PASSWORD="$PKG_PAT"\n'
            f"uv pip install --target t --index my-bb={URL}/simple library || true",
            [PAIR],
            [NATIVE_PAIR],
        ),
    ],
)
def test_what_arrives_is_the_native_pair_where_the_stored_one_did(
    script: str, before: list[str], after: list[str], server: Server, tmp_path: Path
) -> None:
    for name in ("twine", "uv"):
        if not (Path(sys.executable).parent / name).exists():
            (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)(f"{name} is not installed")
    _becomes_native(script, before, after, server, tmp_path)


@pytest.mark.parametrize(
    "script",
    [
        f"poetry config repositories.bb {URL}\n"
        'poetry config http-basic.bb "$PKG_USER" "$PKG_PAT"\npoetry publish -r bb',
        f"export POETRY_REPOSITORIES_BB_URL={URL}\n"
        'POETRY_HTTP_BASIC_BB_USERNAME="$PKG_USER" POETRY_HTTP_BASIC_BB_PASSWORD="$PKG_PAT" poetry publish -r bb',
    ],
    ids=["settings", "variables"],
)
def test_the_same_of_poetry(script: str, server: Server, tmp_path: Path) -> None:
    if shutil.which("poetry") is None:
        (pytest.fail if os.environ.get("PATLESS_REQUIRE_ALL") == "1" else pytest.skip)("poetry is not installed")
    project = '[project]\nname = "acme-web"\nversion = "1.0"\n'
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    _becomes_native(script, [PAIR], [NATIVE_PAIR], server, tmp_path)


@pytest.mark.parametrize(
    "script",
    [
        'pip download --no-deps -i "https://$PKG_USER:$PKG_PAT@pypi.apkg.io/acme/simple" library || true',
        "pip download --no-deps -r requirements.txt || true",
    ],
    ids=["option", "requirements"],
)
def test_the_same_of_pip_where_the_address_takes_the_token_as_it_is(
    script: str, server: Server, tmp_path: Path
) -> None:
    required = "-i https://${PKG_USER}:${PKG_PAT}@pypi.apkg.io/acme/simple\nlibrary\n"
    text = f"pipelines:\n  default:\n    - step:\n        script:\n          - {script}\n"
    [change] = planned(report_on({PATH: text.encode(), "requirements.txt": required.encode()}), unsafe=True).changes
    fixed = change.after.decode().rpartition("          - ")[2]
    (tmp_path / "requirements.txt").write_text(_here(required, server), encoding="utf-8")
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    before = _run(_here(script, server), {"PKG_USER": "dev", "PKG_PAT": "t=1-x", **quiet}, server, tmp_path)
    assert dict(before) == {"acme/simple/library": "Basic dev:t=1-x"}
    native = {"BITBUCKET_PACKAGES_USERNAME": "native", "BITBUCKET_PACKAGES_TOKEN": "n=2_y"}
    after = _run(_here(fixed, server), {**native, **quiet}, server, tmp_path)
    assert dict(after) == {"acme/simple/library": "Basic native:n=2_y"}


def _here(text: str, server: Server) -> str:
    """Text about Packages, about the server instead."""
    return text.replace("https://", "http://").replace("pypi.apkg.io", f"127.0.0.1:{server.server.server_port}")


def _becomes_native(script: str, before: list[str], after: list[str], server: Server, folder: Path) -> None:
    (folder / "dist").mkdir()
    with zipfile.ZipFile(folder / "dist" / "acme_web-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("acme_web-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme-web\nVersion: 1.0\n")
        wheel.writestr("acme_web-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        wheel.writestr("acme_web-1.0.dist-info/RECORD", "")
    text = "pipelines:\n  default:\n    - step:\n        script:\n          - |\n" + "".join(
        f"            {line}\n" for line in script.splitlines()
    )
    plan = planned(report_on({PATH: text.encode()}), unsafe=before == [LONE] or "uv pip" in script)
    [change] = plan.changes
    fixed = change.after.decode()
    lines = fixed.split("          - |\n")[1].splitlines()
    stored = {name: value for name, value in STORED.items() if before == [BY_NAME] or name in script}
    sent = _run(script, stored, server, folder)
    assert [credential.removeprefix("Basic ") for _, credential in sent] == before
    kept = {name: value for name, value in STORED.items() if before != [BY_NAME] and name in fixed}
    native = _run("\n".join(line.strip() for line in lines), {**kept, **NATIVE}, server, folder)
    assert [credential.removeprefix("Basic ") for _, credential in native] == after
    assert [path for path, _ in native] == [path for path, _ in sent]

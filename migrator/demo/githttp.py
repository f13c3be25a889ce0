"""Smart HTTP for the box's repositories: one request is one run of `git upload-pack`, or of `git http-backend` for what
writes. What version 2 of the protocol says of a server is the same for every repository, so git is asked for it once.

https://git-scm.com/docs/git-http-backend and https://git-scm.com/docs/protocol-v2
"""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from migrator.demo.credentials import Credential
from migrator.demo.messages import Refusal, Request, Response, text
from migrator.demo.scopes import READ_REPOSITORY, WRITE_REPOSITORY
from migrator.demo.state import Repository, Workspace
from migrator.demo.store import environment

PREFIX = "/git/"
_SERVICES = ("git-upload-pack", "git-receive-pack")
_CAPABILITIES: dict[bytes, bytes] = {}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Bitbucket.org HTTP"'}


@dataclass(frozen=True, slots=True)
class GitService:
    """What is asked of one repository. `path` is below it, as in `info/refs`."""

    repository: Repository
    name: str
    path: str

    @property
    def writes(self) -> bool:
        return self.name == "git-receive-pack"


def service(request: Request, workspace: Workspace, credential: Credential | None) -> GitService:
    """What is asked, where it may be. Raises Refusal: 401 where nobody asks, 403 without scope, 404 else."""
    if credential is None:
        raise Refusal(text(401, "", _CHALLENGE))
    owner, _, rest = unquote(request.path).removeprefix(PREFIX).partition("/")
    slug, _, path = rest.partition("/")
    repository = workspace.named(slug.removesuffix(".git"))
    name = request.one("service") if path == "info/refs" else path
    hidden = credential.repositories is not None and (not repository or repository.slug not in credential.repositories)
    if owner != workspace.slug or repository is None or hidden or name not in _SERVICES:
        raise Refusal(text(404, "Repository not found"))
    found = GitService(repository, name, path)
    if credential.lacks(WRITE_REPOSITORY if found.writes else READ_REPOSITORY):
        raise Refusal(text(403, "Your credentials lack one or more required privilege scopes."))
    return found


@dataclass(frozen=True, slots=True)
class GitReply:
    """The beginning of what git answers; `body` is read to its end by the caller."""

    answer: Response
    body: IO[bytes] = field(repr=False)


@contextmanager
def reply(asked: GitService, request: Request, credential: Credential, body: IO[bytes]) -> Iterator[GitReply]:
    """Run git on the request, whose body is a file, from its beginning."""
    if asked.writes:
        with _backend(asked, request, credential, body) as process:
            assert process.stdout
            yield GitReply(_head(process.stdout), process.stdout)
        return
    protocol = request.headers.get("git-protocol", "")
    beginning = asked.path == "info/refs"
    kind = "advertisement" if beginning else "result"
    head = Response(200, headers={"Content-Type": f"application/x-git-upload-pack-{kind}", "Cache-Control": "no-cache"})
    folder = asked.repository.folder
    if beginning:
        yield GitReply(head, io.BytesIO(_beginning(folder, protocol)))
        return
    with tempfile.TemporaryFile() as plain, _upload(folder, protocol, _unpacked(request, body, plain)) as out:
        yield GitReply(head, out)


def _beginning(folder: Path, protocol: str) -> bytes:
    if protocol == "version=2":
        return _capabilities(folder)
    return b"001e# service=git-upload-pack\n0000" + _advertised(folder, protocol)


def _unpacked(request: Request, body: IO[bytes], into: IO[bytes]) -> IO[bytes]:
    body.seek(0)
    if request.headers.get("content-encoding", "") != "gzip":
        return body
    with gzip.open(body) as packed:
        shutil.copyfileobj(packed, into)
    into.seek(0)
    return into


@contextmanager
def _upload(folder: Path, protocol: str, body: IO[bytes], *options: str) -> Iterator[IO[bytes]]:
    asked = ("upload-pack", "--strict", "--stateless-rpc", *options, str(folder))
    with _git(asked, {"GIT_PROTOCOL": protocol}, body) as process:
        assert process.stdout
        yield process.stdout


def _advertised(folder: Path, protocol: str) -> bytes:
    with tempfile.TemporaryFile() as nothing, _upload(folder, protocol, nothing, "--advertise-refs") as out:
        return out.read()


def _capabilities(folder: Path) -> bytes:
    """What git answers at first; it depends on the repository's configuration alone."""
    config = (folder / "config").read_bytes()
    if config not in _CAPABILITIES:
        _CAPABILITIES[config] = _advertised(folder, "version=2")
    return _CAPABILITIES[config]


@contextmanager
def _backend(
    asked: GitService, request: Request, credential: Credential, body: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    body.seek(0, 2)
    length = body.tell()
    body.seek(0)
    folder = asked.repository.folder
    gateway = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROJECT_ROOT": str(folder.parent),
        "PATH_INFO": f"/{folder.name}/{asked.path}",
        "QUERY_STRING": f"service={asked.name}" if asked.path == "info/refs" else "",
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(length),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": credential.user.email,
        "REMOTE_ADDR": "127.0.0.1",
    }
    with _git(("http-backend",), gateway, body) as process:
        yield process


@contextmanager
def _git(arguments: Sequence[str], more: Mapping[str, str], body: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        ["git", *arguments],
        env={**environment(), **more},
        stdin=body,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        try:
            yield process
        finally:
            process.stdout.close()


def _head(out: IO[bytes]) -> Response:
    headers = dict[str, str]()
    while line := out.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    status = headers.pop("Status", "200 OK" if headers else "500 git gave no answer")
    return Response(int(status.split()[0]), headers=headers)

"""Smart HTTP for the box's repositories: one request is one run of `git http-backend`.

https://git-scm.com/docs/git-http-backend
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import unquote

from migrator.demo.credentials import Credential
from migrator.demo.messages import Answer, Refusal, Request, text
from migrator.demo.scopes import READ_REPOSITORY, WRITE_REPOSITORY
from migrator.demo.state import Repository, Workspace
from migrator.demo.store import environment

PREFIX = "/git/"
_SERVICES = ("git-upload-pack", "git-receive-pack")
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Bitbucket.org HTTP"'}


@dataclass(frozen=True, slots=True)
class Service:
    """What is asked of one repository. `path` is below it, as in `info/refs`."""

    repository: Repository
    name: str
    path: str

    @property
    def writes(self) -> bool:
        return self.name == "git-receive-pack"


def service(request: Request, workspace: Workspace, credential: Credential | None) -> Service:
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
    found = Service(repository, name, path)
    if credential.lacks(WRITE_REPOSITORY if found.writes else READ_REPOSITORY):
        raise Refusal(text(403, "Your credentials lack one or more required privilege scopes."))
    return found


@dataclass(frozen=True, slots=True)
class Reply:
    """The beginning of what git answers; `body` is read to its end by the caller."""

    answer: Answer
    body: IO[bytes] = field(repr=False)


@contextmanager
def reply(asked: Service, request: Request, credential: Credential, body: IO[bytes]) -> Iterator[Reply]:
    """Run git on the request, whose body is a file, from its beginning."""
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
    with subprocess.Popen(
        ["git", "http-backend"],
        env=environment() | gateway,
        stdin=body,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout
        try:
            yield Reply(_head(process.stdout), process.stdout)
        finally:
            process.stdout.close()


def _head(out: IO[bytes]) -> Answer:
    headers = dict[str, str]()
    while line := out.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    status = headers.pop("Status", "200 OK" if headers else "500 git gave no answer")
    return Answer(int(status.split()[0]), headers=headers)

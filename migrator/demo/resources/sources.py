"""Files and folders of a commit.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from migrator.demo import paging, store
from migrator.demo.messages import BINARY, Response, error
from migrator.demo.resources.commits import found
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_REPOSITORY
from migrator.demo.state import Repository

_DEEPEST = 20
_KINDS = {"json": "application/json", "sh": "text/x-sh", "txt": "text/plain"}
"""Of files by the end of their names; of others it is not known."""
_ATTRIBUTES = {"120000": "link", "100755": "executable", "160000": "subrepository"}


def _root(call: RoutedRequest) -> Response:
    repository = call.repository()
    if store.empty(repository.folder):
        return missing("The repository is empty")
    return _folder(call, repository, found(call, repository, "HEAD"), "")


def _path(call: RoutedRequest) -> Response:
    repository, path = call.repository(), call.values.get("path", "")
    revision = found(call, repository, call.values["commit"])
    entry = store.entry(repository.folder, revision, path)
    if entry is None:
        return missing(f"No such file or directory: {path}")
    if call.request.one("format") == "meta":
        return Response(200, _row(call, repository, revision, entry))
    if entry.kind == "tree":
        return _folder(call, repository, revision, path)
    if entry.kind != "blob":
        return missing(f"{path} is a submodule")
    headers = {"Content-Type": BINARY, "ETag": f'"{entry.hash}"'}
    return Response(200, None, store.content(repository.folder, entry.hash), headers)


def _folder(call: RoutedRequest, repository: Repository, revision: str, path: str) -> Response:
    depth = call.request.one("max_depth", "1")
    if not depth.isdecimal() or int(depth) < 1:
        return error(400, "Invalid max_depth")
    if int(depth) > _DEEPEST:
        return error(555, "The request takes too long")
    entries = store.listing(repository.folder, revision, path, int(depth))
    return paging.page(call.request, [_row(call, repository, revision, entry) for entry in entries])


def _row(call: RoutedRequest, repository: Repository, revision: str, entry: store.StoredEntry) -> dict[str, Any]:
    here = call.url(repository.slug, "src", revision) + f"/{quote(entry.path)}"
    history = call.url(repository.slug, "filehistory", revision) + f"/{quote(entry.path)}"
    links = {"self": here, "meta": f"{here}?format=meta", "history": history}
    row: dict[str, Any] = {
        "type": "commit_directory" if entry.kind == "tree" else "commit_file",
        "path": entry.path,
        "commit": call.commit(repository, revision),
        "links": {name: {"href": link} for name, link in links.items()},
    }
    if entry.kind != "tree":
        row |= {"size": entry.size, "escaped_path": quote(entry.path)}
        row["attributes"] = [_ATTRIBUTES[entry.mode]] if entry.mode in _ATTRIBUTES else []
        row["mimetype"] = _KINDS.get(entry.path.rpartition(".")[2])
    return row


_SRC = "/repositories/{workspace}/{repository}/src"
ROUTES = (
    Route("GET", _SRC, READ_REPOSITORY, _root),
    Route("GET", _SRC + "/{commit}", READ_REPOSITORY, _path),
    Route("GET", _SRC + "/{commit}/{path+}", READ_REPOSITORY, _path),
)

"""Differences between commits, and those of a pull request, which lead there.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from migrator.demo import paging, store
from migrator.demo.messages import TEXT, Refusal, Response
from migrator.demo.resources.pullrequests import found, spec
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_PULL_REQUEST, READ_REPOSITORY
from migrator.demo.state import Repository

_WORDS = {"A": "added", "D": "removed", "R": "renamed"}
LONGEST = 500


def _ends(call: RoutedRequest) -> tuple[str, str]:
    """Old and new of `{spec}`: `new..old` from where both come from, or one commit against its parent."""
    asked = call.values["spec"]
    if "\r" in asked:  # `workspace/repository:new CR old`, where pull requests lead
        asked = asked.rpartition(":")[2].replace("\r", "..")
    folder, (new, _, old) = call.repository().folder, asked.partition("..")
    last = store.resolve(folder, new)
    first = store.resolve(folder, old or f"{new}^")
    if last is None or first is None:
        raise Refusal(missing(f"Commit not found: {call.values['spec']}"))
    return store.base(folder, first, last) or first, last


def _diff(call: RoutedRequest) -> Response:
    old, new = _ends(call)
    return Response(200, None, store.diff(call.repository().folder, old, new), {"Content-Type": TEXT})


def _stat(call: RoutedRequest) -> Response:
    old, new = _ends(call)
    repository = call.repository()
    rows = []
    for change in store.changes(repository.folder, old, new):
        row: dict[str, Any] = {
            "type": "diffstat",
            "status": _WORDS.get(change.status, "modified"),
            "lines_added": change.added,
            "lines_removed": change.removed,
            "old": _file(call, repository, old, change.old) if change.old else None,
            "new": _file(call, repository, new, change.new) if change.new else None,
        }
        rows.append(row)
    return paging.page(call.request, rows, LONGEST, LONGEST)


def _file(call: RoutedRequest, repository: Repository, revision: str, path: str) -> dict[str, Any]:
    here = f"{call.url(repository.slug, 'src', revision)}/{quote(path)}"
    return {"type": "commit_file", "path": path, "escaped_path": quote(path), "links": {"self": {"href": here}}}


def _leading(kind: str) -> Callable[[RoutedRequest], Response]:
    def lead(call: RoutedRequest) -> Response:
        repository = call.repository()
        request = found(call)
        return Response(
            302, headers={"Location": f"{call.url(repository.slug, kind)}/{spec(call, repository, request)}"}
        )

    return lead


_REPOSITORY = "/repositories/{workspace}/{repository}"
ROUTES = (
    Route("GET", _REPOSITORY + "/diff/{spec+}", READ_REPOSITORY, _diff),
    Route("GET", _REPOSITORY + "/diffstat/{spec+}", READ_REPOSITORY, _stat),
    Route("GET", _REPOSITORY + "/pullrequests/{pull_request}/diff", READ_PULL_REQUEST, _leading("diff")),
    Route("GET", _REPOSITORY + "/pullrequests/{pull_request}/diffstat", READ_PULL_REQUEST, _leading("diffstat")),
)

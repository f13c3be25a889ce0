"""Branches and tags, as the git repository has them.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from migrator.demo import paging, store
from migrator.demo.messages import Response, error
from migrator.demo.resources.commits import author, shown
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_REPOSITORY, WRITE_REPOSITORY
from migrator.demo.state import Repository


def _rows(call: RoutedRequest, kind: str, refs: dict[str, str]) -> list[dict[str, Any]]:
    repository = call.repository()
    revisions = store.revisions(repository.folder, refs.values())
    notes = store.notes(repository.folder) if kind == "tag" else {}
    return [
        {
            "type": kind,
            "name": name,
            "target": shown(call, repository, revisions[target]),
            "links": _links(call, repository, kind, name),
            **(_merging(repository) if kind == "branch" else _said(call, notes.get(name))),
        }
        for name, target in refs.items()
        if target in revisions
    ]


def _merging(repository: Repository) -> dict[str, Any]:
    if not repository.strategies:
        return {}
    return {"default_merge_strategy": repository.strategies[0], "merge_strategies": list(repository.strategies)}


def _links(call: RoutedRequest, repository: Repository, kind: str, name: str) -> dict[str, Any]:
    kinds = {"branch": "branches", "tag": "tags"}
    return {
        "self": {"href": call.url(repository.slug, "refs", kinds[kind], name)},
        "commits": {"href": call.url(repository.slug, "commits", name)},
        "html": {"href": call.page(repository.slug, kind, quote(name))},
    }


def _said(call: RoutedRequest, note: store.TagNote | None) -> dict[str, Any]:
    """What a tag that is an object of its own says; a light one has nothing of it."""
    if note is None:
        return {"tagger": None, "date": None, "message": None}
    return {"tagger": author(call, note.author), "date": note.date, "message": note.message}


def _branches(call: RoutedRequest) -> Response:
    return paging.page(call.request, _rows(call, "branch", store.branches(call.repository().folder)))


def _tags(call: RoutedRequest) -> Response:
    return paging.uncounted(call.request, _rows(call, "tag", store.tags(call.repository().folder)))


def _refs(call: RoutedRequest) -> Response:
    folder = call.repository().folder
    rows = _rows(call, "branch", store.branches(folder)) + _rows(call, "tag", store.tags(folder))
    return paging.uncounted(call.request, rows)


def _branch(call: RoutedRequest) -> Response:
    return _named(call, "branch", store.branches(call.repository().folder))


def _tag(call: RoutedRequest) -> Response:
    return _named(call, "tag", store.tags(call.repository().folder))


def _named(call: RoutedRequest, kind: str, refs: dict[str, str]) -> Response:
    name = call.values["name"]
    if name not in refs:
        return missing(f"{kind.title()} {name} not found")
    return Response(200, _rows(call, kind, {name: refs[name]})[0])


def _create(call: RoutedRequest) -> Response:
    repository, wanted = call.repository(), call.request.fields()
    name, target = str(wanted.get("name", "")), wanted.get("target")
    revision = store.resolve(repository.folder, str(target.get("hash", ""))) if isinstance(target, dict) else None
    if not name or revision is None:
        return error(400, "A branch needs a name and a target that is there")
    if name in store.branches(repository.folder):
        return error(409, f'Branch "{name}" already exists.', data={"key": "BRANCH_ALREADY_EXISTS"})
    store.point(repository.folder, f"refs/heads/{name}", revision)
    return Response(201, _rows(call, "branch", {name: revision})[0])


def _delete(call: RoutedRequest) -> Response:
    repository, name = call.repository(), call.values["name"]
    if name not in store.branches(repository.folder):
        return missing(f"Branch {name} not found")
    if name == repository.main:
        return error(400, "The main branch cannot be deleted")
    store.point(repository.folder, f"refs/heads/{name}", None)
    return Response(204)


_REFS = "/repositories/{workspace}/{repository}/refs"
ROUTES = (
    Route("GET", _REFS, READ_REPOSITORY, _refs),
    Route("GET", _REFS + "/branches", READ_REPOSITORY, _branches),
    Route("POST", _REFS + "/branches", WRITE_REPOSITORY, _create),
    Route("GET", _REFS + "/branches/{name+}", READ_REPOSITORY, _branch),
    Route("DELETE", _REFS + "/branches/{name+}", WRITE_REPOSITORY, _delete),
    Route("GET", _REFS + "/tags", READ_REPOSITORY, _tags),
    Route("GET", _REFS + "/tags/{name+}", READ_REPOSITORY, _tag),
)

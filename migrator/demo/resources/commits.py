"""Commits: one, and those that lead to it.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/
"""

from __future__ import annotations

from typing import Any

from migrator.demo import paging, store
from migrator.demo.messages import Refusal, Response
from migrator.demo.resources import repositories
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_REPOSITORY
from migrator.demo.state import Repository
from migrator.demo.texts import rendered


def shown(call: RoutedRequest, repository: Repository, revision: store.Revision) -> dict[str, Any]:
    """A commit as it is shown. The author has a `user` where the address is one of the workspace's people."""
    return {
        "type": "commit",
        "hash": revision.hash,
        "date": revision.date,
        "author": author(call, revision.author),
        "message": revision.message,
        "parents": [call.commit(repository, parent) for parent in revision.parents],
        "repository": repositories.short(call, repository),
        "links": _links(call, repository, revision.hash),
    }


def listed(call: RoutedRequest, repository: Repository, revision: store.Revision) -> dict[str, Any]:
    """A commit in a list of commits."""
    return shown(call, repository, revision) | {"summary": rendered(revision.message)}


def _links(call: RoutedRequest, repository: Repository, name: str) -> dict[str, Any]:
    here = call.url(repository.slug, "commit", name)
    below = {one: {"href": f"{here}/{one}"} for one in ("approve", "comments", "statuses")}
    beside = {one: {"href": call.url(repository.slug, one, name)} for one in ("diff", "patch")}
    page = {"href": call.page(repository.slug, "commits", name)}
    return {"self": {"href": here}, "html": page, **below, **beside}


def author(call: RoutedRequest, raw: str) -> dict[str, Any]:
    """Who git names, with the person that has this address."""
    person = next((each for each in call.workspace.people.values() if f"<{each.email}>" in raw), None)
    return {"type": "author", "raw": raw, **({"user": call.shown(person)} if person else {})}


def found(call: RoutedRequest, repository: Repository, name: str) -> str:
    """The hash that a path's `{commit}` means: a hash, `HEAD`, a tag or a branch without a slash. Raises Refusal.

    A branch name with a slash does not work there (BITBUCKET_API.md 0, fact 9).
    """
    revision = None if "/" in name else store.resolve(repository.folder, name)
    if revision is None:
        raise Refusal(missing(f"Commit not found: {name}"))
    return revision


def _one(call: RoutedRequest) -> Response:
    repository = call.repository()
    revision = found(call, repository, call.values["commit"])
    row = listed(call, repository, store.revisions(repository.folder, [revision])[revision])
    return Response(200, {**row, "participants": []})


def _list(call: RoutedRequest) -> Response:
    repository = call.repository()
    if store.empty(repository.folder):
        return paging.iterator(call.request, [])
    revision = store.resolve(repository.folder, call.values.get("revision", "HEAD"))
    if revision is None:
        return missing(f"Commit not found: {call.values.get('revision', 'HEAD')}")
    excluded = [store.resolve(repository.folder, each) for each in call.request.every("exclude")]
    without = [each for each in excluded if each]
    rows = store.history(repository.folder, revision, call.request.one("path"), without)
    return paging.iterator(call.request, [listed(call, repository, row) for row in rows])


_REPOSITORY = "/repositories/{workspace}/{repository}"
ROUTES = (
    Route("GET", _REPOSITORY + "/commit/{commit}", READ_REPOSITORY, _one),
    Route("GET", _REPOSITORY + "/commits", READ_REPOSITORY, _list),
    Route("GET", _REPOSITORY + "/commits/{revision+}", READ_REPOSITORY, _list),
)

"""Build statuses of commits.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/
"""

from __future__ import annotations

from typing import Any

from migrator.demo import paging, review
from migrator.demo.messages import Response, error
from migrator.demo.moments import shown
from migrator.demo.resources import repositories
from migrator.demo.resources.commits import found
from migrator.demo.resources.pullrequests import found as pull_request
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_PULL_REQUEST, READ_REPOSITORY
from migrator.demo.state import Repository

_STATES = ("SUCCESSFUL", "FAILED", "INPROGRESS", "STOPPED")
_SENT = ("key", "state", "name", "url", "description", "refname")


def _of(call: RoutedRequest, repository: Repository, commit: str) -> list[dict[str, Any]]:
    return [_row(call, repository, on, row) for (on, _), row in repository.statuses.items() if on == commit]


def _row(call: RoutedRequest, repository: Repository, commit: str, status: dict[str, Any]) -> dict[str, Any]:
    """As it is shown: `status` is what was sent and when."""
    about = call.commit(repository, commit)
    here = call.url(repository.slug, "commit", commit, "statuses", "build", status["key"])
    return {
        "type": "build",
        "description": "",
        "refname": None,
        "name": "",
        **status,
        "commit": about,
        "repository": repositories.short(call, repository),
        "links": {"self": {"href": here}, "commit": about["links"]["self"]},
    }


def _list(call: RoutedRequest) -> Response:
    repository = call.repository()
    rows = _of(call, repository, found(call, repository, call.values["commit"]))
    refname = call.request.one("refname")
    return paging.page(call.request, [row for row in rows if not refname or row.get("refname") == refname])


def _of_pull_request(call: RoutedRequest) -> Response:
    repository = call.repository()
    source, _ = review.ends(repository, pull_request(call))
    return paging.page(call.request, _of(call, repository, source))


def _create(call: RoutedRequest) -> Response:
    """The same key again overwrites."""
    return _set(call, call.request.fields(), 201)


def _get(call: RoutedRequest) -> Response:
    repository = call.repository()
    key = found(call, repository, call.values["commit"]), call.values["key"]
    status = repository.statuses.get(key)
    return (
        Response(200, _row(call, repository, key[0], status)) if status else missing(f"No status {call.values['key']}")
    )


def _update(call: RoutedRequest) -> Response:
    before = _get(call)
    if before.status != 200:
        return before
    return _set(call, {**before.document, **call.request.fields(), "key": call.values["key"]}, 200)


def _set(call: RoutedRequest, wanted: dict[str, Any], code: int) -> Response:
    repository = call.repository()
    commit = found(call, repository, call.values["commit"])
    key, state = wanted.get("key"), wanted.get("state")
    if not isinstance(key, str) or not key or state not in _STATES or not wanted.get("url"):
        return error(400, f"A status has a key, a url and a state of {', '.join(_STATES)}")
    before = repository.statuses.get((commit, key))
    now = shown(call.now())
    status = {
        **{name: wanted[name] for name in _SENT if wanted.get(name) is not None},
        "created_on": before["created_on"] if before else now,
        "updated_on": now,
    }
    repository.statuses[commit, key] = status
    return Response(code, _row(call, repository, commit, status))


_COMMIT = "/repositories/{workspace}/{repository}/commit/{commit}/statuses"
_PULL_REQUEST = "/repositories/{workspace}/{repository}/pullrequests/{pull_request}/statuses"
ROUTES = (
    Route("GET", _COMMIT, READ_REPOSITORY, _list),
    Route("POST", _COMMIT + "/build", READ_REPOSITORY, _create),
    Route("GET", _COMMIT + "/build/{key}", READ_REPOSITORY, _get),
    Route("PUT", _COMMIT + "/build/{key}", READ_REPOSITORY, _update),
    Route("GET", _PULL_REQUEST, READ_PULL_REQUEST, _of_pull_request),
)

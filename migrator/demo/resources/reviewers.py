"""Default reviewers, which the box does not add to a pull request by itself (BITBUCKET_API.md 2.4 leaves it open).

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
"""

from __future__ import annotations

from migrator.demo import paging
from migrator.demo.messages import Response, error
from migrator.demo.people import User
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_PULL_REQUEST, WRITE_REPOSITORY


def _effective(call: RoutedRequest) -> Response:
    about = {"type": "default_reviewer", "reviewer_type": "repository"}
    rows = [{**about, "user": call.shown(person)} for person in call.repository().reviewers]
    return paging.page(call.request, rows)


def _list(call: RoutedRequest) -> Response:
    """Users without anything around them."""
    return paging.page(call.request, [row for person in call.repository().reviewers if (row := call.shown(person))])


def _one(call: RoutedRequest) -> Response:
    person = _named(call)
    return Response(200, call.shown(person)) if person in call.repository().reviewers else missing("No such reviewer")


def _add(call: RoutedRequest) -> Response:
    person, reviewers = _named(call), call.repository().reviewers
    if person is None:
        return error(400, "No such user")
    reviewers += [] if person in reviewers else [person]
    return Response(200, call.shown(person))


def _remove(call: RoutedRequest) -> Response:
    person, reviewers = _named(call), call.repository().reviewers
    if person not in reviewers:
        return missing("No such reviewer")
    reviewers.remove(person)
    return Response(204)


def _named(call: RoutedRequest) -> User | None:
    return call.workspace.people.get(call.values["user"])


_REPOSITORY = "/repositories/{workspace}/{repository}"
ROUTES = (
    Route("GET", _REPOSITORY + "/effective-default-reviewers", READ_PULL_REQUEST, _effective),
    Route("GET", _REPOSITORY + "/default-reviewers", READ_PULL_REQUEST, _list),
    Route("GET", _REPOSITORY + "/default-reviewers/{user}", READ_PULL_REQUEST, _one),
    Route("PUT", _REPOSITORY + "/default-reviewers/{user}", WRITE_REPOSITORY, _add),
    Route("DELETE", _REPOSITORY + "/default-reviewers/{user}", WRITE_REPOSITORY, _remove),
)

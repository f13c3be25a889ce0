"""The user, the workspaces that they see, and the workspace's projects.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/
"""

from __future__ import annotations

from typing import Any

from migrator.demo import identity, paging
from migrator.demo.credentials import BoxCredentialKind
from migrator.demo.messages import Response, error
from migrator.demo.moments import shown
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import NONE, READ_ACCOUNT, READ_PROJECT, READ_WORKSPACES

_LISTS = ("members", "owners", "projects", "snippets")


def _user(call: RoutedRequest) -> Response:
    if call.credential.kind is not BoxCredentialKind.API_TOKEN:  # however good it is (BITBUCKET_API.md 8, fact 3)
        return error(401, "Token is invalid, expired, or not supported for this endpoint.")
    return Response(200, call.credential.user.whole(call.request.origin))


def _one(call: RoutedRequest) -> Response:
    person = call.workspace.people.get(call.values["user"])
    if person is None:
        return missing(f"{call.values['user']} does not exist")
    return Response(200, person.whole(call.request.origin))


def _workspaces(call: RoutedRequest) -> Response:
    administrator = call.credential.user == call.workspace.owner
    if call.request.one("administrator") == "true" and not administrator:
        return paging.page(call.request, [])
    workspace = {
        "type": "workspace_base",
        "uuid": call.workspace.uuid,
        "slug": call.workspace.slug,
        "links": _links(call, "self", "avatar"),
    }
    row = {"type": "workspace_access", "administrator": administrator, "workspace": workspace}
    return paging.page(call.request, [row])


def _workspace(call: RoutedRequest) -> Response:
    return Response(
        200,
        {
            "type": "workspace",
            "uuid": call.workspace.uuid,
            "slug": call.workspace.slug,
            "name": call.workspace.slug.title(),
            "is_private": True,
            "created_on": shown(call.workspace.created_on),
            "links": _links(call, "self", "html", "avatar", "repositories", *_LISTS),
        },
    )


def within(call: RoutedRequest) -> dict[str, Any]:
    """The workspace as it is shown within something else."""
    slug = call.workspace.slug
    about = {"type": "workspace", "uuid": call.workspace.uuid, "name": slug.title(), "slug": slug}
    return {**about, "links": _links(call, "self", "html", "avatar")}


def _links(call: RoutedRequest, *names: str) -> dict[str, Any]:
    origin, slug = call.request.origin, call.workspace.slug
    here = f"{origin}/2.0/workspaces/{slug}"
    found = {
        "self": here,
        "html": f"{origin}/{slug}/",
        "avatar": f"{origin}/workspaces/{slug}/avatar/",
        "repositories": f"{origin}/2.0/repositories/{slug}",
        **{name: f"{here}/{name}" for name in _LISTS},
    }
    return {name: {"href": found[name]} for name in names}


def project(call: RoutedRequest, key: str) -> dict[str, Any]:
    """A project as it is shown, in a list and in a repository."""
    workspace = call.workspace.slug
    page = call.page("workspace", "projects", key)
    links = {
        "self": {"href": f"{call.request.origin}/2.0/workspaces/{workspace}/projects/{key}"},
        "html": {"href": page},
        "avatar": {"href": f"{page}/avatar/32"},
    }
    about = {"type": "project", "key": key, "name": key.title(), "uuid": identity.uuid("project", workspace, key)}
    return {**about, "links": links}


def _projects(call: RoutedRequest) -> Response:
    keys = sorted({repository.project for repository in call.workspace.repositories.values()})
    return paging.page(call.request, [project(call, key) for key in keys])


ROUTES = (
    Route("GET", "/user", READ_ACCOUNT, _user),
    Route("GET", "/users/{user}", NONE, _one),
    Route("GET", "/user/workspaces", READ_WORKSPACES, _workspaces),
    Route("GET", "/workspaces/{workspace}", NONE, _workspace),
    Route("GET", "/workspaces/{workspace}/projects", READ_PROJECT, _projects),
)

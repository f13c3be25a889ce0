"""Repositories: the list of a workspace, and one.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from migrator.demo import paging, store
from migrator.demo.messages import Response
from migrator.demo.moments import shown
from migrator.demo.resources import accounts
from migrator.demo.routes import ANYWHERE, Route, RoutedRequest
from migrator.demo.scopes import READ_REPOSITORY
from migrator.demo.state import Repository, Workspace

_PLACES = {
    **{name: name for name in ("pullrequests", "commits", "forks", "watchers", "downloads", "hooks")},
    "branches": "refs/branches",
    "tags": "refs/tags",
    "source": "src",
}


def row(call: RoutedRequest, repository: Repository) -> dict[str, Any]:
    """A repository as it is shown. `mainbranch` is null where it is empty (BITBUCKET_API.md 2.2)."""
    slug, origin = call.workspace.slug, call.request.origin
    there = not store.empty(repository.folder)
    clone = f"{origin}/git/{slug}/{repository.slug}.git"
    within = short(call, repository)
    return {
        **within,
        "slug": repository.slug,
        "is_private": True,
        "scm": "git",
        "description": "",
        "language": "",
        "size": 1024 if there else 0,
        "has_issues": False,
        "has_wiki": False,
        "fork_policy": "no_public_forks",
        "created_on": shown(repository.created_on),
        "updated_on": shown(repository.updated_on),
        "mainbranch": {"type": "branch", "name": repository.main} if there and repository.main else None,
        "project": accounts.project(call, repository.project),
        "owner": call.workspace.owner.shown(origin),
        "workspace": accounts.within(call),
        "website": None,
        "parent": None,
        "enforced_signed_commits": None,
        "override_settings": {"default_merge_strategy": False, "branching_model": False},
        "links": {
            **within["links"],
            **{name: {"href": call.url(repository.slug, *place.split("/"))} for name, place in _PLACES.items()},
            "clone": [
                {"name": "https", "href": clone},
                {"name": "ssh", "href": f"ssh://git@127.0.0.1/{slug}/{repository.slug}.git"},
            ],
        },
    }


def short(call: RoutedRequest, repository: Repository) -> dict[str, Any]:
    """A repository as it is shown within something else."""
    return {
        "type": "repository",
        "uuid": repository.uuid,
        "name": repository.name,
        "full_name": f"{call.workspace.slug}/{repository.slug}",
        "links": {
            "self": {"href": call.url(repository.slug)},
            "html": {"href": f"{call.request.origin}/{call.workspace.slug}/{repository.slug}"},
            "avatar": {"href": f"{call.request.origin}/ravatar/{quote(repository.uuid)}"},
        },
    }


def _list(call: RoutedRequest) -> Response:
    seen = call.credential.repositories
    found = [each for each in call.workspace.repositories.values() if seen is None or each.slug in seen]
    return paging.page(call.request, [row(call, repository) for repository in found])


def _one(call: RoutedRequest) -> Response:
    gone = call.workspace.transferred.get(call.values["repository"])
    if gone and call.values["workspace"] == ANYWHERE and call.credential.repositories is None:
        workspace, repository = gone
        there = Workspace(workspace, call.workspace.folder, call.workspace.clock)
        return Response(200, row(replace(call, workspace=there), repository))
    return Response(200, row(call, call.repository()))


ROUTES = (
    Route("GET", "/repositories/{workspace}", READ_REPOSITORY, _list),
    Route("GET", "/repositories/{workspace}/{repository}", READ_REPOSITORY, _one),
)

"""Repositories of a workspace. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import Repository
from migrator.bitbucket.rows import Row, flag, moment, optional, rows, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_FIELDS = ",".join(
    (
        *("next", "size", "page", "pagelen"),
        *("values.uuid", "values.slug", "values.full_name", "values.name", "values.mainbranch.name"),
        *("values.links.clone", "values.links.html", "values.updated_on", "values.is_private", "values.project.key"),
    )
)
"""What is kept of a row, which is a fifth of it."""


def repositories(client: Client, workspace: str, query: str = "") -> tuple[Repository, ...]:
    """Those that the credential can see, all of them or those of `query`, such as `project.key="X"`. Raises ApiError.

    What a query may hold: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
    """
    params = {"fields": _FIELDS} | ({"q": query} if query else {})
    found = linked(client, addresses.path("repositories", workspace), params)
    return tuple(_repository(client, row) for row in found)


def repository(client: Client, workspace: str, name: str) -> Repository:
    """One, by slug or uuid. Raises ApiError."""
    return _repository(client, client.document(addresses.path("repositories", workspace, name)))


def anywhere(client: Client, uuid: str) -> Repository:
    """One by its uuid alone, in whatever workspace it is by now. Raises ApiError.

    Empty braces stand for an owner that is not known:
    https://developer.atlassian.com/cloud/bitbucket/rest/intro/#repository-object-and-uuid
    """
    return _repository(client, client.document(addresses.path("repositories", "{}", uuid)))


def _repository(client: Client, row: Row) -> Repository:
    full_name = text(row, "full_name")
    return Repository(
        uuid=text(row, "uuid"),
        slug=optional(row, "slug") or full_name.rpartition("/")[2],
        full_name=full_name,
        main_branch=optional(row, "mainbranch", "name"),
        clone_https=_clone(client, row),
        updated_on=moment(row, "updated_on"),
        is_private=flag(row, "is_private"),
        project=optional(row, "project", "key"),
        name=optional(row, "name") or "",
        page=optional(row, "links", "html", "href") or "",
    )


def _clone(client: Client, row: Row) -> str:
    links = row.get("links")
    if not isinstance(links, dict) or links.get("clone") is None:
        return ""
    for link in rows(links, "clone"):
        if optional(link, "name") in ("https", "http"):
            try:
                return addresses.clone_url(text(link, "href"), client.base)
            except ApiError:
                return ""
    return ""

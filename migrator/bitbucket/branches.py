"""Branches and tags with their last commits. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import Branch, Tag
from migrator.bitbucket.rows import Row, moment, optional, text

if TYPE_CHECKING:
    from datetime import datetime

    from migrator.bitbucket.session import Client

_FIELDS = {
    "fields": "values.name,values.target.hash,values.target.date,values.target.author.raw,next,size,page,pagelen"
}


def branches(client: Client, workspace: str, repository: str) -> tuple[Branch, ...]:
    """All of them, in Bitbucket's order. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "refs", "branches")
    return tuple(Branch(*_parts(row)) for row in linked(client, path, _FIELDS))


def strategies(client: Client, workspace: str, repository: str, branch: str) -> tuple[str, ...]:
    """How pull requests to it may be merged, such as `squash`; () where Bitbucket does not say. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "refs", "branches", branch)
    found = client.document(path, {"fields": "merge_strategies"}).get("merge_strategies")
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def tags(client: Client, workspace: str, repository: str) -> tuple[Tag, ...]:
    """All of them, in Bitbucket's order. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "refs", "tags")
    return tuple(Tag(*_parts(row)) for row in linked(client, path, _FIELDS))


def _parts(row: Row) -> tuple[str, str, datetime | None, str | None]:
    return (
        text(row, "name"),
        text(row, "target", "hash"),
        moment(row, "target", "date"),
        optional(row, "target", "author", "raw"),
    )

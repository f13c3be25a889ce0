"""Comments on pull requests. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

A deleted comment stays in the list, without its text. Only one on a line of the diff, and no reply, can be resolved:
BITBUCKET_API.md section 2.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.paging import linked
from migrator.bitbucket.rows import Row, flag, number, optional

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

_TRIES = 4
"""How often a list is read anew that people lengthen while it is read."""


@dataclass(frozen=True, slots=True)
class CommentLines:
    """A line of the new file, or those from `first` to it."""

    path: str
    line: int
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """`author` and `resolver` are uuids; '' is nobody that Bitbucket names. `path` None: on no line of a file."""

    id: int
    author: str
    text: str
    deleted: bool
    reply: bool
    path: str | None
    line: int | None
    resolved: bool
    resolver: str


def comments(client: Client, workspace: str, repository: str, pull_request: int) -> tuple[Comment, ...]:
    """All of them through all pages, deleted ones included. Raises ApiError, also for a list that could be cut."""
    path = _path(workspace, repository, pull_request)
    for _ in range(_TRIES - 1):
        try:
            return tuple(map(_comment, linked(client, path)))
        except ApiError as error:
            if error.kind is not Cause.INCOMPLETE:
                raise
    return tuple(map(_comment, linked(client, path)))


def create(
    client: Client, workspace: str, repository: str, pull_request: int, text: str, place: CommentLines | None
) -> Comment:
    """Raises ApiError; a request that breaks off is not repeated, so the comment may be there all the same."""
    wanted: dict[str, object] = {"type": "pullrequest_comment", "content": {"raw": text}}
    if place is not None:
        start = {} if place.first is None or place.first == place.line else {"start_to": place.first}
        wanted["inline"] = {"path": place.path, "to": place.line, **start}
    return _comment(client.post_json(_path(workspace, repository, pull_request), wanted).document())


def update(client: Client, workspace: str, repository: str, pull_request: int, id: int, text: str) -> None:
    """Raises ApiError."""
    wanted = {"type": "pullrequest_comment", "content": {"raw": text}}
    client.put(_path(workspace, repository, pull_request, id), wanted)


def delete(client: Client, workspace: str, repository: str, pull_request: int, id: int) -> None:
    """Also where it is not there any more. Raises ApiError."""
    try:
        client.delete(_path(workspace, repository, pull_request, id))
    except ApiError as error:
        if error.kind is not Cause.MISSING:
            raise


def resolve(client: Client, workspace: str, repository: str, pull_request: int, id: int) -> None:
    """Also where it is resolved already. Raises ApiError."""
    try:
        client.post_json(_path(workspace, repository, pull_request, id) + "/resolve", None)
    except ApiError as error:
        if error.kind is not Cause.CONFLICT:
            raise


def reopen(client: Client, workspace: str, repository: str, pull_request: int, id: int) -> None:
    """Also where it is open already. Raises ApiError."""
    try:
        client.delete(_path(workspace, repository, pull_request, id) + "/resolve")
    except ApiError as error:
        if error.kind is not Cause.MISSING:
            raise


def _path(workspace: str, repository: str, pull_request: int, id: int | None = None) -> str:
    one = () if id is None else (str(id),)
    return addresses.path("repositories", workspace, repository, "pullrequests", str(pull_request), "comments", *one)


def _comment(row: Row) -> Comment:
    id = number(row, "id")
    if id is None:
        raise ApiError(Cause.GARBLED, "Bitbucket's answer has a comment without an id")
    inline = row.get("inline")
    return Comment(
        id=id,
        author=optional(row, "user", "uuid") or "",
        text=optional(row, "content", "raw") or "",
        deleted=flag(row, "deleted") is True,
        reply=row.get("parent") is not None,
        path=optional(row, "inline", "path"),
        line=number(inline, "to") if isinstance(inline, dict) else None,
        resolved=row.get("resolution") is not None,
        resolver=optional(row, "resolution", "user", "uuid") or "",
    )

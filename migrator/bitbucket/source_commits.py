"""Commits made through the API, read, and compared.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/ and BITBUCKET_API.md 2.3: with `parents` a
commit is made on that one or, with 409, not at all where the branch has another tip.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.hashes import Hash
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import Commit
from migrator.bitbucket.rows import moment, optional, rows, the_commit

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


def commit(
    client: Client,
    workspace: str,
    repository: str,
    *,
    branch: str,
    parent: str,
    message: str,
    files: Mapping[str, bytes],
) -> str:
    """Write `files` (bytes by path) to `branch` on the commit `parent`, which begins a branch that is not there yet.

    The hash of the new commit, '' where Bitbucket does not say. Raises ApiError, of the kind `conflict` where the
    branch is there and has another tip; and ValueError without branch or parent, for then the main branch is written.
    """
    if not branch or not parent:
        raise ValueError("a commit through the API names its branch and its parent")
    fields: list[tuple[str, str | bytes]] = [("message", message), ("branch", branch), ("parents", parent)]
    fields += [(f"/{path}", data) for path, data in sorted(files.items())]
    reply = client.post_form(_path(workspace, repository, "src"), fields)
    return reply.headers.get("Location", "").rstrip("/").rpartition("/")[2]


def one(client: Client, workspace: str, repository: str, sha: Hash) -> Commit:
    """Raises ApiError."""
    row = client.document(_path(workspace, repository, "commit", sha.text))
    parents = tuple(the_commit(parent, "hash") for parent in rows(row, "parents"))
    return Commit(the_commit(row, "hash"), optional(row, "message") or "", parents, moment(row, "date"))


def contains(client: Client, workspace: str, repository: str, sha: Hash, other: Hash) -> bool:
    """Whether `sha` is `other` or a later commit that leads back to it. Raises ApiError."""
    path = _path(workspace, repository, "commits", other.text)
    return not rows(client.document(path, {"exclude": sha.text, "pagelen": 1}))


def content(client: Client, workspace: str, repository: str, sha: Hash, path: str) -> bytes | None:
    """The bytes of a file in a commit, None where there is none. Raises ApiError."""
    try:
        return client.get(_path(workspace, repository, "src", sha.text) + addresses.path(*path.split("/"))).body
    except ApiError as error:
        if error.kind is Cause.MISSING:
            return None
        raise


def changed(client: Client, workspace: str, repository: str, sha: Hash, parent: Hash) -> tuple[str, ...]:
    """The paths that differ between a commit and its parent, sorted. Raises ApiError."""
    found = linked(client, _path(workspace, repository, "diffstat", f"{sha.text}..{parent.text}"))
    ends = (optional(row, end, "path") for row in found for end in ("old", "new"))
    return tuple(sorted({path for path in ends if path}))


def _path(workspace: str, repository: str, *more: str) -> str:
    return addresses.path("repositories", workspace, repository, *more)

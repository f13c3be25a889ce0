"""Build statuses of commits. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


@dataclass(frozen=True, slots=True)
class Status:
    """`url` is where it leads to, and must not be empty (BITBUCKET_API.md 2.5). `branch` ties it to a pull request."""

    key: str
    passed: bool
    name: str
    description: str
    url: str
    branch: str


def put(client: Client, workspace: str, repository: str, commit: str, status: Status) -> None:
    """Set it, in the place of one with the same key. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "commit", commit, "statuses", "build")
    document = {
        "type": "build",
        "key": status.key,
        "state": "SUCCESSFUL" if status.passed else "FAILED",
        "name": status.name,
        "description": status.description,
        "url": status.url,
        **({"refname": status.branch} if status.branch else {}),
    }
    client.post_json(path, document)

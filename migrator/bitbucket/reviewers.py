"""Default reviewers. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

Whether the API adds them to a new pull request by itself is not settled (BITBUCKET_API.md 2.4), so they are sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import Account
from migrator.bitbucket.rows import optional, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client


def default_reviewers(client: Client, workspace: str, repository: str) -> tuple[Account, ...]:
    """Those of the repository and of its project, each once; of an account that is gone nothing is left. Whether they
    are active is not said there. Raises ApiError."""
    path = addresses.path("repositories", workspace, repository, "effective-default-reviewers")
    found = [
        Account(text(row, "user", "uuid"), optional(row, "user", "display_name") or "")
        for row in linked(client, path)
        if row.get("user") is not None
    ]
    return tuple(dict.fromkeys(found))

"""Open changes of this tool: a branch counts as one only if a pull request says so.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.paging import linked
from migrator.bitbucket.rows import Row, optional

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

BRANCH = "patless/"
"""Branches of this tool's own changes begin so; the rest is the branch that they are for."""
_PAGE = 50
"""The longest page of pull requests that Bitbucket gives (BITBUCKET_API.md section 0)."""


def is_open(client: Client, workspace: str, repository: str, branch: str) -> bool:
    """Whether the branch, such as `patless/main`, has an open pull request to the branch that its name says.

    Where that cannot be read it has none, so that what it takes away stays in use.
    """
    path = addresses.path("repositories", workspace, repository, "pullrequests")
    # BBQL quotes as JSON does: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
    query = f"source.branch.name={json.dumps(branch, ensure_ascii=False)}"
    try:
        found = linked(client, path, {"state": "OPEN", "q": query, "pagelen": _PAGE})
        return any(_is(row, f"{workspace}/{repository}", branch) for row in found)
    except ApiError:
        return False


def _is(row: Row, full_name: str, branch: str) -> bool:
    """Not one from a fork, whose branch may have any name."""
    ends = [
        (optional(row, end, "repository", "full_name") or "", optional(row, end, "branch", "name"))
        for end in ("source", "destination")
    ]
    wanted = [(full_name.lower(), branch), (full_name.lower(), branch.removeprefix(BRANCH))]
    return optional(row, "state") == "OPEN" and [(name.lower(), ref) for name, ref in ends] == wanted

"""Open changes of this tool: a branch counts as one only if a pull request says so, to the branch that it is for.

Which one that is stands in the message of its last commit, whatever the branch is called; in a branch with the built-in
name it may stand in the name alone. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError
from migrator.bitbucket.paging import linked
from migrator.bitbucket.rows import Row, optional
from migrator.repositories.streams import records

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

BRANCH = "patless/"
"""Branches of this tool's own changes begin so, unless a template says otherwise; the rest is the branch that they are
for."""
TRAILER = "Patless-Destination"
"""Of a commit that this tool makes: the branch that it is for. https://git-scm.com/docs/git-interpret-trailers"""
_PAGE = 50
"""The longest page of pull requests that Bitbucket gives (BITBUCKET_API.md section 0)."""


def destinations(root: Path) -> dict[str, str]:
    """By the last commit of each branch that this tool made it for; those of others are not in it. Raises GitError."""
    asked = ("log", "--no-walk", "--branches", f"--format=%H%x00%(trailers:key={TRAILER},valueonly,separator=%x00)")
    lines = (os.fsdecode(line).split("\0") for line in records(root, *asked, separator=b"\n"))
    return {commit: named[-1] for commit, *named in lines if named and named[-1]}


def destination(branch: str, commit: str, made: Mapping[str, str]) -> str:
    """What a branch is a change of, '' for none of this tool's; `made` is what `destinations` found."""
    return made.get(commit) or (branch.removeprefix(BRANCH) if branch.startswith(BRANCH) else "")


def is_open(client: Client, workspace: str, repository: str, branch: str, destination: str) -> bool:
    """Whether there is an open pull request from one branch to the other.

    Where that cannot be read it has none, so that what it takes away stays in use.
    """
    path = addresses.path("repositories", workspace, repository, "pullrequests")
    # BBQL quotes as JSON does: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
    query = f"source.branch.name={json.dumps(branch, ensure_ascii=False)}"
    try:
        found = linked(client, path, {"state": "OPEN", "q": query, "pagelen": _PAGE})
        return any(_is(row, f"{workspace}/{repository}", branch, destination) for row in found)
    except ApiError:
        return False


def _is(row: Row, full_name: str, branch: str, destination: str) -> bool:
    """Not one from a fork, whose branch may have any name."""
    ends = [
        (optional(row, end, "repository", "full_name") or "", optional(row, end, "branch", "name"))
        for end in ("source", "destination")
    ]
    wanted = [(full_name.lower(), branch), (full_name.lower(), destination)]
    return optional(row, "state") == "OPEN" and [(name.lower(), ref) for name, ref in ends] == wanted

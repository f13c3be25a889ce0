"""Pull requests: found, opened, changed. https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/

A POST where one is open between the same branches overwrites its title, description and reviewers and answers as if
it were new; a PUT clears the reviewers that it does not name; a page has 50 rows at most (BITBUCKET_API.md 0 and 2.4).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from migrator.bitbucket import addresses
from migrator.bitbucket.errors import ApiError, Cause
from migrator.bitbucket.paging import linked
from migrator.bitbucket.records import DiffStat, PullRequest
from migrator.bitbucket.rows import Row, commit, flag, moment, number, optional, rows, text

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

PAGE = 50
"""The longest page of pull requests that Bitbucket gives."""
STATES = ("OPEN", "MERGED", "DECLINED", "SUPERSEDED")


def of_branch(client: Client, workspace: str, repository: str, source: str) -> tuple[PullRequest, ...]:
    """All whose source is the branch of that name, in every state and to any destination. Raises ApiError."""
    # BBQL quotes as JSON does: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
    query = f"source.branch.name={json.dumps(source, ensure_ascii=False)}"
    found = linked(client, _path(workspace, repository), {"state": STATES, "q": query, "pagelen": PAGE})
    return tuple(_pull_request(row, f"{workspace}/{repository}") for row in found)


def by(client: Client, workspace: str, user: str) -> tuple[PullRequest, ...]:
    """Those that the user of that UUID has opened and that are open or merged, in all repositories of the workspace.

    Raises ApiError.
    """
    path = addresses.path("workspaces", workspace, "pullrequests", user)
    found = linked(client, path, {"state": ("OPEN", "MERGED"), "pagelen": PAGE})
    return tuple(_pull_request(row, optional(row, "destination", "repository", "full_name") or "") for row in found)


def one(client: Client, workspace: str, repository: str, pull_request: int) -> PullRequest:
    """Raises ApiError."""
    row = client.document(_path(workspace, repository, str(pull_request)))
    return _pull_request(row, f"{workspace}/{repository}")


def opened(client: Client, workspace: str, repository: str) -> tuple[PullRequest, ...]:
    """All that are open. Raises ApiError."""
    found = linked(client, _path(workspace, repository), {"state": "OPEN", "pagelen": PAGE})
    return tuple(_pull_request(row, f"{workspace}/{repository}") for row in found)


def diff(client: Client, workspace: str, repository: str, pull_request: int) -> bytes:
    """What it changes, as a unified diff. Raises ApiError, also for one that is larger than any answer that is read."""
    return client.get(_path(workspace, repository, str(pull_request), "diff")).body


def changed(client: Client, workspace: str, repository: str, pull_request: int) -> tuple[DiffStat, ...]:
    """The files that it changes itself, whatever else came to its destination with its merge. Raises ApiError."""
    found = linked(client, _path(workspace, repository, str(pull_request), "diffstat"))
    ends = ((text(row, "status"), optional(row, "old", "path"), optional(row, "new", "path")) for row in found)
    return tuple(DiffStat(status, old or None, new or None) for status, old, new in ends)  # '' has been seen, too


def create(
    client: Client,
    workspace: str,
    repository: str,
    *,
    title: str,
    description: str,
    source: str,
    destination: str,
    reviewers: Sequence[str],
    draft: bool,
) -> PullRequest:
    """Open one whose branch is closed with it. Raises ApiError.

    Whoever calls has looked for an open one before, which this would overwrite.
    """
    document = {
        "title": title,
        "description": description,
        "source": {"branch": {"name": source}},
        "destination": {"branch": {"name": destination}},
        "reviewers": _reviewers(reviewers),
        "close_source_branch": True,
        "draft": draft,
    }
    row = client.post_json(_path(workspace, repository), _typed(document)).document()
    return _pull_request(row, f"{workspace}/{repository}")


def describe(
    client: Client, workspace: str, repository: str, now: PullRequest, description: str, reviewers: Sequence[str]
) -> PullRequest:
    """Give an open one, which is `now`, another description; the rest stays, but that `reviewers` are all that it has
    then. Raises ApiError."""
    document = {
        "title": now.title,
        "description": description,
        "reviewers": _reviewers(reviewers),
        "close_source_branch": now.close_source_branch,
        "draft": now.draft,
    }
    row = client.put(_path(workspace, repository, str(now.number)), _typed(document)).document()
    return _pull_request(row, f"{workspace}/{repository}")


def _typed(document: dict[str, Any]) -> dict[str, Any]:
    return {"type": "pullrequest", **document}


def _reviewers(uuids: Sequence[str]) -> list[dict[str, str]]:
    return [{"type": "user", "uuid": uuid} for uuid in uuids]


def _path(workspace: str, repository: str, *more: str) -> str:
    return addresses.path("repositories", workspace, repository, "pullrequests", *more)


def _pull_request(row: Row, full_name: str) -> PullRequest:
    found = number(row, "id")
    if not found:
        raise ApiError(Cause.GARBLED, "Bitbucket's answer has a pull request without an id")
    reviewers = rows(row, "reviewers") if row.get("reviewers") is not None else None
    return PullRequest(
        number=found,
        state=text(row, "state"),
        title=optional(row, "title") or "",
        description=optional(row, "description") or optional(row, "summary", "raw") or "",
        source=optional(row, "source", "branch", "name") or "",
        source_sha=commit(row, "source", "commit", "hash"),
        destination=text(row, "destination", "branch", "name"),
        destination_sha=commit(row, "destination", "commit", "hash"),
        repository=optional(row, "destination", "repository", "full_name") or "",
        from_here=(optional(row, "source", "repository", "full_name") or "").lower() == full_name.lower(),
        reviewers=None if reviewers is None else tuple(uuid for one in reviewers if (uuid := optional(one, "uuid"))),
        draft=flag(row, "draft") is True,
        close_source_branch=flag(row, "close_source_branch") is True,
        merge_commit=commit(row, "merge_commit", "hash"),
        url=optional(row, "links", "html", "href") or "",
        created_on=moment(row, "created_on"),
        updated_on=moment(row, "updated_on"),
    )

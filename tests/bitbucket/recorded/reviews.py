"""Pull requests with what hangs on them. Their hashes have 12 characters, but for the answer to a merge."""

from __future__ import annotations

from typing import Any

from tests.bitbucket.recorded.code import commit
from tests.bitbucket.recorded.recording import (
    API,
    DANGER,
    DEPENDABOT,
    DEVLAKE,
    DOCUMENTS,
    DRONE,
    JENKINS,
    PROJECT,
    SITE,
    VIOLATIONS,
    WEB,
    Recording,
    commit_within,
    links,
    page,
    person,
    rendered,
    within,
)

SOURCE, DESTINATION, MERGE = "c" * 12, "d" * 12, "e" * 12
AT = f"{WEB}/pullrequests/1"
_SPEC = f"acme/web:{SOURCE}%0D{DESTINATION}?from_pullrequest_id=1&topic=true"
_MOMENT = "2026-11-24T12:00:00.162825+00:00"


def _links(*left_out: str) -> dict[str, Any]:
    names = ("commits", "approve", "request-changes", "comments", "activity", "merge", "decline", "statuses")
    found = links(AT, "self", "html", *names, page="acme/web/pull-requests/1")
    for name in ("diff", "diffstat"):
        found[name] = {"href": f"{API}/2.0/repositories/acme/web/{name}/{_SPEC}"}
    return {name: link for name, link in found.items() if name not in left_out}


def _row(state: str = "OPEN", merge: dict[str, Any] | None = None) -> dict[str, Any]:
    """As in a list: without reviewers and participants."""
    return {
        "comment_count": 2,
        "task_count": 0,
        "type": "pullrequest",
        "id": 1,
        "title": "Change",
        "description": "Why",
        "state": state,
        "draft": False,
        "merge_commit": merge,
        "close_source_branch": True,
        "closed_by": None if state == "OPEN" else person(),
        "author": person("Lee Developer"),
        "reason": "",
        "created_on": _MOMENT,
        "updated_on": _MOMENT,
        "destination": {
            "branch": {"name": "main"},
            "commit": commit_within(DESTINATION),
            "repository": within(),
        },
        "source": {
            "branch": {"name": "feature/one", "links": {}},
            "commit": commit_within(SOURCE),
            "repository": within(),
        },
        "links": _links(),
        "summary": rendered("Why"),
        "queued": False,
    }


def _participant(name: str, role: str, state: str | None, when: str | None = _MOMENT) -> dict[str, Any]:
    approved = state == "approved"
    return {
        "type": "participant",
        "user": person(name),
        "role": role,
        "approved": approved,
        "state": state,
        "participated_on": when,
    }


def _one(state: str = "OPEN", merge: dict[str, Any] | None = None) -> dict[str, Any]:
    row = _row(state, merge)
    row["source"]["branch"]["sync_strategies"] = ["merge_commit", "rebase"]
    return row | {
        "rendered": {"title": rendered("Change"), "description": rendered("Why")},
        "reviewers": [person("Rene Reviewer")],
        "participants": [
            _participant("Rene Reviewer", "REVIEWER", None, None),
            _participant("Ada Approver", "REVIEWER", "approved"),
            _participant("Lee Developer", "PARTICIPANT", None),
        ],
    }


def _past(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """From before these were there."""
    return {key: value for key, value in body.items() if key not in names}


_REF = commit_within(MERGE)
_WHOLE = {key: value for key, value in commit("e" * 40).items() if key in ("hash", "author", "date", "message", "type")}
_MERGED = _one("MERGED", _WHOLE | {"summary": rendered("Change")}) | {"closed_on": _MOMENT}

PULL_REQUEST = Recording("pull request", f"{VIOLATIONS}/pullrequest.json", _one())
MERGED = Recording("pull request", f"{DEVLAKE}_pull_requests.csv", _one("MERGED", _REF))
DECLINED = Recording(
    "pull request", f"{PROJECT}/pullrequests/1/decline/POST", _past(_one("DECLINED"), "draft", "queued"), whole=False
)
SUPERSEDED = Recording("pull request", f"{DOCUMENTS}/api-group-pullrequests/", _one("SUPERSEDED"))
LANDED = Recording(
    "pull request",
    f"{DEVLAKE}_pull_requests.csv",
    _one("MERGED", commit_within(DESTINATION)),
)
"""Through another one: its merge commit is its destination."""
FAST_FORWARD = Recording("pull request", f"{DEVLAKE}_pull_requests.csv", _one("MERGED", commit_within(SOURCE)))
JUST_MERGED = Recording(
    "pull request merged", f"{PROJECT}/pullrequests/1/merge/POST", _past(_MERGED, "draft", "queued")
)
_BARE = _one()
_BARE |= {
    "source": {"branch": {"name": "feature/one"}, "commit": None, "repository": None},
    "destination": {"branch": {"name": "main"}, "commit": None, "repository": within()},
    "author": None,
    "reviewers": [],
}
OF_A_GONE_FORK = Recording("pull request", f"{DOCUMENTS}/api-group-pullrequests/", _BARE)
OLD_PULL_REQUEST = Recording(
    "pull request",
    f"{JENKINS}/payload/2.0-repositories-amuniz-test-repos-pullrequests-2.json",
    _past(
        _row() | {"links": _links("request-changes", "diffstat")},
        *("draft", "queued", "merge_commit", "closed_by"),
    ),
    whole=False,
)

PULL_REQUESTS = Recording(
    "pull requests",
    f"{JENKINS}/payload/2.0-repositories-amuniz-test-repos-pullrequests_pagelen_50.json",
    page(
        _row(),
        _row("MERGED", _REF) | {"id": 2},
        _row("DECLINED") | {"id": 3},
        _row("MERGED", commit_within(SOURCE)) | {"id": 4},
        _row()
        | {
            "id": 5,
            "author": None,
            "destination": {**_row()["destination"], "commit": None},
            "source": {**_row()["source"], "repository": None, "commit": None},
        },
        pagelen=50,
    ),
)
NO_PULL_REQUESTS = Recording("pull requests", f"{DEPENDABOT}/pull_requests_no_match.json", {"values": []}, whole=False)


def _short() -> dict[str, Any]:
    """A pull request within something else."""
    found = {"type": "pullrequest", "id": 1, "title": "Change", "draft": False}
    return {**found, "links": links(AT, "self", "html", page="acme/web/pull-requests/1"), "queued": False}


def _comment(number: int, raw: str = "Hello", **more: Any) -> dict[str, Any]:
    at = f"{AT}/comments/{number}"
    code = {"code": {"href": f"{API}/2.0/repositories/acme/web/diff/acme/web:{SOURCE}..{DESTINATION}?path=a"}}
    place = f"acme/web/pull-requests/1/_/diff#comment-{number}"
    return {
        "id": number,
        "created_on": _MOMENT,
        "updated_on": _MOMENT,
        "content": rendered(raw),
        "user": person(),
        "deleted": False,
        "pending": False,
        "type": "pullrequest_comment",
        "links": links(at, "self", "html", page=place) | (code if "inline" in more else {}),
        "pullrequest": _short(),
    } | more


_PLACE = {"from": None, "to": 5, "path": "ci/deploy.sh", "start_from": None, "start_to": None}
_MADE = {"outdated": False, "context_lines": "", "src_rev": SOURCE, "dest_rev": DESTINATION, "base_rev": None}
RESOLUTION_BODY = {"type": "comment_resolution", "user": person(), "created_on": _MOMENT}

COMMENT = Recording(
    "comment", f"{VIOLATIONS}/create-inline-task-anchor-comment-response.json", _comment(1, inline=_PLACE | _MADE)
)
PLAIN_COMMENT = Recording("comment", f"{VIOLATIONS}/create-comment-response.json", _comment(2))
COMMENTS = Recording(
    "comments",
    f"{VIOLATIONS}/comments.json",
    page(
        _comment(1, inline=_PLACE),
        _comment(2),
        _comment(3, raw="", deleted=True),
        _comment(4, inline={**_PLACE, "start_to": 3}, resolution=RESOLUTION_BODY),
        _comment(5, user=None, parent={"id": 2, "links": links(f"{AT}/comments/2", "self", "html")}),
    ),
)
OLD_COMMENTS = Recording(
    "comments",
    f"{DEVLAKE}_pullrequest_comments.csv",
    page(
        _past(_comment(1, inline={"from": None, "to": None, "path": "a"}), "pending"),
        _past(_comment(2, inline={}), "pending"),
    ),
    whole=False,
)
"""On a file as a whole; and, of https://github.com/danger/danger-js, on nothing at all."""
RESOLUTION = Recording("resolution", f"{VIOLATIONS}/resolve-success.json", RESOLUTION_BODY)

ACTIVITY = Recording(
    "activity",
    f"{VIOLATIONS}/activity.json",
    page(
        {"pull_request": _short(), "comment": _comment(2)},
        {"pull_request": _short(), "comment": _comment(1, inline=_PLACE)},
        {"pull_request": _short(), "comment": _comment(4, inline={**_PLACE, "to": None}, resolution=RESOLUTION_BODY)},
        {
            "pull_request": _short(),
            "update": {
                **{key: _row()[key] for key in ("description", "title", "destination", "reason", "source", "state")},
                "author": person(),
                "date": _MOMENT,
            },
        },
        {"pull_request": _short(), "approval": {"date": _MOMENT, "pullrequest": _short(), "user": person()}},
        size=None,
    ),
)
OLD_ACTIVITY = Recording(
    "activity",
    f"{DANGER}/bitbucket_cloud_activities.json",
    page({"pull_request": _past(_short(), "draft", "queued"), "comment": _past(_comment(2), "pending")}, size=None),
    whole=False,
)

APPROVAL = Recording(
    "participant",
    f"{PROJECT}/pullrequests/1/approve/POST",
    _participant("Ada Approver", "REVIEWER", "approved"),
)
_TASK = {
    "id": 1,
    "state": "UNRESOLVED",
    "content": rendered("Do"),
    "created_on": _MOMENT,
    "updated_on": _MOMENT,
    "resolved_on": None,
    "resolved_by": None,
    "pending": True,
    "creator": person(),
    "links": links(f"{AT}/tasks/1", "self", "html"),
}
TASK = Recording("task", f"{VIOLATIONS}/create-inline-task-response.json", _TASK)
TASKS = Recording("tasks", f"{VIOLATIONS}/tasks-list-response.json", page(_TASK))

_STATUS = {
    "key": "patless",
    "type": "build",
    "state": "SUCCESSFUL",
    "name": "patless",
    "refname": None,
    "commit": commit_within("a" * 40),
    "url": f"{SITE}/report",
    "repository": within(),
    "description": "Nothing found",
    "created_on": _MOMENT,
    "updated_on": _MOMENT,
    "links": {
        "self": {"href": f"{WEB}/commit/{'a' * 40}/statuses/build/patless"},
        "commit": {"href": f"{WEB}/commit/{'a' * 40}"},
    },
}
STATUS = Recording(
    "status",
    f"{JENKINS}/payload/2.0-repositories-amuniz-test-repos-commit-046d9a3c1532acf4cf08fe93235c00e4d673c1d2-"
    "statuses-build.json",
    _STATUS,
)
STATUSES = Recording(
    "statuses",
    f"{PROJECT}/pullrequests/1/statuses/GET",
    page(_STATUS, _STATUS | {"refname": "feature/one"}),
)
OLD_STATUSES = Recording("statuses", f"{DRONE}/statuses.json", page(_STATUS, size=None, next=""), whole=False)
NOTHING = Recording("nothing", f"{PROJECT}/pullrequests/1/tasks/123456/DELETE", "", 204)

"""Differences between commits, and those of a pull request, which lead there.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from migrator.demo import paging, review, store
from migrator.demo.messages import TEXT, Answer, Refusal
from migrator.demo.resources.pullrequests import SHORT, found
from migrator.demo.routes import Call, Route, missing
from migrator.demo.scopes import READ_PULL_REQUEST, READ_REPOSITORY

_WORDS = {"A": "added", "D": "removed", "M": "modified", "T": "modified"}


def _ends(call: Call) -> tuple[str, str]:
    """Old and new of `{spec}`: `new..old` from where both come from, or one commit against its parent."""
    spec = call.values["spec"]
    if "\r" in spec:  # `workspace/repository:new CR old`, where pull requests lead
        spec = spec.rpartition(":")[2].replace("\r", "..")
    folder, (new, _, old) = call.repository().folder, spec.partition("..")
    last = store.resolve(folder, new)
    first = store.resolve(folder, old or f"{new}^")
    if last is None or first is None:
        raise Refusal(missing(f"Commit not found: {call.values['spec']}"))
    return store.base(folder, first, last) or first, last


def _diff(call: Call) -> Answer:
    old, new = _ends(call)
    return Answer(200, None, store.diff(call.repository().folder, old, new), {"Content-Type": TEXT})


def _stat(call: Call) -> Answer:
    old, new = _ends(call)
    folder = call.repository().folder
    words = store.diff(folder, old, new, "--no-renames", "--name-status", "-z").decode("utf-8", "replace").split("\0")
    counts = store.diff(folder, old, new, "--no-renames", "--numstat", "-z").decode("utf-8", "replace").split("\0")
    rows = []
    for at, line in enumerate(counts[:-1]):
        added, removed, path = line.split("\t", 2)
        status = _WORDS.get(words[2 * at], "modified")
        file = {"type": "commit_file", "path": path, "escaped_path": quote(path)}
        row: dict[str, Any] = {
            "type": "diffstat",
            "status": status,
            "lines_added": int(added) if added.isdecimal() else 0,
            "lines_removed": int(removed) if removed.isdecimal() else 0,
            "old": None if status == "added" else file,
            "new": None if status == "removed" else file,
        }
        rows.append(row)
    return paging.page(call.request, rows)


def _leading(kind: str) -> Callable[[Call], Answer]:
    def lead(call: Call) -> Answer:
        repository = call.repository()
        request = found(call)
        source, destination = review.ends(repository, request)
        ends = f"{source[:SHORT]}%0D{(request.base or destination)[:SHORT]}"
        spec = f"{call.workspace.slug}/{repository.slug}:{ends}?from_pullrequest_id={request.id}&topic=true"
        return Answer(302, headers={"Location": f"{call.url(repository.slug, kind)}/{spec}"})

    """To an address whose bytes count: its `%0D` is no text to be encoded again (BITBUCKET_API.md 8, fact 8)."""
    return lead


_REPOSITORY = "/repositories/{workspace}/{repository}"
ROUTES = (
    Route("GET", _REPOSITORY + "/diff/{spec+}", READ_REPOSITORY, _diff),
    Route("GET", _REPOSITORY + "/diffstat/{spec+}", READ_REPOSITORY, _stat),
    Route("GET", _REPOSITORY + "/pullrequests/{pull_request}/diff", READ_PULL_REQUEST, _leading("diff")),
    Route("GET", _REPOSITORY + "/pullrequests/{pull_request}/diffstat", READ_PULL_REQUEST, _leading("diffstat")),
)

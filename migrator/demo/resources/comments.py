"""Comments on pull requests. A deleted one stays in the list, marked and without its text.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from migrator.demo import paging, review
from migrator.demo.messages import Refusal, Response, error
from migrator.demo.moments import shown
from migrator.demo.resources.pullrequests import SHORT, found, listed, short
from migrator.demo.resources.pullrequests import row as pull_request
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_PULL_REQUEST
from migrator.demo.state import Comment, PullRequest
from migrator.demo.texts import rendered

_UPDATED = ("description", "title", "destination", "reason", "source", "state")
_PLACES = ("path", "from", "to", "start_from", "start_to")


def _row(call: RoutedRequest, request: PullRequest, comment: Comment) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": "pullrequest_comment",
        "id": comment.id,
        "content": rendered(comment.text),
        "user": call.shown(comment.author),
        "deleted": comment.deleted,
        "pending": False,
        "pullrequest": short(call, call.repository(), request),
        "created_on": shown(comment.created_on),
        "updated_on": shown(comment.updated_on),
        "links": _links(call, request, comment.id),
    }
    if comment.inline:
        row["inline"] = {name: comment.inline.get(name) for name in _PLACES}
        slug = call.repository().slug
        source, destination = _ends(call, request)
        between = f"{call.workspace.slug}/{slug}:{source}..{destination}?path={quote(comment.inline['path'], safe='')}"
        row["links"]["code"] = {"href": f"{call.url(slug, 'diff')}/{between}"}
    if comment.parent:
        row["parent"] = {"id": comment.parent, "links": _links(call, request, comment.parent)}
    if comment.resolved_by:
        row["resolution"] = _resolution(call, comment)
    return row


def _alone(call: RoutedRequest, request: PullRequest, comment: Comment) -> dict[str, Any]:
    """With what is said of its place only there."""
    row = _row(call, request, comment)
    if "inline" in row:
        source, destination = _ends(call, request)
        row["inline"] |= {"outdated": False, "context_lines": "", "base_rev": None}
        row["inline"] |= {"src_rev": source, "dest_rev": destination}
    return row


def _links(call: RoutedRequest, request: PullRequest, number: int) -> dict[str, Any]:
    slug = call.repository().slug
    here = call.url(slug, "pullrequests", str(request.id), "comments", str(number))
    page = call.page(slug, "pull-requests", str(request.id), "_", f"diff#comment-{number}")
    return {"self": {"href": here}, "html": {"href": page}}


def _ends(call: RoutedRequest, request: PullRequest) -> tuple[str, str]:
    source, destination = review.ends(call.repository(), request)
    return source[:SHORT], destination[:SHORT]


def _resolution(call: RoutedRequest, comment: Comment) -> dict[str, Any]:
    by = {"user": call.shown(comment.resolved_by)} if comment.resolved_by else {}
    return {"type": "comment_resolution", "created_on": shown(comment.updated_on), **by}


def _one_of(call: RoutedRequest, request: PullRequest) -> Comment:
    for comment in request.comments:
        if str(comment.id) == call.values["comment"]:
            return comment
    raise Refusal(missing("No such comment"))


def _list(call: RoutedRequest) -> Response:
    request = found(call)
    return paging.page(call.request, [_row(call, request, comment) for comment in request.comments])


def _activity(call: RoutedRequest) -> Response:
    """What happened, the newest first as far as the box knows, in a list that does not say how long it is."""
    request = found(call)
    about = short(call, call.repository(), request)
    row = listed(pull_request(call, call.repository(), request))
    update = {name: row[name] for name in _UPDATED} | {"date": shown(request.updated_on)}
    update["author"] = call.shown(request.author)
    rows: list[dict[str, Any]] = [{"comment": _row(call, request, comment)} for comment in reversed(request.comments)]
    for person in request.approved_by:
        moment = shown(request.updated_on)
        rows.append({"approval": {"date": moment, "pullrequest": about, "user": call.shown(person)}})
    return paging.uncounted(call.request, [{"pull_request": about, **row} for row in [*rows, {"update": update}]])


def _get(call: RoutedRequest) -> Response:
    request = found(call)
    return Response(200, _alone(call, request, _one_of(call, request)))


def _create(call: RoutedRequest) -> Response:
    request, wanted, now = found(call), call.request.fields(), call.now()
    parent = wanted["parent"].get("id") if isinstance(wanted.get("parent"), dict) else None
    if parent is not None and all(comment.id != parent for comment in request.comments):
        return error(400, "parent: no such comment", fields={"parent": ["no such comment"]})
    made = Comment(call.workspace.next(), call.credential.user, _text(wanted), now, now, _inline(wanted), parent)
    request.comments.append(made)
    return Response(201, _alone(call, request, made))


def _update(call: RoutedRequest) -> Response:
    request = found(call)
    comment = _own(call, _one_of(call, request))
    comment.text, comment.updated_on = _text(call.request.fields()), call.now()
    return Response(200, _alone(call, request, comment))


def _delete(call: RoutedRequest) -> Response:
    comment = _own(call, _one_of(call, found(call)))
    comment.deleted, comment.text, comment.updated_on = True, "", call.now()
    return Response(204)


def _resolve(call: RoutedRequest) -> Response:
    comment = _one_of(call, found(call))
    if comment.parent or not comment.inline:
        return error(403, "Only comments at the top of a place in the diff can be resolved")
    if comment.resolved_by:
        return error(409, "This comment is already resolved")
    comment.resolved_by, comment.updated_on = call.credential.user, call.now()
    return Response(200, _resolution(call, comment))


def _reopen(call: RoutedRequest) -> Response:
    comment = _one_of(call, found(call))
    if not comment.resolved_by:
        return missing("This comment is not resolved")
    comment.resolved_by = None
    return Response(204)


def _own(call: RoutedRequest, comment: Comment) -> Comment:
    if comment.deleted:
        raise Refusal(missing("No such comment"))
    if comment.author != call.credential.user:
        raise Refusal(error(403, "This comment is someone else's"))
    return comment


def _text(wanted: dict[str, Any]) -> str:
    content = wanted.get("content")
    raw = content.get("raw") if isinstance(content, dict) else None
    if not isinstance(raw, str) or not raw:
        raise Refusal(error(400, "content: raw is required", fields={"content": ["raw is required"]}))
    return raw


def _inline(wanted: dict[str, Any]) -> dict[str, Any] | None:
    inline = wanted.get("inline")
    if inline is None:
        return None
    place = {name: inline[name] for name in _PLACES if isinstance(inline, dict) and inline.get(name) is not None}
    numbers = [value for name, value in place.items() if name != "path"]
    if not isinstance(place.get("path"), str) or not all(isinstance(line, int) and line >= 1 for line in numbers):
        raise Refusal(error(400, "inline: a place has a path and lines from 1"))
    for start, end in (("start_to", "to"), ("start_from", "from")):
        if place.get(start, 0) > place.get(end, place.get(start, 0)):
            raise Refusal(error(400, f"inline: {start} is behind {end}"))
    return place


_ALL = "/repositories/{workspace}/{repository}/pullrequests/{pull_request}/comments"
_ONE = _ALL + "/{comment}"
ROUTES = (
    Route("GET", _ALL.removesuffix("comments") + "activity", READ_PULL_REQUEST, _activity),
    Route("GET", _ALL, READ_PULL_REQUEST, _list),
    Route("POST", _ALL, READ_PULL_REQUEST, _create),
    Route("GET", _ONE, READ_PULL_REQUEST, _get),
    Route("PUT", _ONE, READ_PULL_REQUEST, _update),
    Route("DELETE", _ONE, READ_PULL_REQUEST, _delete),
    Route("POST", _ONE + "/resolve", READ_PULL_REQUEST, _resolve),
    Route("DELETE", _ONE + "/resolve", READ_PULL_REQUEST, _reopen),
)

"""Pull requests.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/; that a POST overwrites an open one, that
a PUT clears the reviewers it does not name, and which reviewers are refused is from BITBUCKET_API.md 0 and 2.4.
"""

from __future__ import annotations

from typing import Any

from migrator.demo import paging, review, store
from migrator.demo.messages import Refusal, Response, error
from migrator.demo.moments import shown
from migrator.demo.people import User
from migrator.demo.resources import commits, repositories
from migrator.demo.routes import Route, RoutedRequest, missing
from migrator.demo.scopes import READ_PULL_REQUEST, WRITE_PULL_REQUEST
from migrator.demo.state import PullRequest, Repository, ReviewTask
from migrator.demo.texts import rendered

LONGEST = 50
_LINKS = ("commits", "approve", "request-changes", "comments", "activity", "merge", "decline", "statuses")
_ALONE = ("reviewers", "participants", "rendered")
SHORT = 12


def found(call: RoutedRequest) -> PullRequest:
    """The pull request in the path. Raises Refusal."""
    wanted = call.values["pull_request"]
    for request in call.repository().pull_requests:
        if str(request.id) == wanted:
            return request
    raise Refusal(missing(f"No pull request {wanted}"))


def spec(call: RoutedRequest, repository: Repository, request: PullRequest) -> str:
    """What its difference is called, whose bytes count: its `%0D` is not text to be encoded again (BITBUCKET_API.md 8,
    fact 8)."""
    source, destination = review.ends(repository, request)
    ends = f"{source[:SHORT]}%0D{(request.base or destination)[:SHORT]}"
    return f"{call.workspace.slug}/{repository.slug}:{ends}?from_pullrequest_id={request.id}&topic=true"


def short(call: RoutedRequest, repository: Repository, request: PullRequest) -> dict[str, Any]:
    """A pull request as it is shown within something else."""
    here = call.url(repository.slug, "pullrequests", str(request.id))
    page = call.page(repository.slug, "pull-requests", str(request.id))
    return {
        "type": "pullrequest",
        "id": request.id,
        "title": request.title,
        "draft": request.draft,
        "queued": False,
        "links": {"self": {"href": here}, "html": {"href": page}},
    }


def row(call: RoutedRequest, repository: Repository, request: PullRequest) -> dict[str, Any]:
    """A pull request as it is shown alone."""
    source, destination = review.ends(repository, request)
    within = repositories.short(call, repository)
    reviewers = [one for person in request.reviewers if (one := call.shown(person))]
    here = call.url(repository.slug, "pullrequests", str(request.id))
    begin = _end(call, repository, request.source, source, within)
    begin["branch"] |= {"links": {}, "sync_strategies": ["merge_commit", "rebase"]}
    if request.fork_gone:
        begin |= {"commit": None, "repository": None}
    about = short(call, repository, request)
    difference = spec(call, repository, request)
    return {
        **about,
        "description": request.description,
        "summary": rendered(request.description),
        "rendered": {"title": rendered(request.title), "description": rendered(request.description)},
        "reason": "",
        "state": request.state,
        "author": call.shown(request.author),
        "source": begin,
        "destination": _end(call, repository, request.destination, destination, within),
        "reviewers": reviewers,
        "participants": _participants(call, request),
        "merge_commit": _commit(call, repository, request.merge_commit),
        "closed_by": call.shown(request.closed_by),
        "close_source_branch": request.close_source_branch,
        "comment_count": sum(not comment.deleted for comment in request.comments),
        "task_count": 0,
        "created_on": shown(request.created_on),
        "updated_on": shown(request.updated_on),
        "links": {
            **about["links"],
            **{name: {"href": f"{here}/{name}"} for name in _LINKS},
            **{name: {"href": f"{call.url(repository.slug, name)}/{difference}"} for name in ("diff", "diffstat")},
        },
    }


def listed(row: dict[str, Any]) -> dict[str, Any]:
    """As it is shown in a list, of what is shown alone."""
    source = row["source"]
    branch = {key: value for key, value in source["branch"].items() if key != "sync_strategies"}
    return {key: value for key, value in row.items() if key not in _ALONE} | {"source": {**source, "branch": branch}}


def _end(
    call: RoutedRequest, repository: Repository, branch: str, hash_: str | None, within: dict[str, Any]
) -> dict[str, Any]:
    return {"branch": {"name": branch}, "commit": _commit(call, repository, hash_), "repository": within}


def _commit(call: RoutedRequest, repository: Repository, hash_: str | None) -> dict[str, Any] | None:
    """Pull requests name commits by their first 12 characters (BITBUCKET_API.md 8, fact 1)."""
    return call.commit(repository, hash_[:SHORT]) if hash_ else None


def _participants(call: RoutedRequest, request: PullRequest) -> list[dict[str, Any]]:
    """Reviewers, whatever they have done, and who else approved it."""
    people = dict.fromkeys((*request.reviewers, *request.approved_by))
    return [_participant(call, request, person) for person in people]


def _participant(call: RoutedRequest, request: PullRequest, person: User) -> dict[str, Any]:
    approved = person in request.approved_by
    return {
        "type": "participant",
        "user": call.shown(person),
        "role": "REVIEWER" if person in request.reviewers else "PARTICIPANT",
        "approved": approved,
        "state": "approved" if approved else None,
        "participated_on": shown(request.updated_on) if approved else None,
    }


def _page(call: RoutedRequest, rows: list[dict[str, Any]]) -> Response:
    """Lists name no reviewers and no participants (BITBUCKET_API.md 8, fact 4)."""
    rows = [listed(row) for row in rows]
    states = call.request.every("state")
    if not states and "state" not in call.request.one("q"):
        states = ("OPEN",)
    return paging.page(call.request, [row for row in rows if not states or row["state"] in states], LONGEST)


def _list(call: RoutedRequest) -> Response:
    repository = call.repository()
    return _page(call, [row(call, repository, each) for each in reversed(repository.pull_requests)])


def _of_user(call: RoutedRequest) -> Response:
    person = call.workspace.people.get(call.values["user"])
    if person is None:
        return missing("No such user")
    rows = [
        row(call, repository, request)
        for repository in call.workspace.repositories.values()
        for request in repository.pull_requests
        if request.author.uuid == person.uuid
    ]
    return _page(call, rows)


def _one(call: RoutedRequest) -> Response:
    return Response(200, row(call, call.repository(), found(call)))


def _create(call: RoutedRequest) -> Response:
    repository, wanted = call.repository(), call.request.fields()
    source = _branch(wanted, "source") or ""
    destination = _branch(wanted, "destination") or repository.main
    heads = store.branches(repository.folder)
    for name, branch in (("source", source), ("destination", destination)):
        if branch not in heads:
            return error(400, f"{name}: branch not found", fields={name: ["branch not found"]})
    if not wanted.get("title"):
        return error(400, "title: This field is required.", fields={"title": ["This field is required."]})
    if store.base(repository.folder, heads[source], heads[destination]) == heads[source]:
        return error(400, "There are no changes to be pulled")
    author, now = call.credential.user, call.now()
    reviewers = _reviewers(call, wanted, author)
    request = review.opened(repository, source, destination)
    if request is None:
        number = len(repository.pull_requests) + 1
        request = PullRequest(number, "", "", source, destination, author, now, now)
        repository.pull_requests.append(request)
    call.workspace.people.setdefault(author.uuid, author)
    request.title, request.description = str(wanted["title"]), str(wanted.get("description") or "")
    request.reviewers, request.updated_on = reviewers, now
    request.close_source_branch = wanted.get("close_source_branch") is True
    request.draft = wanted.get("draft") is True
    return Response(201, row(call, repository, request))


def _update(call: RoutedRequest) -> Response:
    repository, request, wanted = call.repository(), found(call), call.request.fields()
    if request.state != "OPEN":
        return error(400, "This pull request is already closed.")
    destination = _branch(wanted, "destination") or request.destination
    if destination not in store.branches(repository.folder):
        return error(400, "destination: branch not found", fields={"destination": ["branch not found"]})
    request.reviewers = _reviewers(call, wanted, request.author)
    request.destination = destination
    request.title = str(wanted.get("title") or request.title)
    request.description = str(wanted.get("description", request.description) or "")
    request.draft = bool(wanted.get("draft", request.draft))
    request.close_source_branch = bool(wanted.get("close_source_branch", request.close_source_branch))
    request.updated_on = call.now()
    return Response(200, row(call, repository, request))


def _decline(call: RoutedRequest) -> Response:
    repository, request = call.repository(), found(call)
    try:
        review.decline(repository, request, call.credential.user, call.now())
    except review.ReviewError as problem:
        return error(400, str(problem))
    return Response(200, row(call, repository, request))


def _merge(call: RoutedRequest) -> Response:
    repository, request = call.repository(), found(call)
    wanted = call.request.fields() if call.request.body else {}
    if "close_source_branch" in wanted:
        request.close_source_branch = wanted["close_source_branch"] is True
    try:
        strategy = review.Strategy(wanted.get("merge_strategy") or review.Strategy.MERGE_COMMIT)
        words = str(wanted.get("message") or "")
        if strategy not in repository.strategies:
            raise ValueError
        review.merge(repository, request, call.credential.user, call.now(), words, strategy)
    except ValueError:
        return error(400, "merge_strategy: not one of this repository's")
    except review.ReviewError as problem:
        return error(400, str(problem))
    made = request.merge_commit or ""
    whole = commits.listed(call, repository, store.revisions(repository.folder, [made])[made])
    merged = {name: whole[name] for name in ("type", "hash", "author", "summary", "date", "message")}
    closed = {"merge_commit": merged, "closed_on": shown(request.updated_on)}
    return Response(200, row(call, repository, request) | closed)


def _commits(call: RoutedRequest) -> Response:
    """Those that it brings, the newest first, of an endless list."""
    repository, request = call.repository(), found(call)
    source, destination = review.ends(repository, request)
    since = request.base or store.base(repository.folder, source, destination) or ""
    rows = store.history(repository.folder, source, without=[since] if since else [])
    return paging.iterator(call.request, [commits.listed(call, repository, one) for one in rows])


def _approve(call: RoutedRequest) -> Response:
    request, person = found(call), call.credential.user
    request.approved_by += [] if person in request.approved_by else [person]
    return Response(200, _participant(call, request, person))


def _take_back(call: RoutedRequest) -> Response:
    request, person = found(call), call.credential.user
    if person not in request.approved_by:
        return missing("You haven't approved this pull request.")
    request.approved_by.remove(person)
    return Response(204)


def _tasks(call: RoutedRequest) -> Response:
    request = found(call)
    return paging.page(call.request, [_task(call, request, task) for task in request.tasks.values()])


def _add_task(call: RoutedRequest) -> Response:
    request, content = found(call), call.request.fields().get("content")
    raw = content.get("raw") if isinstance(content, dict) else None
    if not raw:
        return error(400, "content: raw is required", fields={"content": ["raw is required"]})
    made = ReviewTask(call.workspace.next(), str(raw), call.credential.user, call.now())
    request.tasks[made.id] = made
    return Response(201, _task(call, request, made))


def _remove_task(call: RoutedRequest) -> Response:
    wanted = call.values["task"]
    gone = wanted.isdecimal() and found(call).tasks.pop(int(wanted), None) is not None
    return Response(204) if gone else missing("No such task")


def _task(call: RoutedRequest, request: PullRequest, task: ReviewTask) -> dict[str, Any]:
    slug, number = call.repository().slug, str(task.id)
    page = call.page(slug, "pull-requests", str(request.id), "_", f"diff#task-{number}")
    here = call.url(slug, "pullrequests", str(request.id), "tasks", number)
    return {
        "id": task.id,
        "state": "UNRESOLVED",
        "content": rendered(task.text),
        "created_on": shown(task.created_on),
        "updated_on": shown(task.created_on),
        "resolved_on": None,
        "resolved_by": None,
        "pending": True,
        "creator": call.shown(task.creator),
        "links": {"self": {"href": here}, "html": {"href": page}},
    }


def _branch(wanted: dict[str, Any], end: str) -> str | None:
    branch = wanted[end].get("branch") if isinstance(wanted.get(end), dict) else None
    return str(branch.get("name")) if isinstance(branch, dict) else None


def _reviewers(call: RoutedRequest, wanted: dict[str, Any], author: User) -> list[User]:
    """Raises Refusal for all of them where one cannot be."""
    people = []
    for named in wanted.get("reviewers") or ():
        person = call.workspace.people.get(str(named.get("uuid"))) if isinstance(named, dict) else None
        if person is None or not person.active:
            raise _refused("Malformed reviewers list")
        if not person.member:
            raise _refused(f"{person.name} is not a member of this workspace and cannot be added to this pull request")
        if person.uuid == author.uuid:
            raise _refused(f"{person.name} is the author and cannot be included as a reviewer.")
        people.append(person)
    return people


def _refused(words: str) -> Refusal:
    return Refusal(error(400, f"reviewers: {words}", fields={"reviewers": [words]}))


_ALL = "/repositories/{workspace}/{repository}/pullrequests"
_ONE = _ALL + "/{pull_request}"
ROUTES = (
    Route("GET", _ALL, READ_PULL_REQUEST, _list),
    Route("POST", _ALL, WRITE_PULL_REQUEST, _create),
    Route("GET", "/workspaces/{workspace}/pullrequests/{user}", READ_PULL_REQUEST, _of_user),
    Route("GET", _ONE, READ_PULL_REQUEST, _one),
    Route("PUT", _ONE, WRITE_PULL_REQUEST, _update),
    Route("POST", _ONE + "/decline", WRITE_PULL_REQUEST, _decline),
    Route("POST", _ONE + "/merge", WRITE_PULL_REQUEST, _merge),
    Route("GET", _ONE + "/commits", READ_PULL_REQUEST, _commits),
    Route("POST", _ONE + "/approve", READ_PULL_REQUEST, _approve),
    Route("DELETE", _ONE + "/approve", READ_PULL_REQUEST, _take_back),
    Route("GET", _ONE + "/tasks", READ_PULL_REQUEST, _tasks),
    Route("POST", _ONE + "/tasks", READ_PULL_REQUEST, _add_task),
    Route("DELETE", _ONE + "/tasks/{task}", READ_PULL_REQUEST, _remove_task),
)

"""Pull requests.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/; that a POST overwrites an open one, that
a PUT clears the reviewers it does not name, and which reviewers are refused is from BITBUCKET_API.md 0 and 2.4.
"""

from __future__ import annotations

from typing import Any

from migrator.demo import paging, review, store
from migrator.demo.messages import Answer, Refusal, error
from migrator.demo.moments import shown
from migrator.demo.people import User
from migrator.demo.resources import repositories
from migrator.demo.routes import Call, Route, missing
from migrator.demo.scopes import READ_PULL_REQUEST, WRITE_PULL_REQUEST
from migrator.demo.state import PullRequest, Repository

LONGEST = 50
SHORT = 12


def found(call: Call) -> PullRequest:
    """The pull request in the path. Raises Refusal."""
    wanted = call.values["pull_request"]
    for request in call.repository().pull_requests:
        if str(request.id) == wanted:
            return request
    raise Refusal(missing(f"No pull request {wanted}"))


def row(call: Call, repository: Repository, request: PullRequest) -> dict[str, Any]:
    """A pull request as it is shown."""
    source, destination = review.ends(repository, request)
    within = repositories.short(call, repository)
    here = call.url(repository.slug, "pullrequests", str(request.id))
    html = f"{call.request.origin}/{call.workspace.slug}/{repository.slug}/pull-requests/{request.id}"
    return {
        "type": "pullrequest",
        "id": request.id,
        "title": request.title,
        "description": request.description,
        "summary": {"raw": request.description, "markup": "markdown", "html": ""},
        "state": request.state,
        "draft": request.draft,
        "author": request.author.shown(),
        "source": {"branch": {"name": request.source}, "commit": _commit(source), "repository": within},
        "destination": {"branch": {"name": request.destination}, "commit": _commit(destination), "repository": within},
        "reviewers": [person.shown() for person in request.reviewers],
        "participants": [],
        "merge_commit": _commit(request.merge_commit),
        "closed_by": request.closed_by.shown() if request.closed_by else None,
        "close_source_branch": request.close_source_branch,
        "comment_count": sum(not comment.deleted for comment in request.comments),
        "task_count": 0,
        "created_on": shown(request.created_on),
        "updated_on": shown(request.updated_on),
        "links": {"self": {"href": here}, "html": {"href": html}, "comments": {"href": f"{here}/comments"}},
    }


def _commit(hash_: str | None) -> dict[str, Any] | None:
    """Pull requests name commits by their first 12 characters (BITBUCKET_API.md 8, fact 1)."""
    return {"type": "commit", "hash": hash_[:SHORT]} if hash_ else None


def _page(call: Call, rows: list[dict[str, Any]]) -> Answer:
    states = call.request.every("state")
    if not states and "state" not in call.request.one("q"):
        states = ("OPEN",)
    return paging.page(call.request, [row for row in rows if not states or row["state"] in states], LONGEST)


def _list(call: Call) -> Answer:
    repository = call.repository()
    return _page(call, [row(call, repository, each) for each in reversed(repository.pull_requests)])


def _of_user(call: Call) -> Answer:
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


def _one(call: Call) -> Answer:
    return Answer(200, row(call, call.repository(), found(call)))


def _create(call: Call) -> Answer:
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
    return Answer(201, row(call, repository, request))


def _update(call: Call) -> Answer:
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
    return Answer(200, row(call, repository, request))


def _decline(call: Call) -> Answer:
    repository, request = call.repository(), found(call)
    try:
        review.decline(repository, request, call.credential.user, call.now())
    except review.ReviewError as problem:
        return error(400, str(problem))
    return Answer(200, row(call, repository, request))


def _merge(call: Call) -> Answer:
    repository, request = call.repository(), found(call)
    wanted = call.request.fields() if call.request.body else {}
    if "close_source_branch" in wanted:
        request.close_source_branch = wanted["close_source_branch"] is True
    try:
        strategy = review.Strategy(wanted.get("merge_strategy") or review.Strategy.MERGE_COMMIT)
        words = str(wanted.get("message") or "")
        review.merge(repository, request, call.credential.user, call.now(), words, strategy)
    except ValueError:
        return error(400, "merge_strategy: not one of this repository's")
    except review.ReviewError as problem:
        return error(400, str(problem))
    return Answer(200, row(call, repository, request))


def _branch(wanted: dict[str, Any], end: str) -> str | None:
    branch = wanted[end].get("branch") if isinstance(wanted.get(end), dict) else None
    return str(branch.get("name")) if isinstance(branch, dict) else None


def _reviewers(call: Call, wanted: dict[str, Any], author: User) -> list[User]:
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
)

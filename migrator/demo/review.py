"""What happens to pull requests: opened, merged, declined; by whom it may be."""

from __future__ import annotations

from datetime import datetime

from migrator.demo import store
from migrator.demo.people import User
from migrator.demo.state import PullRequest, Repository


class ReviewError(Exception):
    """What cannot be done; the message is a sentence."""


def ends(repository: Repository, request: PullRequest) -> tuple[str, str]:
    """The hashes of source and destination: of now while it is open, of its end afterwards. Empty where deleted."""
    if request.frozen:
        return request.frozen
    heads = store.branches(repository.folder)
    return heads.get(request.source, ""), heads.get(request.destination, "")


def opened(repository: Repository, source: str, destination: str) -> PullRequest | None:
    """The open one between two branches."""
    for request in repository.pull_requests:
        if (request.state, request.source, request.destination) == ("OPEN", source, destination):
            return request
    return None


def merge(repository: Repository, request: PullRequest, person: User, when: datetime, message: str = "") -> str:
    """Merge with a merge commit; its hash. Raises ReviewError."""
    _must_be_open(request)
    source, destination = ends(repository, request)
    words = message or f"Merged in {request.source} (pull request #{request.id})\n\n{request.title}"
    if not source or not destination:
        raise ReviewError("A branch of the pull request is not there any more.")
    made = store.merge(repository.folder, destination, source, words, person.git_author, when)
    if made is None:
        raise ReviewError("You can't merge until you resolve all merge conflicts.")
    store.point(repository.folder, f"refs/heads/{request.destination}", made)
    _close(request, "MERGED", (source, destination), person, when)
    request.merge_commit = made
    repository.updated_on = when
    if request.close_source_branch:
        store.point(repository.folder, f"refs/heads/{request.source}", None)
    return made


def decline(repository: Repository, request: PullRequest, person: User, when: datetime) -> None:
    """Raises ReviewError."""
    _must_be_open(request)
    _close(request, "DECLINED", ends(repository, request), person, when)


def _must_be_open(request: PullRequest) -> None:
    if request.state != "OPEN":
        raise ReviewError("This pull request is already closed.")


def _close(request: PullRequest, state: str, at: tuple[str, str], person: User, when: datetime) -> None:
    request.state, request.frozen, request.closed_by, request.updated_on = state, at, person, when

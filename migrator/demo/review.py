"""What happens to pull requests: opened, merged, declined; by whom it may be."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

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


class Strategy(StrEnum):
    """How the destination gets what the source has.

    https://support.atlassian.com/bitbucket-cloud/docs/merge-a-pull-request/
    """

    MERGE_COMMIT = "merge_commit"
    SQUASH = "squash"
    FAST_FORWARD = "fast_forward"
    REBASE_FAST_FORWARD = "rebase_fast_forward"


def merge(
    repository: Repository,
    request: PullRequest,
    person: User,
    when: datetime,
    message: str = "",
    strategy: Strategy = Strategy.MERGE_COMMIT,
) -> str:
    """Merge; the last commit of the destination then. Raises ReviewError."""
    _must_be_open(request)
    source, destination = ends(repository, request)
    words = message or f"Merged in {request.source} (pull request #{request.id})\n\n{request.title}"
    if not source or not destination:
        raise ReviewError("A branch of the pull request is not there any more.")
    by = person.git_author
    match strategy:
        case Strategy.MERGE_COMMIT:
            made = store.merge(repository.folder, destination, source, words, by, when)
        case Strategy.SQUASH:
            words = message or f"{words}\n\n{_messages(repository, source, destination)}"
            made = store.merge(repository.folder, destination, source, words, by, when, squashed=True)
        case Strategy.FAST_FORWARD:
            made = source if store.base(repository.folder, source, destination) == destination else None
        case Strategy.REBASE_FAST_FORWARD:
            made = store.rebased(repository.folder, destination, source)
    if made is None:
        raise ReviewError("You can't merge until you resolve all merge conflicts.")
    store.point(repository.folder, f"refs/heads/{request.destination}", made)
    _merged(repository, request, made, (source, destination), destination, person, when)
    if request.close_source_branch:
        store.point(repository.folder, f"refs/heads/{request.source}", None)
    for other in repository.pull_requests:
        if other.state == "OPEN" and other.destination == request.destination:
            _land(repository, other, destination, person, when)
    return made


def _messages(repository: Repository, source: str, destination: str) -> str:
    """What the commits say, which is the default of a squash:
    https://confluence.atlassian.com/bbkb/understanding-the-default-pull-request-title-description-and-merge-commit-message-1235852669.html
    """
    since = store.base(repository.folder, source, destination)
    commits = store.history(repository.folder, source, without=[since] if since else [])
    return "\n\n".join(f"* {one.message.strip()}" for one in commits)


def _land(repository: Repository, request: PullRequest, before: str, person: User, when: datetime) -> None:
    """Whose commits came with another pull request is merged by that one: it shares its commit, which is its
    destination, too (BITBUCKET_API.md 8, fact 2)."""
    source, made = ends(repository, request)
    if source and store.base(repository.folder, source, made) == source:
        _merged(repository, request, made, (source, made), before, person, when)


def _merged(
    repository: Repository,
    request: PullRequest,
    made: str,
    at: tuple[str, str],
    before: str,
    person: User,
    when: datetime,
) -> None:
    """`before` is the destination as it was."""
    request.base = store.base(repository.folder, at[0], before) or ""
    _close(request, "MERGED", at, person, when)
    request.merge_commit = made
    repository.updated_on = when


def decline(repository: Repository, request: PullRequest, person: User, when: datetime) -> None:
    """Raises ReviewError."""
    _must_be_open(request)
    _close(request, "DECLINED", ends(repository, request), person, when)


def _must_be_open(request: PullRequest) -> None:
    if request.state != "OPEN":
        raise ReviewError("This pull request is already closed.")


def _close(request: PullRequest, state: str, at: tuple[str, str], person: User, when: datetime) -> None:
    request.state, request.frozen, request.closed_by, request.updated_on = state, at, person, when

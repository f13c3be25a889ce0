"""Which merges carry `[skip ci]` from a branch's commit to its destination, whose pipeline then does not start.

Pipelines asks the message of the last commit that was pushed. By default that of a merge commit names the branch and
the title of the pull request; that of a squash lists the messages of all commits; fast-forward and rebase make the
branch's own commit the last one. Of `rebase_merge` and of any other merge it is not documented.

https://confluence.atlassian.com/bbkb/understanding-the-default-pull-request-title-description-and-merge-commit-message-1235852669.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.bitbucket import branches
from migrator.bitbucket.errors import ApiError, Cause
from migrator.fleet.records import FleetRepository

if TYPE_CHECKING:
    from migrator.bitbucket.session import Client

MARK = "[skip ci]"
_APART = ("merge_commit",)
"""What makes a commit of its own, whose message has nothing of the branch's commits."""
_UNKNOWN = "Bitbucket does not say how it may be merged"


def carrying(client: Client, repository: FleetRepository, destination: str) -> tuple[str, ...]:
    """The merges that may carry it along; () where none can. Raises ApiError."""
    try:
        allowed = branches.strategies(client, repository.workspace, repository.slug, destination)
    except ApiError as error:
        if error.kind is not Cause.MISSING:
            raise
        allowed = ()
    return of(allowed)


def of(allowed: Sequence[str]) -> tuple[str, ...]:
    """Of the merges that a branch allows."""
    return tuple(one for one in allowed if one not in _APART) if allowed else (_UNKNOWN,)

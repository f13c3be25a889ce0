"""Which scope a request needs, in both spellings, and what a scope brings with it.

https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication; the implications are those of
BITBUCKET_API.md 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequiredScope:
    """What one operation needs: an OAuth scope of an access token, or every one of an API token's scopes.

    An empty `oauth` is no need at all.
    """

    oauth: str
    api_token: tuple[str, ...]


NONE = RequiredScope("", ("read:workspace:bitbucket",))
READ_ACCOUNT = RequiredScope("account", ("read:user:bitbucket",))
READ_WORKSPACES = RequiredScope("account", ("read:workspace:bitbucket",))
READ_PROJECT = RequiredScope("project", ("read:project:bitbucket",))
READ_REPOSITORY = RequiredScope("repository", ("read:repository:bitbucket",))
WRITE_REPOSITORY = RequiredScope("repository:write", ("write:repository:bitbucket",))
ADMIN_REPOSITORY = RequiredScope("repository:admin", ("admin:repository:bitbucket",))
READ_PIPELINE = RequiredScope("pipeline", ("read:pipeline:bitbucket",))
ADMIN_PIPELINE = RequiredScope("pipeline:variable", ("admin:pipeline:bitbucket",))
READ_PULL_REQUEST = RequiredScope("pullrequest", ("read:pullrequest:bitbucket",))
WRITE_PULL_REQUEST = RequiredScope("pullrequest:write", ("read:pullrequest:bitbucket", "write:pullrequest:bitbucket"))

_BRINGS = {
    "repository:write": ("repository",),
    "pullrequest": ("repository",),
    "pullrequest:write": ("pullrequest", "repository:write"),
    "project": ("repository",),
    "pipeline:write": ("pipeline",),
    "pipeline:variable": ("pipeline",),
}
_ENDING = ":bitbucket"


def named(scopes: Iterable[str], of_api_token: bool) -> frozenset[str]:
    """Scopes as a credential keeps them. API-token scopes may be given without their ending."""
    if of_api_token:
        return frozenset(scope if scope.endswith(_ENDING) else scope + _ENDING for scope in scopes)
    return frozenset(scopes)


def reach(granted: frozenset[str]) -> frozenset[str]:
    """OAuth scopes with all that they bring along. API-token scopes bring nothing along."""
    found, waiting = set[str](), list(granted)
    while waiting:
        scope = waiting.pop()
        if scope not in found:
            found.add(scope)
            waiting.extend(_BRINGS.get(scope, ()))
    return frozenset(found)

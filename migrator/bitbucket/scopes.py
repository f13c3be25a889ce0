"""What each command needs a credential to be allowed: BITBUCKET_API.md sections 2 and 3.

Access tokens and API tokens spell scopes differently. Those of access tokens imply one another where Bitbucket says
so, those of API tokens never: https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator.bitbucket.credentials import CredentialKind

_IMPLIED = {
    "repository:write": {"repository"},
    "pullrequest": {"repository"},
    "pullrequest:write": {"pullrequest", "repository"},
    "project": {"repository"},
}
_SUFFIX = ":bitbucket"
_VERBS = ("read", "write", "admin", "delete", "manage")
"""An API token's scopes begin with one of these, as in `read:pipeline:bitbucket`; no access token's scope does."""


@dataclass(frozen=True, slots=True)
class Need:
    """The smallest set of scopes for `command`, as each kind of credential spells it."""

    command: str
    access_token: frozenset[str] = frozenset()
    api_token: frozenset[str] = frozenset()

    def scopes(self, kind: CredentialKind) -> frozenset[str]:
        return self.access_token if kind is CredentialKind.ACCESS_TOKEN else self.api_token


@dataclass(frozen=True, slots=True)
class Fit:
    """How a credential's scopes fit `command`: what it lacks, and what it has beyond the need. Sorted."""

    command: str
    missing: tuple[str, ...]
    beyond: tuple[str, ...]


_READ = ({"repository", "pipeline"}, {"read:repository", "read:pipeline"})


def _need(command: str, access_token: set[str], api_token: set[str]) -> Need:
    return Need(command, frozenset(access_token), frozenset(api_token))


NEEDS = (
    Need("check, fix, packages"),
    _need("bot", {"repository", "pullrequest"}, {"read:repository", "read:pullrequest"}),
    _need("secrets list", *_READ),
    _need("fleet scan", {"repository"}, {"read:repository"}),
    _need("fleet scan (variables)", *_READ),
    _need("fleet scan --for-secrets", *_READ),
    _need("secrets apply", _READ[0] | {"pipeline:variable"}, _READ[1] | {"admin:pipeline"}),
    _need(
        "fleet migrate",
        {"repository:write", "pullrequest:write", "pipeline"},
        _READ[1] | {"write:repository", "read:pullrequest", "write:pullrequest"},
    ),
    _need("fleet status", _READ[0] | {"pullrequest"}, _READ[1] | {"read:pullrequest"}),
)


def fits(granted: Iterable[str], kind: CredentialKind) -> tuple[Fit, ...]:
    """For each command, in the order of NEEDS. The scopes show their spelling; `kind` counts where there is none."""
    has = {one.removesuffix(_SUFFIX) for one in granted}
    if has:
        verbs = any(one.partition(":")[0] in _VERBS for one in has)
        kind = CredentialKind.API_TOKEN if verbs else CredentialKind.ACCESS_TOKEN
    implied = has.union(*(_IMPLIED.get(one, set()) for one in has)) if kind is CredentialKind.ACCESS_TOKEN else has
    return tuple(_fit(need, has, implied, kind) for need in NEEDS)


def _fit(need: Need, has: set[str], implied: set[str], kind: CredentialKind) -> Fit:
    wanted = need.scopes(kind)
    covered = wanted.union(*(_IMPLIED.get(one, set()) for one in wanted))
    return Fit(need.command, tuple(sorted(wanted - implied)), tuple(sorted(has - covered)))
